import Crypto
import Foundation

/// What is compared of a table: how many rows, and a sum over the SHA-256 of each, whatever their order.
struct CopyDigest: Equatable {
    private(set) var rows = 0
    private var sums: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    private var bytes: [UInt8] = []

    mutating func add(_ values: [CopyRow.Value]) {
        bytes.removeAll(keepingCapacity: true)
        for value in values {
            switch value {
            case .null: bytes.append(0)
            case .number(let number):
                bytes.append(1)
                bytes.append(big: number)
            case .bytes(let content):
                bytes.append(2)
                bytes.append(big: Int64(content.count))
                bytes += content
            }
        }
        SHA256.hash(data: bytes).withUnsafeBytes { hash in
            sums.0 &+= hash.loadUnaligned(as: UInt64.self)
            sums.1 &+= hash.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            sums.2 &+= hash.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
            sums.3 &+= hash.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        }
        rows += 1
    }

    static func == (one: CopyDigest, other: CopyDigest) -> Bool { one.rows == other.rows && one.sums == other.sums }
}
