import Foundation
import Hummingbird
import NIOCore

/// Reads `multipart/form-data` as it arrives, part after part, holding no more than a piece of it. RFC 7578, RFC 2046 §5.1.
struct MultipartReader<Body: AsyncSequence> where Body.Element == ByteBuffer {
    struct Part {
        let name: String
        /// Nil for a field that is no file.
        let fileName: String?
    }

    enum Problem: Error { case notMultipart, broken, tooLarge }

    /// Read by the one request whose body it is.
    private nonisolated(unsafe) var chunks: Body.AsyncIterator
    private var buffer: [UInt8] = []
    private var isAtEnd = false
    private let delimiter: [UInt8]
    private var isFirst = true

    init(_ body: Body, contentType: String) throws(Problem) {
        guard contentType.lowercased().hasPrefix("multipart/form-data"), let range = contentType.firstRange(of: "boundary=") else {
            throw .notMultipart
        }
        let boundary = contentType[range.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        guard (1...70).contains(boundary.utf8.count) else { throw .notMultipart }
        delimiter = Array("\r\n--\(boundary)".utf8)
        chunks = body.makeAsyncIterator()
        // The first delimiter has no line before it.
        buffer = [0x0D, 0x0A]
    }

    /// The next part's head; nil after the last part. What is left of the part before is skipped.
    mutating func next() async throws -> Part? {
        _ = try await content(upTo: .max) { _ in }
        while buffer.count < delimiter.count + 2, try await fill() {}
        guard buffer.starts(with: delimiter), buffer.count >= delimiter.count + 2 else { throw Problem.broken }
        let after = buffer[delimiter.count..<(delimiter.count + 2)]
        if after.elementsEqual("--".utf8) { return nil }
        guard after.elementsEqual([0x0D, 0x0A]) else { throw Problem.broken }
        buffer.removeFirst(delimiter.count + 2)
        return try await head()
    }

    private mutating func head() async throws -> Part {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let found = Self.find(end, in: buffer, from: 0) {
                let text = String(decoding: buffer[..<found], as: UTF8.self)
                buffer.removeFirst(found + end.count)
                guard let name = Self.parameter("name", text) else { throw Problem.broken }
                return Part(name: name, fileName: Self.parameter("filename", text))
            }
            guard buffer.count < 8192, try await fill() else { throw Problem.broken }
        }
    }

    /// Hands out the part's content piece by piece up to the next delimiter; throws past `limit`. Returns how much it was.
    mutating func content(upTo limit: Int, _ take: ([UInt8]) async throws -> Void) async throws -> Int {
        var count = 0
        func give(_ bytes: [UInt8]) async throws {
            count += bytes.count
            guard count <= limit else { throw Problem.tooLarge }
            if !bytes.isEmpty { try await take(bytes) }
        }
        while true {
            if let found = Self.find(delimiter, in: buffer, from: 0) {
                try await give(Array(buffer[..<found]))
                buffer.removeFirst(found)
                return count
            }
            // The beginning of a delimiter may stand at the end.
            let safe = max(0, buffer.count - delimiter.count)
            if safe > 0 {
                try await give(Array(buffer[..<safe]))
                buffer.removeFirst(safe)
            }
            guard try await fill() else { throw Problem.broken }
        }
    }

    /// A small field as text.
    mutating func text(upTo limit: Int) async throws -> String {
        var bytes: [UInt8] = []
        _ = try await content(upTo: limit) { bytes += $0 }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Problem.broken }
        return text
    }

    private mutating func fill() async throws -> Bool {
        guard !isAtEnd, let chunk = try await chunks.next() else {
            isAtEnd = true
            return false
        }
        buffer += chunk.readableBytesView
        return true
    }

    private static func find(_ needle: [UInt8], in hay: [UInt8], from start: Int) -> Int? {
        guard hay.count >= needle.count else { return nil }
        // A delimiter begins with a line end, which a recording rarely holds: the system's own search looks for that byte.
        return hay.withUnsafeBytes { hay in
            guard let base = hay.baseAddress, let first = needle.first else { return nil }
            var place = start
            while place + needle.count <= hay.count, let found = memchr(base + place, Int32(first), hay.count - needle.count + 1 - place) {
                let index = UnsafeRawPointer(found) - base
                if UnsafeRawBufferPointer(rebasing: hay[index..<(index + needle.count)]).elementsEqual(needle) { return index }
                place = index + 1
            }
            return nil
        }
    }

    /// A quoted parameter of `Content-Disposition`.
    private static func parameter(_ name: String, _ head: String) -> String? {
        for line in head.utf8.split(separator: 0x0A) {
            let text = String(decoding: line.filter { $0 != 0x0D }, as: UTF8.self)
            guard text.lowercased().hasPrefix("content-disposition:") else { continue }
            for piece in pieces(of: text).dropFirst() {
                let pair = piece.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if pair.count == 2, pair[0] == name { return String(pair[1].filter { $0 != "\"" }) }
            }
        }
        return nil
    }

    /// What stands between semicolons; those within quotes belong to a file's name.
    private static func pieces(of line: String) -> [String] {
        var (pieces, isQuoted) = ([""], false)
        for character in line {
            if character == "\"" { isQuoted.toggle() }
            if character == ";", !isQuoted { pieces.append("") } else { pieces[pieces.count - 1].append(character) }
        }
        return pieces
    }
}
