/// The token a client asks to revoke (RFC 7009 §2.1) or to look into (RFC 7662 §2.1); `token_type_hint` only helps a search, so it is unused.
package struct PresentedToken: Sendable {
    /// An access or a refresh token of ours; nil when the text has neither shape, which is no error: it is just not a live token.
    package let secret: Secret?

    package init(form: FormParameters) throws(OAuthError) {
        guard let text = try form.one("token") else { throw OAuthError(.invalidRequest, "token is missing.") }
        _ = try form.one("token_type_hint")
        secret = Secret(text, kind: .accessToken) ?? Secret(text, kind: .refreshToken)
    }
}
