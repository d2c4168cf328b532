/// The success answer of the token endpoint. RFC 6749 §5.1; SMART App Launch 2.2.0, Access token response.
package struct TokenAnswer: Sendable {
    package let accessToken: Secret
    /// Seconds.
    package let expiresIn: Int
    package let scope: ScopeSet
    /// The logical id of the Patient in context.
    package let patient: String?
    package let refreshToken: Secret?

    package init(accessToken: Secret, expiresIn: Int, scope: ScopeSet, patient: String?, refreshToken: Secret?) {
        self.accessToken = accessToken
        self.expiresIn = expiresIn
        self.scope = scope
        self.patient = patient
        self.refreshToken = refreshToken
    }

    /// Send with `Cache-Control: no-store` and `Pragma: no-cache`.
    package var json: [UInt8] {
        var object = JSONObject()
        object.add("access_token", accessToken.text)
        object.add("token_type", "Bearer")
        object.add("expires_in", expiresIn)
        object.add("scope", scope.text)
        object.add("patient", patient)
        object.add("refresh_token", refreshToken?.text)
        return object.closed
    }
}
