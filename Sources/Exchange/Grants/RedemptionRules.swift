package import FHIR
package import Trust

/// An authorization code as the store has it.
package struct StoredCode: Sendable {
    package let app: Key<App>
    package let redirectURI: String
    package let redirectURIWasSent: Bool
    package let challenge: PKCE.Challenge?
    package let expiresAt: Timestamp
    package let isUsed: Bool
    package let isRevoked: Bool

    package init(
        app: Key<App>, redirectURI: String, redirectURIWasSent: Bool, challenge: PKCE.Challenge?, expiresAt: Timestamp, isUsed: Bool,
        isRevoked: Bool
    ) {
        (self.app, self.redirectURI, self.redirectURIWasSent) = (app, redirectURI, redirectURIWasSent)
        (self.challenge, self.expiresAt, self.isUsed, self.isRevoked) = (challenge, expiresAt, isUsed, isRevoked)
    }
}

/// What must hold when a code or a refresh token is presented; the store asks inside its transaction.
package enum RedemptionRules {
    package enum Verdict: Sendable { case take, replay, refuse(OAuthError) }

    /// RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9700 §2.1.1 (no verifier without a challenge).
    package static func judge(
        _ code: StoredCode, app: Key<App>, redirectURI: String?, verifier: String?, at now: Timestamp
    ) -> Verdict {
        guard code.app == app else { return .refuse(OAuthError(.invalidGrant, "The code was issued to another client.")) }
        if code.isUsed { return .replay }
        guard !code.isRevoked else { return .refuse(OAuthError(.invalidGrant, "The permission behind this code was taken back.")) }
        guard now < code.expiresAt else {
            return .refuse(
                OAuthError(.invalidGrant, "The code has expired; it lives five minutes. Send the member through authorize again."))
        }
        if let redirectURI {
            guard redirectURI.utf8.elementsEqual(code.redirectURI.utf8) else {
                return .refuse(OAuthError(.invalidGrant, "redirect_uri is not the one of the authorize request."))
            }
        }
        switch (code.challenge, verifier) {
        case (nil, nil): return .take
        case (let challenge?, let verifier?):
            return challenge.verify(verifier)
                ? .take
                : .refuse(OAuthError(.invalidGrant, "code_verifier does not belong to the code_challenge of the authorize request."))
        case (_?, nil): return .refuse(OAuthError(.invalidGrant, "code_verifier is missing; the authorize request had a code_challenge."))
        case (nil, _?):
            return .refuse(OAuthError(.invalidGrant, "code_verifier was sent, but the authorize request had no code_challenge."))
        }
    }

    package static let unknownCode = OAuthError(.invalidGrant, "The code is not known here. A code works once, for five minutes.")
    package static let unknownRefreshToken = OAuthError(.invalidGrant, "The refresh token is not known here, has expired, or was revoked.")
    package static let replayed = OAuthError(
        .invalidGrant, "This was used before. Everything issued from it has been revoked; ask the member again.")
}
