import FHIR
import Foundation
import Testing

@Suite("Reading files of lines")
struct LineReaderTests {
    struct Seen: Equatable {
        var lines: [String] = []
        var numbers: [Int] = []
        var tooLong: [Int] = []
    }

    /// Writes `bytes` to a file of that name in a folder of its own, gives the path, and removes the folder after.
    @discardableResult
    func withFile<Result>(_ name: String, _ bytes: some Sequence<UInt8>, _ use: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lines-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return try use(file.path)
    }

    func read(_ path: String, limit: Int = 5 * 1024 * 1024) throws -> Seen {
        var seen = Seen()
        let reader = try LineReader(path: path, maximumLineBytes: limit)
        try reader.forEachLine(
            { bytes, number in
                seen.lines.append(String(decoding: bytes, as: UTF8.self))
                seen.numbers.append(number)
            }, tooLong: { seen.tooLong.append($0) })
        #expect(reader.bytesRead == reader.fileSize)
        return seen
    }

    func readText(_ text: String, limit: Int = 5 * 1024 * 1024) throws -> Seen {
        try withFile("f.ndjson", text.utf8) { try read($0, limit: limit) }
    }

    @Test("LF and CRLF are taken off, empty lines are counted and skipped, the last line needs no end")
    func lineEnds() throws {
        let seen = try readText("one\r\n\n\r\ntwo\n\rthree\r\rfour")
        #expect(seen.lines == ["one", "two", "\rthree\r\rfour"])
        #expect(seen.numbers == [1, 4, 5])
        #expect(seen.tooLong == [])
        #expect(try readText("") == Seen())
        #expect(try readText("\n\n") == Seen())
        #expect(try readText("last\r").lines == ["last"])
    }

    @Test("A line of exactly the limit is read, one byte more is reported by number, and reading goes on")
    func limit() throws {
        let seen = try readText("12345\n123456\r\n12345\r\n1234567\nok\n123456", limit: 5)
        #expect(seen.lines == ["12345", "12345", "ok"])
        #expect(seen.numbers == [1, 3, 5])
        #expect(seen.tooLong == [2, 4, 6])
    }

    @Test("Lines longer than the buffer are read whole up to the limit and skipped over it")
    func largeLines() throws {
        let three = String(repeating: "a", count: 3 << 20)
        let nine = String(repeating: "b", count: 9 << 20)
        let seen = try readText("x\n\(three)\n\(nine)\ny\n\(nine)")
        #expect(seen.lines.map(\.utf8.count) == [1, 3 << 20, 1])
        #expect(seen.lines[1] == three)
        #expect(seen.numbers == [1, 2, 4])
        #expect(seen.tooLong == [3, 5])
    }

    @Test("Every line arrives unchanged wherever it falls on the buffer's edges")
    func edges() throws {
        var lines: [String] = []
        var random = SystemRandomNumberGenerator()
        for index in 0..<3000 { lines.append("\(index):" + String(repeating: "é", count: Int.random(in: 0...900, using: &random))) }
        let text = lines.joined(separator: "\n")
        #expect(try readText(text).lines == lines)
        for (name, packed) in [("f.gz", gzip(Array(text.utf8))), ("f.zst", zstd(Array(text.utf8)))] {
            #expect(try withFile(name, packed) { try read($0).lines } == lines)
        }
    }

    @Test(
        "Files that gzip and zstd made are unpacked by their name",
        arguments: [
            ("f.ndjson.gz", "H4sIAAAAAAACA6tWSlSyMqzlqlZKUrJSysnMS1UoKc9XquUCAONI+WIZAAAA"),
            ("f.ndjson.ZST", "KLUv/QRYyQAAeyJhIjoxfQp7ImIiOiJsaW5lIHR3byJ9Cm7IWR0="),
        ])
    func realFiles(name: String, base64: String) throws {
        let packed = try #require(Data(base64Encoded: base64))
        let seen = try withFile(name, packed) { try read($0) }
        #expect(seen.lines == [#"{"a":1}"#, #"{"b":"line two"}"#])
        #expect(try withFile(name, packed) { try readWhole(path: $0, limit: 25) }.count == 25)
        for cut in 1..<packed.count {
            try withFile(name, packed.prefix(cut)) { path in
                #expect(throws: LineProblem.truncated(path: path), "cut at \(cut)") { try read(path) }
            }
        }
        for position in [0, packed.count - 1] {
            var damaged = packed
            damaged[position] ^= 0x55
            try withFile(name, damaged) { path in
                #expect(throws: LineProblem.corrupt(path: path), "damaged at \(position)") { try read(path) }
            }
        }
        try withFile(name, []) { path in #expect(throws: LineProblem.truncated(path: path)) { try read(path) } }
    }

    @Test("Members and frames follow one another, and a line may cross from one to the next")
    func members() throws {
        for (name, pack) in [("f.gz", gzip), ("f.zst", zstd)] {
            let packed = pack(Array("one\ntw".utf8)) + pack([]) + pack(Array("o\nthree".utf8))
            #expect(try withFile(name, packed) { try read($0).lines } == ["one", "two", "three"])
            try withFile(name, packed + Array("garbage that is no member".utf8)) { path in
                #expect(throws: LineProblem.trailingBytes(path: path)) { try read(path) }
            }
            try withFile(name, packed + packed.prefix(8)) { path in
                #expect(throws: LineProblem.truncated(path: path)) { try read(path) }
            }
        }
    }

    @Test("Whole lines before the damage are still given")
    func linesBeforeDamage() throws {
        try withFile("f.gz", gzip(Array("one\ntwo\n".utf8)).dropLast(4)) { path in
            var lines: [String] = []
            let reader = try LineReader(path: path)
            #expect(throws: LineProblem.truncated(path: path)) {
                try reader.forEachLine({ bytes, _ in lines.append(String(decoding: bytes, as: UTF8.self)) }, tooLong: { _ in })
            }
            #expect(lines == ["one", "two"])
        }
    }

    @Test("Files lend each other their decoders, also after one that was damaged or not read to its end")
    func decoders() throws {
        let decoders = FileDecoders()
        func lines(_ name: String, _ bytes: [UInt8]) throws -> [String] {
            try withFile(name, bytes) { path in
                var lines: [String] = []
                let reader = try LineReader(path: path, decoders: decoders)
                try reader.forEachLine({ bytes, _ in lines.append(String(decoding: bytes, as: UTF8.self)) }, tooLong: { _ in })
                return lines
            }
        }
        for (name, pack) in [("f.gz", gzip), ("f.zst", zstd)] {
            let packed = pack(Array("one\ntwo\n".utf8))
            #expect(try lines(name, packed) == ["one", "two"])
            #expect(throws: LineProblem.self) { try lines(name, packed.dropLast(4)) }
            #expect(try lines(name, packed + packed) == ["one", "two", "one", "two"])
            #expect(throws: LineProblem.self) { try lines(name, Array("no member".utf8)) }
            #expect(try lines(name, pack(Array("three".utf8))) == ["three"])
            #expect(throws: LineProblem.self) { try lines(name, packed + Array("garbage that is no member".utf8)) }
            #expect(try lines(name, packed) == ["one", "two"])
            // Two are open at once.
            try withFile(name, packed) { path in
                let one = try LineReader(path: path, decoders: decoders)
                #expect(try lines(name, packed) == ["one", "two"])
                var count = 0
                try one.forEachLine({ _, _ in count += 1 }, tooLong: { _ in })
                #expect(count == 2)
            }
        }
    }

    @Test("Reading stops where the caller throws")
    func callerThrows() throws {
        struct Enough: Error {}
        try withFile("f.ndjson", "one\ntwo\nthree\n".utf8) { path in
            var count = 0
            let reader = try LineReader(path: path)
            #expect(throws: Enough.self) {
                try reader.forEachLine(
                    { _, _ in
                        count += 1
                        if count == 2 { throw Enough() }
                    }, tooLong: { _ in })
            }
            #expect(count == 2)
        }
    }

    @Test("A file that is not there, or is a folder, is refused with its name")
    func notAFile() throws {
        #expect {
            try LineReader(path: "/nowhere/at/all.ndjson")
        } throws: { error in
            guard case LineProblem.cannotOpen("/nowhere/at/all.ndjson", _) = error else { return false }
            return true
        }
        #expect(throws: LineProblem.cannotOpen(path: "/", reason: "it is a folder")) { try LineReader(path: "/") }
        #expect(LineProblem.truncated(path: "/a/b.gz").explanation.contains("/a/b.gz"))
    }

    @Test("A whole file is read up to its limit and refused one byte over it, packed or not")
    func whole() throws {
        let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0) }
        for (name, content) in [("f.json", bytes), ("f.gz", gzip(bytes)), ("f.zst", zstd(bytes))] {
            try withFile(name, content) { path in
                let read = try readWhole(path: path, limit: 700_000)
                #expect(read == bytes)
                #expect(throws: LineProblem.tooLarge(path: path, limit: 699_999)) { try readWhole(path: path, limit: 699_999) }
            }
        }
    }

    @Test("The name decides how a file is packed")
    func encodings() {
        #expect(FileEncoding(path: "/a/Patient.ndjson") == .plain)
        #expect(FileEncoding(path: "Patient.ndjson.gz") == .gzip)
        #expect(FileEncoding(path: "Patient.ndjson.GZ") == .gzip)
        #expect(FileEncoding(path: "Patient.zst") == .zstd)
        #expect(FileEncoding(path: "gz") == .plain)
        #expect(FileEncoding(path: "") == .plain)
    }
}

/// RFC 1952 with stored blocks: enough to make files of any content without a compressor.
private func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var rest = bytes[...]
    repeat {
        let block = rest.prefix(65_535)
        rest = rest.dropFirst(block.count)
        let length = UInt16(block.count)
        out += [rest.isEmpty ? 1 : 0] + little(length) + little(~length) + block
    } while !rest.isEmpty
    return out + little(crc32(bytes)) + little(UInt32(bytes.count))
}

/// RFC 8878 with raw blocks and no checksum.
private func zstd(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38]  // a window of 128 KiB
    var rest = bytes[...]
    repeat {
        let block = rest.prefix(131_072)
        rest = rest.dropFirst(block.count)
        out += little(UInt32(block.count) << 3 | (rest.isEmpty ? 1 : 0)).prefix(3) + block
    } while !rest.isEmpty
    return out
}

private func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

private let crcTable: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
    let table = crcTable
    var crc = UInt32.max
    for byte in bytes { crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
    return ~crc
}
