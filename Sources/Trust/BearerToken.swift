/// What the `Authorization` header of an API request holds. RFC 6750 §2.1.
package enum BearerToken: Sendable {
    /// No bearer credentials: 401 and a challenge without an error.
    case absent
    /// Bearer credentials that break the grammar: 400 `invalid_request`.
    case malformed
    /// Well formed, and no access token of ours: 401 `invalid_token`.
    case foreign
    case token(Secret)

    package static func parse(_ authorizationHeader: String?) -> BearerToken {
        guard let authorizationHeader, let credentials = AuthorizationHeader.credentials(authorizationHeader, scheme: "bearer") else {
            return .absent
        }
        if let secret = Secret(String(Substring(credentials)), kind: .accessToken) { return .token(secret) }
        return isToken(credentials) ? .foreign : .malformed
    }

    /// The refusal this header deserves by itself; nil for a token that is still to be looked up, and when there is none.
    package var problem: OAuthError? {
        switch self {
        case .absent, .token: nil
        case .malformed: OAuthError(.invalidRequest, "The Authorization header must be Bearer and one token.")
        case .foreign: OAuthError(.invalidToken, "The access token is unknown, expired or revoked.")
        }
    }

    /// The `WWW-Authenticate` value; without an error when the request had no credentials. RFC 6750 §3.
    package static func wwwAuthenticate(realm: String, error: OAuthError? = nil, scope: ScopeSet? = nil) -> String {
        var text = "Bearer realm=\"\(OAuthError.safe(realm))\""
        if let error { text += ", error=\"\(error.code.rawValue)\", error_description=\"\(error.description)\"" }
        if let scope { text += ", scope=\"\(OAuthError.safe(scope.text))\"" }
        return text
    }

    /// `b64token` of RFC 6750 §2.1.
    private static func isToken(_ text: Substring.UTF8View) -> Bool {
        let body = text.prefix { $0 != UInt8(ascii: "=") }
        return !body.isEmpty && text[body.endIndex...].allSatisfy { $0 == UInt8(ascii: "=") }
            && body.allSatisfy { PercentEncoding.isUnreserved($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
    }
}
