import Crypto
import Foundation
import JWTKit

/// A JWT with which another service of the same plan says who is signed in there: HS256, a few minutes, meant for one address.
///
/// Anything that is not exactly as expected is refused. RFC 7519 §4.1, RFC 8725 §3.1.
package struct SignedLink: Sendable {
    /// Who is signed in: the member ID.
    package let subject: String
    /// Names this very link, so that it can be used once.
    package let hash: SecretHash

    /// The longest time between `iat` and `exp`, in seconds.
    package static let longest: Double = 300
    /// How far the two clocks may differ, in seconds.
    private static let leeway: Double = 30

    private struct Claims: JWTPayload {
        let sub: SubjectClaim
        let aud: AudienceClaim
        let iat: IssuedAtClaim
        let exp: ExpirationClaim
        let jti: IDClaim

        /// The times are compared with the clock that is given, not with the system's.
        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    /// Nil for a link that opens nothing. `key` has at least 32 bytes; `now` is in seconds since 1970.
    package static func verified(_ text: String, key: [UInt8], audience: String, now: Int64) async -> SignedLink? {
        guard text.utf8.count <= 4096, key.count >= 32 else { return nil }
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(key: SymmetricKey(data: key)), digestAlgorithm: .sha256)
        guard let claims = try? await keys.verify(text, as: Claims.self),
            claims.aud.value.contains(where: { $0.utf8.elementsEqual(audience.utf8) }),
            !claims.sub.value.isEmpty, !claims.jti.value.isEmpty
        else { return nil }
        let (now, issued, expires) = (Double(now), claims.iat.value.timeIntervalSince1970, claims.exp.value.timeIntervalSince1970)
        guard expires > now - leeway, issued <= now + leeway, expires > issued, expires - issued <= longest else { return nil }
        return SignedLink(subject: claims.sub.value, hash: SecretHash(SHA256.hash(data: Data("signed link|\(claims.jti.value)".utf8))))
    }
}
