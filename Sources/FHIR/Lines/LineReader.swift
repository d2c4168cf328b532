import Foundation

/// A file of lines (NDJSON) read once, with memory bounded whatever the file holds; `.gz` and `.zst` are unpacked on the way.
///
/// Not for two threads at once. A line that a decompression bomb never ends is dropped like any line over the limit.
package final class LineReader {
    /// Bytes of the file on disk; 0 for a pipe.
    package let fileSize: Int64
    /// Bytes of the file on disk taken so far, packed as they lie there: with `fileSize` a measure of progress.
    package var bytesRead: Int64 { file.bytesRead }

    private let file: FileBytes
    private let maximumLineBytes: Int
    private static let chunk = 1024 * 1024

    /// Opens the file; nothing is read yet. Whoever reads several files lends each the same decoders.
    package init(
        path: String, maximumLineBytes: Int = 5 * 1024 * 1024, decoders: FileDecoders = FileDecoders()
    ) throws(LineProblem) {
        file = try FileBytes(path: path, decoders)
        fileSize = file.fileSize
        self.maximumLineBytes = max(1, maximumLineBytes)
    }

    /// Calls `body` with each line's bytes (LF or CRLF taken off) and its number from 1.
    ///
    /// Empty lines are counted and skipped. A line over the limit is skipped whole and its number given to `tooLong`; reading
    /// goes on. The bytes are borrowed for the call. A last line needs no LF. Throws what `body` throws, or `LineProblem`, after
    /// every whole line before the damage was given. A second call finds the end of the file.
    package func forEachLine(_ body: (UnsafeRawBufferPointer, Int) throws -> Void, tooLong: (Int) -> Void) throws {
        var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 16)
        defer { buffer.deallocate() }
        var filled = 0
        var number = 0
        var skipping = false

        while true {
            let unscanned = filled
            if filled == buffer.count { buffer = Self.grown(buffer, filled: filled, most: maximumLineBytes + Self.chunk) }
            let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            if count == 0 { break }
            filled += count

            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
            var start = 0
            var from = unscanned
            while let end = Self.lineFeed(in: bytes, from: from) {
                number += 1
                if skipping {
                    skipping = false
                } else {
                    try give(bytes, start..<end, number, body, tooLong)
                }
                start = end + 1
                from = start
            }

            if skipping {
                filled = 0
            } else if filled - start > maximumLineBytes + 1 {  // + 1: the last byte may be the CR of a CRLF
                tooLong(number + 1)
                skipping = true
                filled = 0
            } else if start > 0 {
                filled -= start
                if filled > 0, let base = buffer.baseAddress { memmove(base, base + start, filled) }
            }
        }
        if !skipping && filled > 0 {
            try give(UnsafeRawBufferPointer(buffer), 0..<filled, number + 1, body, tooLong)
        }
    }

    @inline(__always)
    private func give(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ number: Int,
        _ body: (UnsafeRawBufferPointer, Int) throws -> Void, _ tooLong: (Int) -> Void
    ) throws {
        var end = range.upperBound
        if end > range.lowerBound && bytes[end - 1] == 0x0D { end -= 1 }
        if end == range.lowerBound { return }
        guard end - range.lowerBound <= maximumLineBytes else { return tooLong(number) }
        try body(UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound..<end]), number)
    }

    @inline(__always)
    private static func lineFeed(in bytes: UnsafeRawBufferPointer, from: Int) -> Int? {
        guard from < bytes.count, let base = bytes.baseAddress else { return nil }
        return memchr(base + from, 0x0A, bytes.count - from).map { UnsafeRawPointer($0) - base }
    }

    private static func grown(_ buffer: UnsafeMutableRawBufferPointer, filled: Int, most: Int) -> UnsafeMutableRawBufferPointer {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(filled + 1, min(buffer.count * 2, most)), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
        buffer.deallocate()
        return larger
    }
}
