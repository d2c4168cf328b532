import Crypto

/// A way in for someone whose authenticator is lost: 12 letters and digits that are hard to mistake, about 59 random bits.
package enum RecoveryCode {
    /// As many as are made at once.
    package static let count = 10
    private static let length = 12
    private static let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789".utf8)

    /// Such as `k7m2-9qxd-4tza`.
    package static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let letters = (0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
        return stride(from: 0, to: length, by: 4).map { String(decoding: letters[$0..<$0 + 4], as: UTF8.self) }.joined(separator: "-")
    }

    /// What is kept of a typed code; case, hyphens and spaces do not count. Nil for what cannot be one.
    package static func hash(_ typed: String) -> SecretHash? {
        let letters = typed.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }.filter { $0 != 0x2D && $0 != 0x20 }
        guard letters.count == length, letters.allSatisfy({ alphabet.contains($0) }) else { return nil }
        return SecretHash(SHA256.hash(data: Array("payerbridge/recovery|".utf8) + letters))
    }
}
