import FHIR
import Hummingbird
import NIOCore

/// gzip for whoever asks (RFC 9110 §12.5.3).
enum ContentCoding {
    /// Below this, compressing costs more than it saves.
    static let leastLength = 1024

    /// Whether an `Accept-Encoding` line takes gzip.
    static func admitsGzip(_ line: some StringProtocol) -> Bool {
        line.utf8.split(separator: UInt8(ascii: ",")).contains { part in
            let fields = part.split(separator: UInt8(ascii: ";")).map { $0.filter { $0 != 0x20 } }
            guard let name = fields.first, name.map({ $0 | 0x20 }).elementsEqual("gzip".utf8) else { return false }
            return !fields.dropFirst().contains { $0.starts(with: "q=0".utf8) && $0.dropFirst(3).allSatisfy { $0 == 0x2E || $0 == 0x30 } }
        }
    }

    /// How long the parts are when they are compressed: what a HEAD tells.
    static func gzipLength(_ parts: [ByteBuffer]) throws -> Int {
        let coder = try GzipWriter()
        var length = 0
        for piece in pieces(parts) { length += try piece.withUnsafeReadableBytes { try coder.add($0) }.count }
        return length + (try coder.finish().count)
    }

    /// The parts one after another, compressed piece by piece as they are sent.
    static func gzip(_ parts: [ByteBuffer]) -> ResponseBody {
        ResponseBody { writer in
            let coder = try GzipWriter()
            for piece in pieces(parts) {
                let out = try piece.withUnsafeReadableBytes { try coder.add($0) }
                if !out.isEmpty { try await writer.write(ByteBuffer(bytes: out)) }
            }
            try await writer.write(ByteBuffer(bytes: try coder.finish()))
            try await writer.finish(nil)
        }
    }

    private static func pieces(_ parts: [ByteBuffer]) -> [ByteBuffer] {
        var pieces: [ByteBuffer] = []
        for part in parts {
            var rest = part
            while rest.readableBytes > 0, let piece = rest.readSlice(length: min(rest.readableBytes, 64 << 10)) { pieces.append(piece) }
        }
        return pieces
    }
}
