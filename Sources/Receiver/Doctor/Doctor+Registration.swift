import FHIR
import Trust

/// Whether the sending payer knows us: the client id, the redirect address, the secret.
extension Doctor {
    func checkRedirectURI(_ found: Found, _ courier: Courier) async -> Finding<Bool> {
        guard let clientID = options.clientID else { return .skipped("no client id was given") }
        guard let redirectURI = options.redirectURI else { return .skipped("no redirect address was given") }
        guard let endpoint = WebAddress(found.document.authorize) else {
            return .failed("the authorize endpoint is no address", fix: "The sending payer must correct its smart-configuration.")
        }
        let state = PKCE.makeVerifier()
        let request = AuthorizeRequest(
            endpoint: endpoint, clientID: clientID, redirectURI: redirectURI, scope: options.scope, state: state,
            audience: found.base.trimmed, challenge: PKCE.challenge(for: PKCE.makeVerifier()))
        guard let address = WebAddress(request.address) else {
            return .failed("the authorize address would be too long", fix: "Your developer must ask for fewer scopes.")
        }
        let answer: HTTPAnswer
        do throws(Courier.Failure) {
            answer = try await courier.get(address, accept: "text/html", redirects: .answer)
        } catch {
            return .failed(error.reason, fix: "The sending payer must look at its authorize endpoint; members cannot reach it either.")
        }
        return judged(AuthorizeAnswer(answer, from: address, redirectURI: redirectURI, state: state), redirectURI)
    }

    private func judged(_ answer: AuthorizeAnswer, _ redirectURI: String) -> Finding<Bool> {
        switch answer {
        case .goesOn(let seen): return .passed(seen, true)
        case .unknownClient(let seen):
            return .failed(
                seen,
                fix:
                    "Your developer must compare the client id with the registration at the sending payer; it may not be known to this plan yet."
            )
        case .unregisteredRedirect(let seen):
            return .failed(
                seen,
                fix:
                    "Your developer must register \(PlainText.shown(redirectURI)) with the sending payer, letter by letter as it stands here."
            )
        case .refused(let error, let words):
            return .failed("the authorize endpoint refuses: " + error + (words.map { ", \($0)" } ?? ""), fix: Self.fix(error))
        case .wrongState:
            return .failed(
                "the authorize endpoint does not send state back as it was",
                fix: "The sending payer must return state unchanged (RFC 6749 §4.1.2).")
        case .broken(let seen): return .failed(seen, fix: "The sending payer must look at its authorize endpoint; show it this line.")
        case .unclear(let seen):
            return .warning(
                seen,
                fix: "Your developer must open the authorize address in a browser; if it shows an error, the sending payer can say which.",
                true)
        }
    }

    private static func fix(_ error: String) -> String {
        switch error {
        case "invalid_scope": "Your developer must ask the sending payer which scopes this app may have, and ask for no others."
        case "unauthorized_client", "unsupported_response_type":
            "The sending payer must allow the authorization code flow for this client id."
        case "server_error", "temporarily_unavailable": "The sending payer must look at its authorize endpoint; try again later."
        default: "Your developer must show this line to the sending payer; the app and its redirect address are known there."
        }
    }

    func checkCredentials(_ found: Found, _ requests: Requests) async -> Finding<Bool> {
        guard let clientID = options.clientID else { return .skipped("no client id was given") }
        guard let endpoint = WebAddress(found.document.token) else {
            return .failed("the token endpoint is no address", fix: "The sending payer must correct its smart-configuration.")
        }
        let client = TokenClient(
            courier: requests.courier, endpoint: endpoint, clientID: clientID, clientSecret: options.clientSecret,
            usesBasic: found.document.tokenUsesBasic, backoff: requests.backoff, tally: requests.tally)
        do throws(ReceiveProblem) {
            _ = try await client.exchange(
                code: PKCE.makeVerifier(), redirectURI: options.redirectURI ?? "http://127.0.0.1:8765/callback",
                verifier: PKCE.makeVerifier())
            return .failed(
                "the token endpoint gave a token for a code that no one has issued",
                fix: "Do not connect before the sending payer has mended its token endpoint; its security team must know.")
        } catch {
            return Self.judged(error)
        }
    }

    /// The client is proven before the code is looked at (RFC 6749 §4.1.3), so a refused code means accepted credentials.
    private static func judged(_ problem: ReceiveProblem) -> Finding<Bool> {
        guard case .tokenRefused(let error, let words) = problem else {
            return .failed(problem.explanation, fix: "The sending payer must look at its token endpoint; show it this line.")
        }
        let seen = "the token endpoint answered \(error)" + (words.map { ", \($0)" } ?? "")
        switch error {
        case "invalid_grant": return .passed("the token endpoint accepts the client and refuses a made-up code", true)
        case "invalid_client", "status 401":
            return .failed(
                seen, fix: "Your developer must enter the client id and secret again, or make a new secret with the sending payer.")
        case "unauthorized_client", "unsupported_grant_type":
            return .failed(seen, fix: "The sending payer must allow the authorization code flow for this client id.")
        case "invalid_request":
            return .warning(
                seen, fix: "Nothing shows whether the secret is right; your developer finds out with the first test member.", true)
        default: return .failed(seen, fix: "The sending payer must look at its token endpoint; show it this line.")
        }
    }
}
