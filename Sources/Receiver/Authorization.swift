import FHIR
import Trust

/// Brings a code home from the member's browser and changes it into tokens. SMART App Launch 2.2.0, standalone launch; RFC 7636; RFC 8252 §7.3.
struct Authorization: Sendable {
    let options: ReceiveOptions
    let sender: Sender
    let client: TokenClient
    let report: @Sendable (ReceiveEvent) -> Void

    func run() async throws(ReceiveProblem) -> TokenSet {
        let place = try RedirectPlace(options.redirectURI, listenOn: options.listenOn)
        let state = PKCE.makeVerifier()
        let verifier = PKCE.makeVerifier()
        let callback = AuthorizationCallback(
            path: place.path, state: state, issuer: sender.issuer, needsIssuer: sender.namesItselfInAnswers)
        let listener = try await CallbackListener(host: place.listenHost, port: place.listenPort, callback: callback)
        let redirectURI = place.text(port: listener.port)
        let request = AuthorizeRequest(
            endpoint: sender.authorize, clientID: options.clientID, redirectURI: redirectURI, scope: options.scope, state: state,
            audience: sender.base.trimmed, challenge: PKCE.challenge(for: verifier))
        report(.authorizeURL(request.address))
        report(.waiting(redirectURI: redirectURI, timeout: options.authorizeTimeout))
        let code = try await listener.code(within: options.authorizeTimeout)
        return try await client.exchange(code: code, redirectURI: redirectURI, verifier: verifier)
    }
}
