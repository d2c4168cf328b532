import Exchange
import Hummingbird
import Trust

/// The two documents from which a client learns everything else. RFC 8414; SMART App Launch 2.2.0, Conformance.
struct Discovery: Sendable {
    let authorizationServer: [UInt8]
    let smart: [UInt8]

    init(plan: Plan) {
        let metadata = AuthorizationServerMetadata(
            issuer: plan.addresses.issuer, authorizationEndpoint: plan.addresses.authorize, tokenEndpoint: plan.addresses.token,
            revocationEndpoint: plan.addresses.revoke, introspectionEndpoint: plan.addresses.introspect)
        authorizationServer = metadata.json
        smart = SMARTConfiguration(metadata).json
    }

    func getAuthorizationServer(_ request: Request, _ context: SiteContext) async throws -> Response {
        Answer.json(.ok, authorizationServer, Answer.cors)
    }

    func getSMART(_ request: Request, _ context: SiteContext) async throws -> Response { Answer.json(.ok, smart, Answer.cors) }
}
