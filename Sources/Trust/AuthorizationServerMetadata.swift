/// The document at `/.well-known/oauth-authorization-server`. RFC 8414 §2, RFC 9207 §3.
package struct AuthorizationServerMetadata: Sendable {
    /// Grants, methods and scopes of this server, said once for both discovery documents.
    static let grantTypes = ["authorization_code", "refresh_token"]
    static let authenticationMethods = ClientCredentials.Method.allCases.map(\.rawValue)
    static let secretMethods = [ClientCredentials.Method.post.rawValue, ClientCredentials.Method.basic.rawValue]

    /// Without query and fragment; the `iss` of every answer, byte for byte.
    package let issuer: String
    package let authorizationEndpoint: String
    package let tokenEndpoint: String
    package let revocationEndpoint: String
    package let introspectionEndpoint: String
    package let scopes: [String]

    package init(
        issuer: String, authorizationEndpoint: String, tokenEndpoint: String, revocationEndpoint: String, introspectionEndpoint: String,
        scopes: [String] = SMARTConfiguration.defaultScopes
    ) {
        self.issuer = issuer
        self.authorizationEndpoint = authorizationEndpoint
        self.tokenEndpoint = tokenEndpoint
        self.revocationEndpoint = revocationEndpoint
        self.introspectionEndpoint = introspectionEndpoint
        self.scopes = scopes
    }

    package var json: [UInt8] {
        var object = JSONObject()
        object.add("issuer", issuer)
        object.add("authorization_endpoint", authorizationEndpoint)
        object.add("token_endpoint", tokenEndpoint)
        object.add("scopes_supported", scopes)
        object.add("response_types_supported", ["code"])
        object.add("response_modes_supported", ["query"])
        object.add("grant_types_supported", Self.grantTypes)
        object.add("token_endpoint_auth_methods_supported", Self.authenticationMethods)
        object.add("revocation_endpoint", revocationEndpoint)
        object.add("revocation_endpoint_auth_methods_supported", Self.authenticationMethods)
        object.add("introspection_endpoint", introspectionEndpoint)
        object.add("introspection_endpoint_auth_methods_supported", Self.secretMethods)
        object.add("code_challenge_methods_supported", ["S256"])
        object.add("authorization_response_iss_parameter_supported", true)
        return object.closed
    }
}
