import Exchange
import Pages
import Trust

/// What an app's developer still has to do before a plan knows it.
enum AppNotReady {
    /// Nil when no such app was ever made in the portal.
    static func reason(_ site: Site, _ plan: Plan, clientID: String) throws(Refusal) -> String? {
        guard let application = try site.store.application(clientID: clientID) else { return nil }
        let readiness = AppReadiness.of(
            application, verification: try site.store.verification(of: application.key),
            sync: try site.store.syncs(of: application.key).first { $0.plan == plan.key },
            isProduction: plan.policy.environment == .production)
        return switch readiness {
        case .notVerified(let state): ReadinessWords.notVerified(state?.rawValue)
        case .noProductionAccess: ReadinessWords.noProductionAccess
        case .syncWaiting: ReadinessWords.syncWaiting
        case .syncFailed(let problem): ReadinessWords.syncFailed(problem)
        case .suspended: ReadinessWords.suspended
        case .revoked: ReadinessWords.revoked
        case .blocked: ReadinessWords.blocked
        }
    }
}
