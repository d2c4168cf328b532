package import FHIR
package import Trust

/// A developer's request for production access: what shows that the app works, and how it stands.
package struct ProductionRequest: Sendable {
    package let key: Key<ProductionRequest>
    package let application: Key<DeveloperApp>
    package let revision: Int
    package var state: State
    /// What the developer says of the pictures.
    package var note: String
    package let submittedAt: Timestamp?
    package let changedAt: Timestamp

    package init(
        key: Key<ProductionRequest>, application: Key<DeveloperApp>, revision: Int, state: State, note: String, submittedAt: Timestamp?,
        changedAt: Timestamp
    ) {
        (self.key, self.application, self.revision, self.state) = (key, application, revision, state)
        (self.note, self.submittedAt, self.changedAt) = (note, submittedAt, changedAt)
    }

    /// While a reviewer has it or after they let it in, nothing that they judged is changed.
    package var freezesApplication: Bool {
        switch state {
        case .submitted, .clarificationAsked, .approved: true
        case .draft, .changesRequested, .refused, .withdrawn: false
        }
    }
}

/// A picture, a document or a recording; its bytes lie under its name.
package struct Evidence: Sendable {
    package let key: Key<Evidence>
    package let request: Key<ProductionRequest>
    /// The name of its bytes, made by us.
    package let name: String
    /// What the developer's file was called; shown as text only.
    package let title: String
    package let kind: EvidenceKind
    package let bytes: Int
    package let addedAt: Timestamp

    package init(
        key: Key<Evidence>, request: Key<ProductionRequest>, name: String, title: String, kind: EvidenceKind, bytes: Int, addedAt: Timestamp
    ) {
        (self.key, self.request, self.name, self.title) = (key, request, name, title)
        (self.kind, self.bytes, self.addedAt) = (kind, bytes, addedAt)
    }

    /// Files of one request.
    package static let most = 20
}

package struct NewEvidence: Sendable {
    package let name: String
    package let title: String
    package let kind: EvidenceKind
    package let bytes: Int
    /// SHA-256 of the bytes.
    package let digest: SecretHash

    package init(name: String, title: String, kind: EvidenceKind, bytes: Int, digest: SecretHash) {
        (self.name, self.title, self.kind, self.bytes, self.digest) = (name, title, kind, bytes, digest)
    }
}

package enum EvidenceChange: Sendable {
    case none
    case add(NewEvidence)
    case remove(Key<Evidence>)
}

/// How often an app did something at a plan, and when last.
package struct ObservedCall: Sendable {
    package let kind: String
    package let count: Int
    package let lastAt: Timestamp
    package init(kind: String, count: Int, lastAt: Timestamp) { (self.kind, self.count, self.lastAt) = (kind, count, lastAt) }
}

package protocol ProductionStore: Sendable {
    func production(of application: Key<DeveloperApp>) throws(Refusal) -> ProductionRequest?
    func production(_ key: Key<ProductionRequest>) throws(Refusal) -> ProductionRequest?
    /// Those that were sent and not ended, the one that waits longest first.
    func openProductions() throws(Refusal) -> [ProductionRequest]
    /// An empty draft; nothing when there is a request.
    func beginProduction(of application: Key<DeveloperApp>, audit: AuditEntry, at now: Timestamp) async throws(Refusal)
    /// Keeps a step with its file, words, mails and syncs, all or nothing; bytes in the store go with the evidence that is removed. False when another request changed the case first.
    func keep(
        _ request: ProductionRequest, evidence: EvidenceChange, entry: CaseEntry, mails: [OutgoingMail], syncing plans: [Key<Plan>],
        audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) -> Bool
    func evidence(of request: Key<ProductionRequest>) throws(Refusal) -> [Evidence]
    func evidence(name: String) throws(Refusal) -> Evidence?
    func thread(of request: Key<ProductionRequest>) throws(Refusal) -> [CaseEntry]

    /// What the app did at these plans: its calls to the authorization server, and what it was given of records.
    func calls(of app: Key<App>, plans: [Key<Plan>]) throws(Refusal) -> [ObservedCall]
}
