import Crypto
import Exchange
import FHIR
import Foundation

/// What makes a later change of an entry show: SHA-256 over the seal before and every entry since.
struct DisclosureSeal {
    /// What the first seal follows.
    static let first = [UInt8](repeating: 0, count: 32)

    private var hash = SHA256()

    init(after digest: [UInt8]) { digest.withUnsafeBytes { hash.update(bufferPointer: $0) } }

    var digest: [UInt8] { Array(hash.finalize()) }

    /// Each number as eight bytes, little-endian, then the length of the target and its bytes.
    mutating func add(_ disclosure: Disclosure) {
        var target = disclosure.target
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: 9) { numbers in
            numbers[0] = disclosure.at.milliseconds.littleEndian
            numbers[1] = disclosure.plan.number.littleEndian
            numbers[2] = disclosure.member.number.littleEndian
            numbers[3] = disclosure.grant.number.littleEndian
            numbers[4] = disclosure.app.number.littleEndian
            numbers[5] = Int64(disclosure.interaction.rawValue).littleEndian
            numbers[6] = Int64(disclosure.type.rawValue).littleEndian
            numbers[7] = Int64(disclosure.resources).littleEndian
            numbers[8] = Int64(target.utf8.count).littleEndian
            hash.update(bufferPointer: UnsafeRawBufferPointer(numbers))
        }
        target.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }
}
