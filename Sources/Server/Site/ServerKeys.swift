import Crypto
import Exchange
import Foundation
import Trust

/// Keys derived from the server's one secret, each for one purpose.
package struct ServerKeys: Sendable {
    /// The key under which mailed codes are kept.
    package let emailCode: [UInt8]
    private let form: SymmetricKey
    private let page: SymmetricKey
    private let tryRun: SymmetricKey

    /// `secret` is at least 32 random bytes that only this plan's servers know.
    package init(secret: [UInt8]) {
        let key = SymmetricKey(data: secret)
        func derived(_ purpose: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data("payerbridge/\(purpose)".utf8), outputByteCount: 32)
        }
        emailCode = derived("email code").withUnsafeBytes { Array($0) }
        form = derived("form token")
        page = derived("page")
        tryRun = derived("try run")
    }

    /// The token that a form of this walk must bring back (against requests forged by other sites).
    func formToken(_ authorization: Authorization) -> String {
        let mac = HMAC<SHA256>.authenticationCode(for: Data(authorization.id.utf8) + Data(authorization.browser.bytes), using: form)
        return Data(mac).base64EncodedString()
    }

    /// The token that a form of the portal must bring back: of this browser, or of this session once someone is signed in.
    func formToken(_ browser: SecretHash) -> String {
        let mac = HMAC<SHA256>.authenticationCode(for: Data("portal|".utf8) + Data(browser.bytes), using: form)
        return Data(mac).base64EncodedString()
    }

    /// A page link's place, sealed so that it works only for this grant and this search; in hex.
    func seal(place: String, context: String) throws -> String {
        let box = try AES.GCM.seal(Data(place.utf8), using: page, authenticating: Data(context.utf8))
        guard let combined = box.combined else { throw Refusal(.unavailable, "The page link could not be made.") }
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(combined.count * 2)
        for byte in combined {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The place inside a page link; nil when it was made for another grant or search, or altered.
    func open(_ text: String, context: String) -> String? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0, digits.count < 1024 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        guard let box = try? AES.GCM.SealedBox(combined: bytes),
            let place = try? AES.GCM.open(box, using: page, authenticating: Data(context.utf8))
        else { return nil }
        return String(decoding: place, as: UTF8.self)
    }

    /// A walk of "Try it", sealed so that it opens for this application alone.
    func seal(_ run: [UInt8], of application: String) throws -> [UInt8] {
        guard let sealed = try AES.GCM.seal(run, using: tryRun, authenticating: Data(application.utf8)).combined else {
            throw Refusal(.unavailable, "The walk could not be kept.")
        }
        return Array(sealed)
    }

    /// Nil for what was sealed for another application, under another key, or altered.
    func openRun(_ sealed: [UInt8], of application: String) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let run = try? AES.GCM.open(box, using: tryRun, authenticating: Data(application.utf8))
        else { return nil }
        return Array(run)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
