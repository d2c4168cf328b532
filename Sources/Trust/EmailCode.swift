import Crypto

/// The six digits a member gets by e-mail. Stored only as a keyed hash, because a million values are searched in a second.
package struct EmailCode: Sendable, PrivateValue {
    /// Six ASCII digits.
    package let digits: String

    /// A code with every value equally likely.
    package static func make(using generator: inout some RandomNumberGenerator) -> EmailCode {
        let number = String(Int.random(in: 0..<1_000_000, using: &generator))
        return EmailCode(digits: String(repeating: "0", count: 6 - number.count) + number)
    }

    /// A code from the system's random source.
    package static func make() -> EmailCode {
        var generator = SystemRandomNumberGenerator()
        return make(using: &generator)
    }

    /// Takes what a person typed; nil unless it is six digits once spaces and dashes are gone.
    package init?(typed: String) {
        guard let digits = Self.normalise(typed) else { return nil }
        self.digits = digits
    }

    private init(digits: String) {
        self.digits = digits
    }

    /// HMAC-SHA-256 of the context (the transaction's name) and the code, 32 bytes; compare with ``constantTimeEqual(_:_:)``.
    package func mac(key: [UInt8], context: String) -> [UInt8] {
        var hmac = HMAC<SHA256>(key: SymmetricKey(data: key))
        // The code has a fixed length, so the join is unambiguous whatever the context holds.
        hmac.update(data: Array("payerbridge e-mail code|".utf8) + Array(context.utf8) + [UInt8(ascii: "|")] + Array(digits.utf8))
        return Array(hmac.finalize())
    }

    /// Six ASCII digits without the spaces and dashes people and mail programs put between; nil for anything else.
    package static func normalise(_ typed: String) -> String? {
        guard typed.utf8.count <= 64 else { return nil }
        var digits = ""
        for scalar in typed.unicodeScalars {
            switch scalar {
            case "0"..."9": digits.unicodeScalars.append(scalar)
            case " ", "\t", "\r", "\n", "-", "\u{A0}", "\u{202F}", "\u{2009}", "\u{2010}"..."\u{2015}": continue
            default: return nil
            }
        }
        return digits.utf8.count == 6 ? digits : nil
    }
}
