/// A resource with `meta.versionId` 1 and a `meta.lastUpdated` that is still open, from which every version is written.
package struct FirstVersion: Sendable {
    private let piece: BytePiece
    /// Where the one digit of the version stands.
    private let versionAt: Int
    /// Where the 24 characters of the time stand.
    private let timeAt: Int

    static let openTime: StaticString = "000000000000000000000000"

    init(_ piece: BytePiece, versionAt: Int, timeAt: Int) { (self.piece, self.versionAt, self.timeAt) = (piece, versionAt, timeAt) }

    /// How many bytes it has.
    package var count: Int { piece.count }

    /// Lends this version with its time, of 24 characters; the bytes hold until `body` returns.
    package func withBytes<T>(lastUpdated: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        precondition(lastUpdated.count == Self.openTime.utf8CodeUnitCount)
        return try piece.withBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: bytes[timeAt..<timeAt + lastUpdated.count]).copyBytes(from: lastUpdated)
            return try body(UnsafeRawBufferPointer(bytes))
        }
    }

    package func body(version: Int, lastUpdated: [UInt8]) -> [UInt8] {
        piece.withBytes { body in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(body.count + 20)
            bytes += body[..<versionAt]
            bytes += String(version).utf8
            bytes += body[(versionAt + 1)..<timeAt]
            bytes += lastUpdated
            bytes += body[(timeAt + Self.openTime.utf8CodeUnitCount)...]
            return bytes
        }
    }
}
