package import Exchange
package import FHIR
package import Trust

/// Whose record is read, and what of it is open: the compartment of the grant, the plan's release policy, the token's scope.
package struct RecordAccess: Sendable {
    /// What a scope opens of one type.
    package enum Opening: Sendable {
        case closed
        case all
        /// Of these sets of conditions one must hold whole.
        case some([[SearchCondition]])
    }

    package let plan: Plan
    package let compartment: Compartment
    package let policy: ReleasePolicy
    package let scope: ScopeSet
    package let now: Timestamp

    package init(plan: Plan, compartment: Compartment, policy: ReleasePolicy, scope: ScopeSet, now: Timestamp) {
        (self.plan, self.compartment, self.policy, self.scope, self.now) = (plan, compartment, policy, scope, now)
    }

    package var context: SearchContext { SearchContext(now: now, base: plan.addresses.fhir) }

    /// What the scope opens of a type for an interaction. A condition that cannot be applied opens nothing.
    package func opening(_ type: ResourceType, for interaction: Scope.Interactions) -> Opening {
        guard policy.verdict(onType: type) == .released else { return .closed }
        guard let filters = scope.granularFilters(for: type.name, interaction: interaction) else { return .all }
        guard !filters.isEmpty else { return .closed }
        let pairs = filters.map { $0.map { (name: $0.name, value: $0.value) } }
        guard let sets = try? SearchQuery.restriction(pairs, type: type, context: context) else { return .closed }
        return .some(sets)
    }
}

/// Why a record could not be read as asked.
package enum RecordProblem: Error {
    /// It would have to be loaded from the store first, which the caller did not want to wait for.
    case notLoaded
    case search(SearchProblem)
}
