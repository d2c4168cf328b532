import Crypto
import CryptoExtras
import Foundation

/// What it costs to try one password. RFC 7914 §2.
package struct PasswordCost: Sendable, Equatable {
    /// The binary logarithm of N; memory is 1 KiB times N.
    package let logarithm: Int
    package let parallelism: Int

    package init(logarithm: Int, parallelism: Int) { (self.logarithm, self.parallelism) = (logarithm, parallelism) }

    /// 32 MiB and about a quarter of a second.
    package static let strong = PasswordCost(logarithm: 15, parallelism: 3)
}

/// A password as it is kept: scrypt with a salt of its own, and the cost it was made with. RFC 7914.
package struct PasswordHash: Sendable, PrivateValue {
    /// `scrypt$15$3$salt$key`, the last two in base64.
    package let text: String

    package init(stored text: String) { self.text = text }

    /// Works as long as the cost says; never on an event loop.
    package static func make(_ password: String, cost: PasswordCost) throws -> PasswordHash {
        var generator = SystemRandomNumberGenerator()
        let salt = Data((0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let key = try derive(password, salt: salt, cost: cost)
        return PasswordHash(
            stored: "scrypt$\(cost.logarithm)$\(cost.parallelism)$\(salt.base64EncodedString())$\(key.base64EncodedString())")
    }

    /// False for one that no password has, and whose comparison would take no time.
    package var isReadable: Bool { text.utf8.starts(with: "scrypt$".utf8) }

    /// The same work for a right and a wrong password.
    package func matches(_ password: String) -> Bool {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "scrypt", let logarithm = Int(parts[1]), (1...20).contains(logarithm),
            let parallelism = Int(parts[2]), (1...16).contains(parallelism), let salt = Data(base64Encoded: String(parts[3])),
            let key = Data(base64Encoded: String(parts[4])),
            let found = try? Self.derive(password, salt: salt, cost: PasswordCost(logarithm: logarithm, parallelism: parallelism))
        else { return false }
        return constantTimeEqual(found, key)
    }

    /// The bytes of the composed form, so that two keyboards that type the same letter agree; nothing else is changed or cut.
    private static func derive(_ password: String, salt: Data, cost: PasswordCost) throws -> Data {
        let bytes = Data(password.precomposedStringWithCanonicalMapping.utf8)
        let rounds = 1 << cost.logarithm
        let key = try KDF.Scrypt.deriveKey(
            from: bytes, salt: salt, outputByteCount: 32, rounds: rounds, blockSize: 8, parallelism: cost.parallelism,
            maxMemory: 2 * 1024 * (rounds + 64 * cost.parallelism) + (1 << 20))
        return key.withUnsafeBytes { Data($0) }
    }
}
