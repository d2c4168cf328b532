package import FHIR

/// What an operator asks of a store: whether it answers, and how much is waiting in it. Nothing here names a member.
package protocol StoreHealth: Sendable {
    /// Throws `unavailable` when the store does not answer or its schema is not this program's; the message says which.
    func checkReadiness() async throws(Refusal)
    /// How many jobs of each kind are in each state.
    func jobCounts(at now: Timestamp) async throws(Refusal) -> [JobCount]
    /// What the engine has to tell of itself, such as the size of its files.
    func storeMeasures() async throws(Refusal) -> [StoreMeasure]
}

/// Jobs of one kind in one state.
package struct JobCount: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable { case mail, sync, transfer }
    /// Failed is what nobody takes up again without being told to; of mails those among the newest 100,000.
    package enum State: String, Sendable, CaseIterable { case waiting, leased, failed }

    package let kind: Kind
    package let state: State
    package let count: Int

    package init(kind: Kind, state: State, count: Int) { (self.kind, self.state, self.count) = (kind, state, count) }
}

/// A number that an engine tells of itself.
package struct StoreMeasure: Sendable {
    /// Behind `payerbridge_store_`, such as `file_bytes`.
    package let name: String
    package let help: String
    package let label: (name: String, value: String)?
    package let value: Int

    package init(name: String, help: String, label: (name: String, value: String)? = nil, value: Int) {
        (self.name, self.help, self.label, self.value) = (name, help, label, value)
    }
}
