/// A health plan that shares its members' records.
package struct Plan: Sendable {
    package let key: Key<Plan>
    /// Its name in addresses: lower-case letters, digits, '-'.
    package let id: String
    package let name: String
    package let addresses: PlanAddresses
    package let policy: PlanPolicy

    package init(key: Key<Plan>, id: String, name: String, addresses: PlanAddresses, policy: PlanPolicy) {
        (self.key, self.id, self.name, self.addresses, self.policy) = (key, id, name, addresses, policy)
    }
}
