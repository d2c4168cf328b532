/// What the introspection endpoint says of a live token. RFC 7662 §2.2; SMART App Launch 2.2.0, Token introspection.
package struct IntrospectionAnswer: Sendable {
    /// `{"active":false}`: the whole answer for a token that is unknown, dead or another client's.
    package static let inactive = Array(#"{"active":false}"#.utf8)

    package let clientID: String
    package let scope: ScopeSet
    /// Seconds since 1970.
    package let expires: Int
    /// Seconds since 1970.
    package let issuedAt: Int
    package let issuer: String
    package let patient: String?
    package let subject: String?
    /// False for a refresh token, which has no `token_type`.
    package let isAccessToken: Bool

    package init(
        clientID: String, scope: ScopeSet, expires: Int, issuedAt: Int, issuer: String, patient: String?, subject: String? = nil,
        isAccessToken: Bool = true
    ) {
        self.clientID = clientID
        self.scope = scope
        self.expires = expires
        self.issuedAt = issuedAt
        self.issuer = issuer
        self.patient = patient
        self.subject = subject
        self.isAccessToken = isAccessToken
    }

    package var json: [UInt8] {
        var object = JSONObject()
        object.add("active", true)
        object.add("client_id", clientID)
        object.add("scope", scope.text)
        object.add("exp", expires)
        object.add("iat", issuedAt)
        object.add("iss", issuer)
        object.add("sub", subject)
        object.add("patient", patient)
        object.add("token_type", isAccessToken ? "Bearer" : nil)
        return object.closed
    }
}
