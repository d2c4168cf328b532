/// Why an app that exists is not known to a plan yet.
package enum AppReadiness: Sendable, Equatable {
    case notVerified(Verification.State?)
    /// Verified, but this is a real plan and production access is another step.
    case noProductionAccess
    case syncWaiting
    case syncFailed(String)
    case suspended
    case revoked
    case blocked

    /// The state of an app at a plan at which it is not known.
    package static func of(
        _ application: DeveloperApp, verification: Verification?, sync: PlanSync?, isProduction: Bool
    ) -> AppReadiness {
        switch application.standing {
        case .suspended: return .suspended
        case .revoked: return .revoked
        case .active: break
        }
        if let sync {
            if sync.blockReason != nil { return .blocked }
            return switch sync.state {
            case .waiting, .synced: .syncWaiting
            case .failed: .syncFailed(sync.problem ?? "")
            }
        }
        guard let verification, verification.state == .approved else { return .notVerified(verification?.state) }
        return isProduction ? .noProductionAccess : .syncWaiting
    }
}
