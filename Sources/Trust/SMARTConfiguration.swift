/// The document at `[FHIR base]/.well-known/smart-configuration`. SMART App Launch 2.2.0, Conformance.
package struct SMARTConfiguration: Sendable {
    package static let defaultScopes = ["launch/patient", "offline_access", "patient/*.read", "patient/*.rs"]
    package static let capabilities = [
        "launch-standalone", "authorize-post", "client-public", "client-confidential-symmetric", "context-standalone-patient",
        "permission-patient", "permission-offline", "permission-v1", "permission-v2",
    ]

    package let server: AuthorizationServerMetadata
    /// The page where a member sees and withdraws what was shared; left out when nil.
    package let managementEndpoint: String?

    package init(_ server: AuthorizationServerMetadata, managementEndpoint: String? = nil) {
        self.server = server
        self.managementEndpoint = managementEndpoint
    }

    /// `issuer` and `jwks_uri` belong to OpenID Connect, which this server does not speak.
    package var json: [UInt8] {
        var object = JSONObject()
        object.add("authorization_endpoint", server.authorizationEndpoint)
        object.add("token_endpoint", server.tokenEndpoint)
        object.add("token_endpoint_auth_methods_supported", AuthorizationServerMetadata.authenticationMethods)
        object.add("grant_types_supported", AuthorizationServerMetadata.grantTypes)
        object.add("scopes_supported", server.scopes)
        object.add("response_types_supported", ["code"])
        object.add("management_endpoint", managementEndpoint)
        object.add("introspection_endpoint", server.introspectionEndpoint)
        object.add("revocation_endpoint", server.revocationEndpoint)
        object.add("capabilities", Self.capabilities)
        object.add("code_challenge_methods_supported", ["S256"])
        return object.closed
    }
}
