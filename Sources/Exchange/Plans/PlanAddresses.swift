/// The public addresses of one plan, as configured; every link is built from them, never from a request.
package struct PlanAddresses: Sendable, Equatable {
    /// The authorization server, such as `http://localhost:8080/demo/oauth2` or `https://auth.example.com/oauth2`; also the issuer.
    package let authorization: String
    /// The FHIR base, such as `http://localhost:8080/demo/r4`.
    package let fhir: String

    package init(authorization: String, fhir: String) { (self.authorization, self.fhir) = (authorization, fhir) }

    package var authorize: String { authorization + "/authorize/payer2payer" }
    package var token: String { authorization + "/token" }
    package var revoke: String { authorization + "/revoke" }
    package var introspect: String { authorization + "/introspect" }
    package var issuer: String { authorization }
}
