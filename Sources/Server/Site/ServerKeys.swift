import Crypto
import Exchange
import Foundation
import Trust

/// Keys derived from the server's one secret, each for one purpose.
package struct ServerKeys: Sendable {
    private let secret: SymmetricKey

    /// `secret` is at least 32 random bytes that only this plan's servers know.
    package init(secret: [UInt8]) { self.secret = SymmetricKey(data: secret) }

    private func derived(_ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, info: Data("payerbridge/\(purpose)".utf8), outputByteCount: 32)
    }

    /// The key under which mailed codes are kept.
    package var emailCode: [UInt8] { derived("email code").withUnsafeBytes { Array($0) } }

    /// The token that a form of this walk must bring back (against requests forged by other sites).
    func formToken(_ authorization: Authorization) -> String {
        let mac = HMAC<SHA256>.authenticationCode(
            for: Data(authorization.id.utf8) + Data(authorization.browser.bytes), using: derived("form token"))
        return Data(mac).base64EncodedString()
    }

    /// A page link's place, sealed so that it works only for this grant and this search.
    func seal(place: String, context: String) throws -> String {
        let box = try AES.GCM.seal(Data(place.utf8), using: derived("page"), authenticating: Data(context.utf8))
        guard let combined = box.combined else { throw Refusal(.unavailable, "The page link could not be made.") }
        return combined.base64EncodedString().map { $0 == "+" ? "-" : $0 == "/" ? "_" : String($0) }.joined().trimmingEquals()
    }

    /// The place inside a page link; nil when it was made for another grant or search, or altered.
    func open(_ text: String, context: String) -> String? {
        var base64 = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        while base64.utf8.count % 4 != 0 { base64 += "=" }
        guard let data = Data(base64Encoded: base64), let box = try? AES.GCM.SealedBox(combined: data),
            let place = try? AES.GCM.open(box, using: derived("page"), authenticating: Data(context.utf8))
        else { return nil }
        return String(decoding: place, as: UTF8.self)
    }
}

extension String {
    fileprivate func trimmingEquals() -> String {
        var text = self
        while text.hasSuffix("=") { text.removeLast() }
        return text
    }
}
