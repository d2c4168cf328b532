import FHIR

/// The fields of `.well-known/smart-configuration` that matter here. SMART App Launch 2.2.0, Conformance.
struct SMARTDocument: Sendable {
    var authorize: String
    var token: String
    var issuer: String?
    var namesItselfInAnswers = false
    var tokenUsesBasic = false
    /// nil when the document does not say. RFC 7636.
    var challengeMethods: [String]?

    init(authorize: String, token: String) {
        (self.authorize, self.token) = (authorize, token)
    }

    /// nil when it is no such document, or names no authorize or token endpoint.
    init?(_ body: [UInt8]) {
        let read = try? JSONParser().withDocument(body) { root in SMARTDocument(root) }
        guard let read = read ?? nil else { return nil }
        self = read
    }

    private init?(_ root: JSONValue) {
        guard let authorize = root["authorization_endpoint"]?.string, let token = root["token_endpoint"]?.string else { return nil }
        self.init(authorize: authorize, token: token)
        issuer = root["issuer"]?.string
        namesItselfInAnswers = root["authorization_response_iss_parameter_supported"]?.kind == .true
        var methods: [String] = []
        root["token_endpoint_auth_methods_supported"]?.forEachElement { if let name = $0.string { methods.append(name) } }
        root["code_challenge_methods_supported"]?.forEachElement {
            if let name = $0.string { challengeMethods = (challengeMethods ?? []) + [name] }
        }
        tokenUsesBasic = methods.contains("client_secret_basic") && !methods.contains("client_secret_post")
    }
}
