import Crypto

/// A secret that must be used again, such as our client secret at another payer, as it lies in a store: encrypted, and bound to its row.
///
/// The number of the key, a nonce of 12 bytes, the ciphertext, a tag of 16 bytes; AES-256-GCM. NIST SP 800-38D.
package struct SealedSecret: Sendable, Hashable {
    /// What is stored.
    package let bytes: [UInt8]

    private static let nonceLength = 12
    private static let tagLength = 16

    /// Why a secret cannot be opened.
    package enum Problem: Error, Sendable, Equatable {
        /// It was sealed with a key that the key file does not hold.
        case unknownKey(Int)
        /// It was changed, cut, sealed with another key of that number, or belongs to another place.
        case notGenuine
    }

    /// Takes stored bytes; whether they are genuine shows when they are opened.
    package init(stored bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// `place` is needed again to open it.
    package init(_ secret: ClearSecret, at place: SecretPlace, with keys: SealingKeys) throws(Problem) {
        let number = keys.current
        guard let key = keys[number] else { throw .unknownKey(Int(number)) }
        do {
            let box = try AES.GCM.seal(Array(secret.text.utf8), using: key, authenticating: Self.context(number, place))
            bytes = [number] + Array(box.nonce) + box.ciphertext + box.tag
        } catch {
            throw .notGenuine
        }
    }

    package func opened(at place: SecretPlace, with keys: SealingKeys) throws(Problem) -> ClearSecret {
        guard bytes.count >= 1 + Self.nonceLength + Self.tagLength else { throw .notGenuine }
        guard let key = keys[bytes[0]] else { throw .unknownKey(Int(bytes[0])) }
        do {
            let box = try AES.GCM.SealedBox(combined: bytes.dropFirst())
            let clear = try AES.GCM.open(box, using: key, authenticating: Self.context(bytes[0], place))
            guard let text = String(validating: clear, as: UTF8.self) else { throw Problem.notGenuine }
            return ClearSecret(text)
        } catch {
            throw .notGenuine
        }
    }

    /// Whether it was sealed with an older key, so that sealing it again would let that key go.
    package func isOld(_ keys: SealingKeys) -> Bool { bytes.first != keys.current }

    /// The key's number is bound too, so that the first byte cannot be changed unseen.
    private static func context(_ number: UInt8, _ place: SecretPlace) -> [UInt8] {
        Array("payerbridge sealed secret".utf8) + [number] + place.bytes
    }
}

/// A secret in clear, for as long as it is used; it never prints.
package struct ClearSecret: Sendable, PrivateValue {
    package let text: String
    package init(_ text: String) { self.text = text }
}

/// Where a sealed secret belongs: plan, payer and field. A row copied over another one does not open there.
package struct SecretPlace: Sendable, Hashable {
    /// Each part after its length, so that no two places have the same bytes.
    let bytes: [UInt8]

    package init(plan: String, payer: String, field: String) {
        bytes = [plan, payer, field].flatMap { part in
            withUnsafeBytes(of: UInt32(part.utf8.count).bigEndian) { Array($0) } + Array(part.utf8)
        }
    }
}
