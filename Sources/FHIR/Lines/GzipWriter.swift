import CCompression

/// Compresses bytes as they come into one gzip member (RFC 1952). One thread uses it.
package final class GzipWriter {
    private let encoder: OpaquePointer

    package struct Failure: Error {}

    package init() throws(Failure) {
        guard let encoder = pb_gzip_create() else { throw Failure() }
        self.encoder = encoder
    }

    deinit { pb_gzip_destroy(encoder) }

    /// What can be sent after these bytes; often nothing yet.
    package func add(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] { try feed(bytes, isLast: false) }

    package func finish() throws(Failure) -> [UInt8] { try feed(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true) }

    private func feed(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(Failure) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        var room = [UInt8](repeating: 0, count: 32 << 10)
        while true {
            var consumed = 0
            var produced = 0
            let start = bytes.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) + at }
            let code = pb_gzip_feed(encoder, start, bytes.count - at, isLast ? 1 : 0, &consumed, &room, room.count, &produced)
            guard code >= 0 else { throw Failure() }
            at += consumed
            out += room.prefix(produced)
            if isLast ? code == 1 : at == bytes.count && produced < room.count { return out }
        }
    }
}
