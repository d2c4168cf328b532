/// A well-formed request at the token endpoint. RFC 6749 §4.1.3 and §6, RFC 7636 §4.5.
package struct TokenRequest: Sendable {
    package enum Grant: Sendable, PrivateValue {
        /// `redirectURI` must equal the one of the authorize request when it came; `verifier` must come exactly when a challenge did.
        case authorizationCode(code: String, redirectURI: String?, verifier: String?)
        /// `scope` may only narrow: ``ScopeSet/narrowed(to:)``.
        case refreshToken(token: String, scope: ScopeSet?)
    }

    package let grant: Grant
    package let client: ClientCredentials

    package init(form: FormParameters, authorization: String?) throws(OAuthError) {
        client = try ClientCredentials.parse(form: form, authorization: authorization)
        guard let type = try form.one("grant_type") else { throw OAuthError(.invalidRequest, "grant_type is missing.") }
        if type.hasSameBytes(as: "authorization_code") {
            grant = try Self.code(form)
        } else if type.hasSameBytes(as: "refresh_token") {
            grant = try Self.refresh(form)
        } else {
            throw OAuthError(.unsupportedGrantType, "Supported grant types: authorization_code, refresh_token.")
        }
    }

    private static func code(_ form: FormParameters) throws(OAuthError) -> Grant {
        guard let code = try form.one("code") else { throw OAuthError(.invalidRequest, "code is missing.") }
        let redirectURI = try form.one("redirect_uri")
        let verifier = try form.one("code_verifier")
        guard verifier.map(PKCE.isWellFormed) ?? true else {
            throw OAuthError(.invalidRequest, "code_verifier must be 43 to 128 unreserved characters.")
        }
        return .authorizationCode(code: code, redirectURI: redirectURI, verifier: verifier)
    }

    private static func refresh(_ form: FormParameters) throws(OAuthError) -> Grant {
        guard let token = try form.one("refresh_token") else { throw OAuthError(.invalidRequest, "refresh_token is missing.") }
        guard let scope = try form.one("scope") else { return .refreshToken(token: token, scope: nil) }
        return .refreshToken(token: token, scope: try ScopeSet(parsing: scope))
    }
}
