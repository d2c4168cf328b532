import Exchange
import Trust

/// Notes what an app does at a plan of the sandbox, for its developer and the reviewer. What the portal itself tries is
/// not the app's doing, and at a real plan nothing is counted.
enum Observing {
    static func note(_ kind: String, _ app: Key<App>, _ site: Site, _ plan: Plan, _ context: SiteContext) {
        guard !context.isTried else { return }
        site.requests(at: plan)?.count(kind, by: app, plan: plan.key, at: site.world.now())
    }
}

extension TokenRequest.Grant {
    var isCode: Bool {
        switch self {
        case .authorizationCode: true
        case .refreshToken: false
        }
    }
}
