extension DeveloperApp {
    /// Whether an app may be at the plans at all, whatever else was decided.
    package enum Standing: String, Sendable, CaseIterable {
        case active
        /// Nothing works until it is reinstated; permissions of members stay.
        case suspended
        /// For good; every permission has ended.
        case revoked
    }

    package enum Action: String, Sendable, CaseIterable { case suspend, reinstate, revoke }

    package enum Effect: Sendable, Equatable {
        /// The credentials leave every plan in the same moment.
        case takeFromPlans
        /// Every permission that a member gave ends.
        case endGrants
        /// What was synced before waits to be synced again.
        case syncAgain
        case tellDeveloper
    }

    /// What follows; nil for what must not be.
    package static func move(_ standing: Standing, _ role: CaseRole, _ action: Action) -> (next: Standing, effects: [Effect])? {
        guard role == .reviewer else { return nil }
        switch (standing, action) {
        case (.active, .suspend): return (.suspended, [.takeFromPlans, .tellDeveloper])
        case (.suspended, .reinstate): return (.active, [.syncAgain, .tellDeveloper])
        case (.active, .revoke), (.suspended, .revoke): return (.revoked, [.takeFromPlans, .endGrants, .tellDeveloper])
        case (.active, .reinstate), (.suspended, .suspend), (.revoked, .suspend), (.revoked, .reinstate), (.revoked, .revoke): return nil
        }
    }
}
