import Crypto

/// An opaque 256-bit secret: `p2pa_` and 43 base64url characters, 48 bytes in all. It never prints.
package struct Secret: Sendable, PrivateValue {
    static let length = 48

    package let kind: SecretKind
    /// The secret itself: shown or sent once, never stored.
    package let text: String

    /// A new secret from the system's random source.
    package static func make(_ kind: SecretKind) -> Secret {
        var generator = SystemRandomNumberGenerator()
        return make(kind, using: &generator)
    }

    /// A new secret from a given random source.
    package static func make(_ kind: SecretKind, using generator: inout some RandomNumberGenerator) -> Secret {
        let encoded = Base64.urlEncoded(randomBytes(using: &generator))
        return Secret(kind: kind, text: kind.rawValue + "_" + String(decoding: encoded, as: UTF8.self))
    }

    /// Takes a presented secret when it has the shape of its kind; no hash is computed for anything else.
    package init?(_ text: String, kind: SecretKind) {
        var utf8 = text.utf8.makeIterator()
        guard text.utf8.count == Self.length else { return nil }
        for expected in kind.rawValue.utf8 where utf8.next() != expected { return nil }
        guard utf8.next() == UInt8(ascii: "_") else { return nil }
        while let byte = utf8.next() {
            guard Base64.isURLCharacter(byte) else { return nil }
        }
        self.init(kind: kind, text: text)
    }

    private init(kind: SecretKind, text: String) {
        self.kind = kind
        self.text = text
    }

    /// What is stored. The kind stands at the head of the text, so it separates the domains; 48 bytes are one SHA-256 block.
    package var hash: SecretHash {
        var hasher = SHA256()
        var text = text
        text.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return SecretHash(hasher.finalize())
    }

    /// 32 random bytes.
    static func randomBytes(using generator: inout some RandomNumberGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for _ in 0..<4 {
            let word = UInt64.random(in: .min ... .max, using: &generator)
            for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return bytes
    }
}
