package import FHIR

/// One bringing of one member's record from one sending payer: from the opt-in to what was kept of it.
package struct Transfer: Sendable {
    package let key: Key<Transfer>
    /// Its name in addresses: 32 hexadecimal digits that cannot be guessed.
    package let id: String
    package let plan: Key<Plan>
    package let member: Key<Member>
    package let payer: Key<SendingPayer>
    package let state: State
    package let createdAt: Timestamp
    /// The code came; the first request went out.
    package let startedAt: Timestamp?
    /// Everything that could be had was here.
    package let arrivedAt: Timestamp?
    /// It reached its present state.
    package let movedAt: Timestamp
    /// The FHIR id of the Patient at the sending payer.
    package let patientID: String?
    package let problem: TransferProblem?
    package let report: TransferReport?
    package let change: TransferChange?
    package let requests: Int
    package let retries: Int
    /// A wait that the sender asked for, or between tries.
    package let dueAt: Timestamp

    package init(
        key: Key<Transfer>, id: String, plan: Key<Plan>, member: Key<Member>, payer: Key<SendingPayer>, state: State, createdAt: Timestamp,
        startedAt: Timestamp?, arrivedAt: Timestamp?, movedAt: Timestamp, patientID: String?, problem: TransferProblem?,
        report: TransferReport?, change: TransferChange?, requests: Int, retries: Int, dueAt: Timestamp
    ) {
        (self.key, self.id, self.plan, self.member, self.payer, self.state) = (key, id, plan, member, payer, state)
        (self.createdAt, self.startedAt, self.arrivedAt, self.movedAt) = (createdAt, startedAt, arrivedAt, movedAt)
        (self.patientID, self.problem, self.report, self.change) = (patientID, problem, report, change)
        (self.requests, self.retries, self.dueAt) = (requests, retries, dueAt)
    }

    /// How long the member may take at the other plan.
    package static let authorizeMinutes = 60

    /// What binds sealed values of a transfer to its row.
    package static func context(id: String, _ field: String) -> String { "transfer|\(id)|\(field)" }
}

/// Why a transfer stands still or ended, for the member and for the plan's people.
package struct TransferProblem: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The member said no at the other plan.
        case declined
        /// The answer did not belong to the request, or came from another server. Nothing was asked for.
        case wrongAnswer
        /// The other plan refused our registration, code or token; the member has to go there again.
        case refused
        /// The token names no patient.
        case noPatient
        /// What arrived is another person's, or cannot be compared.
        case otherPerson
        /// The other plan could not be reached, or broke off; trying again may help.
        case unreachable
        /// What the other plan sends cannot be used.
        case unusable
        /// Only on this side.
        case internalTrouble
    }

    package let kind: Kind
    /// In English, without anything secret; what the other side said is shown as text.
    package let words: String

    package init(_ kind: Kind, _ words: String) { (self.kind, self.words) = (kind, words) }

    /// Another try with the same authorisation can succeed.
    package var mayTryAgain: Bool {
        switch kind {
        case .unreachable, .internalTrouble: true
        case .declined, .wrongAnswer, .refused, .noPatient, .otherPerson, .unusable: false
        }
    }
}

/// What keeping a transfer changed in the record, counted in resources.
package struct TransferChange: Sendable, Equatable {
    package var added = 0
    package var updated = 0
    package var unchanged = 0
    /// Kept from an earlier transfer, and not sent this time.
    package var disappeared = 0
    package init(added: Int = 0, updated: Int = 0, unchanged: Int = 0, disappeared: Int = 0) {
        (self.added, self.updated, self.unchanged, self.disappeared) = (added, updated, unchanged, disappeared)
    }
    package var isNothing: Bool { added == 0 && updated == 0 && disappeared == 0 }
}
