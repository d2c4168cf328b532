import Exchange
import FHIR
import Trust

/// Proves which app speaks at the token, revocation and introspection endpoints. RFC 6749 §2.3.
struct ClientAuthentication: Sendable {
    let site: Site
    let plan: Plan

    func app(_ credentials: ClientCredentials, _ trace: RequestTrace) async throws(OAuthError) -> App {
        let limit = plan.policy.limits.clientFailures
        let failure = Attempt(.clientFailure, plan: plan.key, subject: credentials.clientID)
        do throws(Refusal) {
            // Who has the secret is never kept out by others who guess at it.
            let known = try site.store.app(clientID: credentials.clientID, plan: plan.key)
            if let app = known, try isProven(app, credentials) {
                trace.concerns(app.key, isProven: app.kind == .confidential)
                if let secret = credentials.secret.flatMap({ Secret($0, kind: .clientSecret) }) {
                    try await site.store.noteUse(of: secret.hash, at: site.world.now())
                }
                return app
            }
            // Whose name was used is told it, also before a plan knows the app.
            if site.requests(at: plan) != nil {
                let named = if let known { known.key } else { try site.store.application(clientID: credentials.clientID)?.app }
                if let named { trace.concerns(named, isProven: false) }
            }
            guard try site.store.mayTry(failure, limit: limit) else {
                throw Refusal(.tooManyAttempts, "This client failed to authenticate too often. Wait five minutes.")
            }
            _ = try await site.store.count(failure, limit: limit)
        } catch {
            throw error.code == .tooManyAttempts
                ? OAuthError(.invalidClient, error.message) : OAuthError(.temporarilyUnavailable, "Try again shortly.")
        }
        throw OAuthError(.invalidClient, "The client_id and client_secret do not belong together, or are not synced to \(plan.id) yet.")
    }

    private func isProven(_ app: App, _ credentials: ClientCredentials) throws(Refusal) -> Bool {
        switch (app.kind, credentials.secret) {
        case (.public, nil): return true
        case (.public, _?), (.confidential, nil): return false
        case (.confidential, let text?):
            guard let secret = Secret(text, kind: .clientSecret) else { return false }
            return try site.store.hasSecret(app.key, hash: secret.hash, at: site.world.now())
        }
    }
}
