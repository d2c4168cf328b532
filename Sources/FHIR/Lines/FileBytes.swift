import CCompression
import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file read once from start to end, unpacked on the way.
package final class FileBytes {
    let path: String
    /// Bytes of the file on disk; 0 for a pipe.
    package let fileSize: Int64
    /// Bytes of the file on disk taken so far, packed as they lie there.
    package private(set) var bytesRead: Int64 = 0
    /// Neither a pipe nor a device.
    package let isRegular: Bool

    private let descriptor: Int32
    private let encoding: FileEncoding
    private let decoders: FileDecoders
    private var decoder: OpaquePointer?
    private var packed = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var packedRange = 0..<0
    private var packedEnded = false
    private var outputWasFilled = false
    private var state = Int32(PB_DECODER_MORE)

    package init(path: String, _ decoders: FileDecoders = FileDecoders()) throws(LineProblem) {
        (encoding, self.decoders) = (FileEncoding(path: path), decoders)
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: Self.reason(errno)) }
        self.path = path
        var facts = stat()
        let code = fstat(descriptor, &facts)
        fileSize = code == 0 ? Int64(facts.st_size) : 0
        isRegular = code == 0 && facts.st_mode & S_IFMT == S_IFREG
        if code != 0 { throw .cannotOpen(path: path, reason: Self.reason(errno)) }
        if facts.st_mode & S_IFMT == S_IFDIR { throw .cannotOpen(path: path, reason: "it is a folder") }
        #if canImport(Glibc)
            posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        #endif
        guard encoding != .plain else { return }
        decoder = decoders.take(encoding)
        guard decoder != nil else { throw .outOfMemory(path: path) }
        packed = .allocate(byteCount: 256 * 1024, alignment: 16)
    }

    deinit {
        if let decoder { decoders.giveBack(decoder, encoding) }
        packed.deallocate()
        if descriptor >= 0 { close(descriptor) }
    }

    /// Puts the next unpacked bytes at the start of `target` (not empty) and says how many; 0 is the end of the file.
    func read(into target: UnsafeMutableRawBufferPointer) throws(LineProblem) -> Int {
        guard let decoder else { return try readDisk(into: target) }
        while true {
            if packedRange.isEmpty && !packedEnded && !outputWasFilled {
                packedRange = 0..<(try readDisk(into: packed))
                packedEnded = packedRange.isEmpty
            }
            if packedRange.isEmpty && !outputWasFilled {
                guard state == Int32(PB_DECODER_FINISHED) else { throw .truncated(path: path) }
                return 0
            }
            var consumed = 0
            var produced = 0
            state = pb_decoder_feed(
                decoder, packed.baseAddress.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self) + packedRange.lowerBound) },
                packedRange.count, &consumed, target.baseAddress?.assumingMemoryBound(to: UInt8.self), target.count, &produced)
            packedRange = (packedRange.lowerBound + consumed)..<packedRange.upperBound
            outputWasFilled = produced == target.count
            switch state {
            case Int32(PB_DECODER_CORRUPT): throw .corrupt(path: path)
            case Int32(PB_DECODER_TRAILING): throw .trailingBytes(path: path)
            case Int32(PB_DECODER_MEMORY): throw .outOfMemory(path: path)
            default: if produced > 0 { return produced }
            }
        }
    }

    /// The next unpacked bytes, at most so many; none is the end of the file.
    package func next(_ most: Int) throws(LineProblem) -> [UInt8] {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: most, alignment: 16)
        defer { piece.deallocate() }
        return Array(piece[..<(try read(into: piece))])
    }

    private func readDisk(into target: UnsafeMutableRawBufferPointer) throws(LineProblem) -> Int {
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(descriptor, target.baseAddress, target.count)
            #else
                let count = Darwin.read(descriptor, target.baseAddress, target.count)
            #endif
            if count >= 0 {
                bytesRead += Int64(count)
                return count
            }
            guard errno == EINTR else { throw .cannotRead(path: path, reason: Self.reason(errno)) }
        }
    }

    private static func reason(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
