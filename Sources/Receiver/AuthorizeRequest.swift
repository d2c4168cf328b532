/// The address that the member's browser opens. SMART App Launch 2.2.0, standalone launch; RFC 7636 §4.3.
struct AuthorizeRequest: Sendable {
    let endpoint: WebAddress
    let clientID: String
    let redirectURI: String
    let scope: String
    let state: String
    /// The FHIR base.
    let audience: String
    let challenge: String

    var address: String {
        let fields = [
            ("response_type", "code"), ("client_id", clientID), ("redirect_uri", redirectURI), ("scope", scope), ("state", state),
            ("aud", audience), ("code_challenge", challenge), ("code_challenge_method", "S256"),
        ]
        let base = endpoint.text
        return base + (base.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + PercentEncoding.form(fields)
    }
}
