package import FHIR

/// One answer that gave clinical data away: who got what of whom, and when (45 CFR 164.528; FHIR AuditEvent).
package struct Disclosure: Sendable, Equatable {
    package enum Interaction: UInt8, Sendable, CaseIterable {
        case read = 1, vread, search, everything, documents

        package var name: String {
            switch self {
            case .read: "read"
            case .vread: "vread"
            case .search: "search"
            case .everything: "$everything"
            case .documents: "$docref"
            }
        }
    }

    package let at: Timestamp
    package let plan: Key<Plan>
    package let member: Key<Member>
    package let grant: Key<Grant>
    package let app: Key<App>
    package let interaction: Interaction
    package let type: ResourceType
    /// What was asked for below the FHIR base: `Observation/1` or `Observation?code=...`.
    package let target: String
    /// How many resources the answer held.
    package let resources: Int

    package init(
        at: Timestamp, plan: Key<Plan>, member: Key<Member>, grant: Key<Grant>, app: Key<App>, interaction: Interaction, type: ResourceType,
        target: String, resources: Int
    ) {
        (self.at, self.plan, self.member, self.grant, self.app) = (at, plan, member, grant, app)
        (self.interaction, self.type, self.target, self.resources) = (interaction, type, target, resources)
    }
}

/// The log of what was disclosed. It only grows, and a change of what it holds shows.
package protocol DisclosureLog: Sendable {
    /// Keeps the entry and then calls `done`, from any thread, with nil once it is durable. Entries that wait together are kept together.
    func record(_ disclosure: Disclosure, done: @escaping @Sendable (Refusal?) -> Void)
    /// The latest disclosures of a member, newest first.
    func disclosures(of member: Key<Member>, plan: Key<Plan>, limit: Int) throws(Refusal) -> [Disclosure]
    /// When the latest was, of anybody's.
    func newestDisclosure() throws(Refusal) -> Timestamp?
    /// Reads the whole log and tells how many entries it holds; throws at the first that is not as it was written.
    func verify() throws(Refusal) -> Int
}
