extension RedirectURI {
    /// Where the browser goes with a code: `code`, `state` when it was sent, and `iss`. RFC 6749 §4.1.2, RFC 9207 §2.
    package func answer(code: Secret, state: String?, issuer: String) -> String {
        answer([("code", code.text)], state, issuer)
    }

    /// Where the browser goes with a refusal: `error`, `error_description`, `state` when it was sent, and `iss`. RFC 6749 §4.1.2.1.
    package func answer(error: OAuthError, state: String?, issuer: String) -> String {
        answer(error.redirectParameters, state, issuer)
    }

    private func answer(_ parameters: [(String, String)], _ state: String?, _ issuer: String) -> String {
        appending(parameters + (state.map { [("state", $0)] } ?? []) + [("iss", issuer)])
    }
}
