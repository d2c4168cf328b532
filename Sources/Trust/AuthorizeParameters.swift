/// What an app asks for at the authorize endpoint, read in two steps, because an error may travel to the redirect URI only after that
/// URI was proven. RFC 6749 §4.1.1 and §4.1.2.1; SMART App Launch 2.2.0, Obtain authorization code.
package struct AuthorizeParameters: Sendable {
    /// Echoed byte for byte.
    package let state: String?
    /// nil when the app named none.
    package let scope: ScopeSet?
    /// nil when the app does not use PKCE.
    package let challenge: PKCE.Challenge?
    /// True when `redirect_uri` came; then RFC 6749 §4.1.3 wants it again at the token endpoint.
    package let redirectURIWasSent: Bool
    /// True when `aud` or `resource` came and named this server.
    package let audienceWasSent: Bool
    /// True when `response_type` came.
    package let responseTypeWasSent: Bool

    /// First step: who asks, and where the answer would go. Show these errors on a page; never redirect.
    package static func identify(_ form: FormParameters) throws(OAuthError) -> (clientID: String, redirectURI: String) {
        guard let clientID = try form.one("client_id") else { throw OAuthError(.invalidRequest, "client_id is missing.") }
        guard let redirectURI = try form.one("redirect_uri") else { throw OAuthError(.invalidRequest, "redirect_uri is missing.") }
        guard clientID.isVisibleASCII(upTo: 256) else { throw OAuthError(.invalidRequest, "client_id is malformed.") }
        guard redirectURI.isVisibleASCII(upTo: 2048) else { throw OAuthError(.invalidRequest, "redirect_uri is malformed.") }
        return (clientID, redirectURI)
    }

    /// The state an error answer carries: nil when it is missing, repeated or itself malformed.
    package static func state(_ form: FormParameters) -> String? {
        guard let state = try? form.single("state"), isWellFormed(state: state) else { return nil }
        return state
    }

    /// Second step, after the client and its redirect URI were proven: these errors go to the redirect URI.
    ///
    /// `response_type`, `scope`, `aud` and, for a client with a secret, PKCE may be missing, because the documented request has none of them.
    package init(_ form: FormParameters, expectedAudience: String, isPublicClient: Bool) throws(OAuthError) {
        state = try form.one("state")
        if let state, !Self.isWellFormed(state: state) {
            throw OAuthError(.invalidRequest, "state must be at most 2048 printable ASCII characters.")
        }
        let responseType = try form.one("response_type")
        guard responseType.map({ $0.hasSameBytes(as: "code") }) ?? true else {
            throw OAuthError(.unsupportedResponseType, "Only response_type=code is supported.")
        }
        responseTypeWasSent = responseType != nil
        guard try form.one("response_mode").map({ $0.hasSameBytes(as: "query") }) ?? true else {
            throw OAuthError(.invalidRequest, "Only response_mode=query is supported.")
        }
        guard !form.contains("request"), !form.contains("request_uri") else {
            throw OAuthError(.invalidRequest, "Request objects (request, request_uri) are not supported.")
        }
        audienceWasSent = try Self.checkAudience(form, expected: expectedAudience)
        challenge = try Self.challenge(form, isRequired: isPublicClient)
        if let text = try form.one("scope") { scope = try ScopeSet(parsing: text) } else { scope = nil }
        redirectURIWasSent = try form.one("redirect_uri") != nil
    }

    /// `aud` (SMART) and `resource` (RFC 8707, may repeat) must be this server's FHIR base, with or without the last slash.
    private static func checkAudience(_ form: FormParameters, expected: String) throws(OAuthError) -> Bool {
        let audience = try form.one("aud")
        if let audience, !isSameBase(audience, expected) {
            throw OAuthError(.invalidRequest, "aud must be the FHIR base of this server: \(expected)")
        }
        let resources = form.values("resource").filter { !$0.isEmpty }
        guard resources.allSatisfy({ isSameBase($0, expected) }) else {
            throw OAuthError(.invalidTarget, "resource must be the FHIR base of this server: \(expected)")
        }
        return audience != nil || !resources.isEmpty
    }

    private static func challenge(_ form: FormParameters, isRequired: Bool) throws(OAuthError) -> PKCE.Challenge? {
        let method = try form.one("code_challenge_method")
        if let text = try form.one("code_challenge") { return try PKCE.Challenge(text, method: method) }
        guard method == nil else { throw OAuthError(.invalidRequest, "code_challenge_method came without code_challenge.") }
        guard !isRequired else { throw OAuthError(.invalidRequest, "code_challenge is required for an app without a secret.") }
        return nil
    }

    private static func isSameBase(_ a: String, _ b: String) -> Bool {
        func base(_ text: String) -> Substring.UTF8View {
            text.utf8.last == UInt8(ascii: "/") ? text.utf8.dropLast() : text.utf8[...]
        }
        return base(a).elementsEqual(base(b))
    }

    private static func isWellFormed(state: String) -> Bool {
        state.utf8.count <= 2048 && state.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
