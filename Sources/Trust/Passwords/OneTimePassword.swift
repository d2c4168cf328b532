import Crypto
import Foundation

/// The second factor that an authenticator app shows: six digits, SHA-1, a new one every 30 seconds. RFC 6238.
package struct OneTimePassword: Sendable, PrivateValue {
    /// 20 random bytes, as RFC 4226 §4 asks for.
    package let secret: [UInt8]

    package init(secret: [UInt8]) { self.secret = secret }

    package static func make() -> OneTimePassword {
        var generator = SystemRandomNumberGenerator()
        return OneTimePassword(secret: (0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    /// What a person types into the app when it cannot scan: base32 without padding. RFC 4648 §6.
    package var base32: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var (out, buffer, bits): ([UInt8], UInt32, UInt32) = ([], 0, 0)
        for byte in secret {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                out.append(alphabet[Int(buffer >> bits & 31)])
            }
        }
        if bits > 0 { out.append(alphabet[Int(buffer << (5 - bits) & 31)]) }
        return String(decoding: out, as: UTF8.self)
    }

    /// Reads what `base32` wrote.
    package init?(base32 text: String) {
        var (out, buffer, bits): ([UInt8], UInt32, UInt32) = ([], 0, 0)
        for byte in text.utf8 {
            let value: UInt32
            switch byte {
            case 0x41...0x5A: value = UInt32(byte - 0x41)
            case 0x32...0x37: value = UInt32(byte - 0x32 + 26)
            default: return nil
            }
            buffer = buffer << 5 | value
            bits += 5
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        guard !out.isEmpty else { return nil }
        secret = out
    }

    /// The digits of one step: the number of 30-second spans since 1970.
    package func digits(step: Int64) -> String {
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(mac[19] & 15)
        let number = mac[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: 6 - text.utf8.count) + text
    }

    /// The step whose digits these are: now, one before or one after, since clocks differ; nil for none.
    package func step(of typed: String, atSeconds seconds: Int64) -> Int64? {
        guard let digits = EmailCode.normalise(typed) else { return nil }
        let now = seconds / 30
        var found: Int64?
        for step in [now - 1, now, now + 1] where constantTimeEqual(self.digits(step: step).utf8, digits.utf8) { found = step }
        return found
    }

    /// What the app reads from a link. Key URI format of authenticator apps.
    package func link(account: String, issuer: String) -> String {
        let (account, issuer) = (PercentEncoding.encoded(account), PercentEncoding.encoded(issuer))
        return "otpauth://totp/\(issuer):\(account)?secret=\(base32)&issuer=\(issuer)&algorithm=SHA1&digits=6&period=30"
    }
}
