import Crypto

/// Proof Key for Code Exchange with S256 only (RFC 7636; SMART App Launch 2.2 forbids `plain`).
package enum PKCE {
    /// What the app committed to at the authorize endpoint.
    package struct Challenge: Sendable, Equatable {
        /// 43 base64url characters.
        package let text: String

        /// Takes the authorize parameters. A missing method means `plain` (RFC 7636 §4.3), so it is refused like any other than `S256`.
        package init(_ text: String, method: String?) throws(OAuthError) {
            guard let method else {
                throw OAuthError(.invalidRequest, "code_challenge_method is missing; send code_challenge_method=S256.")
            }
            guard method.hasSameBytes(as: "S256") else {
                throw OAuthError(.invalidRequest, "Only code_challenge_method=S256 is supported.")
            }
            guard let challenge = Challenge(stored: text) else {
                throw OAuthError(.invalidRequest, "code_challenge must be 43 base64url characters without padding.")
            }
            self = challenge
        }

        /// Takes a stored challenge; nil when it is not 43 base64url characters.
        package init?(stored text: String) {
            guard text.utf8.count == 43, text.utf8.allSatisfy(Base64.isURLCharacter) else { return nil }
            self.text = text
        }

        /// True when the verifier is well formed and hashes to this challenge. RFC 7636 §4.6.
        package func verify(_ verifier: String) -> Bool {
            PKCE.isWellFormed(verifier: verifier) && constantTimeEqual(PKCE.challenge(for: verifier).utf8, text.utf8)
        }
    }

    /// 43 to 128 unreserved characters. RFC 7636 §4.1.
    package static func isWellFormed(verifier: String) -> Bool {
        (43...128).contains(verifier.utf8.count) && verifier.utf8.allSatisfy(PercentEncoding.isUnreserved)
    }

    /// A new 256-bit verifier of 43 characters.
    package static func makeVerifier() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(decoding: Base64.urlEncoded(Secret.randomBytes(using: &generator)), as: UTF8.self)
    }

    /// `BASE64URL(SHA256(verifier))`. RFC 7636 §4.2.
    package static func challenge(for verifier: String) -> String {
        var hasher = SHA256()
        var verifier = verifier
        verifier.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return String(decoding: Base64.urlEncoded(hasher.finalize()), as: UTF8.self)
    }
}
