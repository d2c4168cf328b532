package import FHIR
package import Trust

/// A transfer about to begin: the opt-in it rests on, and what the answer of the other plan must match.
package struct NewTransfer: Sendable {
    package let id: String
    package let plan: Key<Plan>
    package let member: Key<Member>
    package let payer: Key<SendingPayer>
    package let wording: String
    package let language: String
    /// Of the `state` sent along.
    package let stateHash: SecretHash
    package let sealedVerifier: [UInt8]
    package let redirectURI: String
    package let fhirBase: String
    package let issuer: String?
    /// RFC 9207 §3: an answer without `iss` is not its own.
    package let needsIssuer: Bool

    package init(
        id: String, plan: Key<Plan>, member: Key<Member>, payer: Key<SendingPayer>, wording: String, language: String,
        stateHash: SecretHash, sealedVerifier: [UInt8], redirectURI: String, fhirBase: String, issuer: String?, needsIssuer: Bool
    ) {
        (self.id, self.plan, self.member, self.payer) = (id, plan, member, payer)
        (self.wording, self.language, self.stateHash, self.sealedVerifier) = (wording, language, stateHash, sealedVerifier)
        (self.redirectURI, self.fhirBase, self.issuer, self.needsIssuer) = (redirectURI, fhirBase, issuer, needsIssuer)
    }
}

/// What a transfer's answer is compared with.
package struct AwaitedAnswer: Sendable {
    package let transfer: Transfer
    package let issuer: String?
    package let needsIssuer: Bool

    package init(transfer: Transfer, issuer: String?, needsIssuer: Bool) {
        (self.transfer, self.issuer, self.needsIssuer) = (transfer, issuer, needsIssuer)
    }
}

/// A transfer in the hands of one worker, until its lease ends.
package struct TransferJob: Sendable {
    package let transfer: Transfer
    package let payer: SendingPayer
    package let lease: TransferLease
    package let redirectURI: String
    package let fhirBase: String
    package let sealedVerifier: [UInt8]?
    package let sealedCode: [UInt8]?
    package let sealedTokens: [UInt8]?
    /// Tries that ended without an end, this one not counted.
    package let attempts: Int

    package init(
        transfer: Transfer, payer: SendingPayer, lease: TransferLease, redirectURI: String, fhirBase: String, sealedVerifier: [UInt8]?,
        sealedCode: [UInt8]?, sealedTokens: [UInt8]?, attempts: Int
    ) {
        (self.transfer, self.payer, self.lease, self.redirectURI, self.fhirBase) = (transfer, payer, lease, redirectURI, fhirBase)
        (self.sealedVerifier, self.sealedCode, self.sealedTokens, self.attempts) = (sealedVerifier, sealedCode, sealedTokens, attempts)
    }
}

/// Proof of holding a transfer: a change made with one that was taken over in the meantime is refused (`conflict`).
package struct TransferLease: Sendable, Hashable {
    package let transfer: Key<Transfer>
    package let holder: String
    package init(transfer: Key<Transfer>, holder: String) { (self.transfer, self.holder) = (transfer, holder) }
}

/// How much of one type a transfer has brought.
package struct StagedCount: Sendable, Equatable {
    package let type: ResourceType
    package let count: Int
    package let bytes: Int
    package init(type: ResourceType, count: Int, bytes: Int) { (self.type, self.count, self.bytes) = (type, count, bytes) }
}

package protocol TransferStore: Sendable {
    /// Records the opt-in and begins the transfer, both or neither; earlier ones that still wait at the same payer's door are cancelled.
    /// Refused with `conflict` while another from this payer is under way.
    func begin(_ transfer: NewTransfer, audit: AuditEntry, at now: Timestamp) async throws(Refusal) -> Transfer
    /// The transfer that waits for the answer with this `state`.
    func awaited(state: SecretHash, plan: Key<Plan>) throws(Refusal) -> AwaitedAnswer?
    func transfer(id: String, plan: Key<Plan>) throws(Refusal) -> Transfer?
    /// The newest first.
    func transfers(of member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> [Transfer]
    func transfers(plan: Key<Plan>, states: [Transfer.State], limit: Int) throws(Refusal) -> [Transfer]
    func transferCounts(plan: Key<Plan>) throws(Refusal) -> [Transfer.State: Int]
    /// What is there of it before it is kept.
    func stagedCounts(of transfer: Transfer) throws(Refusal) -> [StagedCount]
    /// One staged resource; its bytes are lent for the length of the call, which is not made when it is not there.
    func staged(_ type: ResourceType, id: String, of transfer: Transfer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
    func legs(of transfer: Key<Transfer>) throws(Refusal) -> [TransferLeg]
    func issues(of transfer: Key<Transfer>, limit: Int) throws(Refusal) -> [TransferIssue]

    /// A person's move; refused with `conflict` when the transfer stands elsewhere by now. `code` goes with `authorize` alone.
    func move(
        _ transfer: Transfer, _ actor: Transfer.Actor, _ action: Transfer.Action, sealedCode: [UInt8]?, problem: TransferProblem?,
        audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal)

    // What a worker does. Each call proves its lease and makes it longer.

    /// Takes up to `limit` transfers that are due and leases them in one statement, at most `perPayer` from one sender at a time.
    func claimTransfers(holder: String, limit: Int, perPayer: Int, lease: Duration, at now: Timestamp) async throws(Refusal)
        -> [TransferJob]
    /// Makes the lease longer; false when it is not this holder's any more.
    func renew(_ lease: TransferLease, until: Timestamp) async throws(Refusal) -> Bool
    /// Ends the leases that nobody holds any more: at a start, when no other server works on this store.
    func releaseLeases(at now: Timestamp) async throws(Refusal)
    /// Adds a leg that is not there yet; changes nothing on those that are.
    func open(legs: [String], _ lease: TransferLease, at now: Timestamp) async throws(Refusal)
    /// Writes the tokens in place of the code they came for.
    func keep(sealedTokens: [UInt8], patientID: String, _ lease: TransferLease, at now: Timestamp) async throws(Refusal)
    /// Keeps what a page brought and how far its leg has come, in one step; what is there already is left as it is.
    func land(_ page: LandedPage, requests: Int, retries: Int, _ lease: TransferLease, until: Timestamp, at now: Timestamp)
        async throws(Refusal)
    /// Each staged resource in the order of type and id; the bytes are lent for the length of a call.
    func eachStaged(_ transfer: Transfer, _ body: (ResourceType, String, UnsafeRawBufferPointer) throws -> Void) throws
    /// Which are staged, by type.
    func stagedIDs(_ transfer: Transfer) throws(Refusal) -> [ResourceType: Set<String>]
    /// Gives the transfer back, to be taken up again later.
    func postpone(_ lease: TransferLease, because problem: TransferProblem, until: Timestamp, at now: Timestamp) async throws(Refusal)
    /// A worker's move; what goes with it is kept in the same step.
    func finish(
        _ job: TransferJob, _ action: Transfer.Action, problem: TransferProblem?, report: TransferReport?, change: TransferChange?,
        at now: Timestamp
    ) async throws(Refusal)
    /// Cancels what waited too long for its member.
    func expireTransfers(before: Timestamp, at now: Timestamp) async throws(Refusal)
    func transferWakeups() -> AsyncStream<Void>
}
