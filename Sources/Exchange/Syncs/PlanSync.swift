package import FHIR

/// Where an app's credentials stand with one plan.
package struct PlanSync: Sendable {
    package enum State: String, Sendable { case waiting, synced, failed }

    package let plan: Key<Plan>
    package let state: State
    package let syncedAt: Timestamp?
    /// In words for the developer.
    package let problem: String?
    /// When one that failed is tried again.
    package let retriesAt: Timestamp?
    /// Set while the plan's operator keeps the app out, with the reason.
    package let blockReason: String?

    package init(plan: Key<Plan>, state: State, syncedAt: Timestamp?, problem: String?, retriesAt: Timestamp?, blockReason: String?) {
        (self.plan, self.state, self.syncedAt) = (plan, state, syncedAt)
        (self.problem, self.retriesAt, self.blockReason) = (problem, retriesAt, blockReason)
    }
}

/// One sync that is due and leased to the caller.
package struct SyncJob: Sendable {
    package let application: Key<DeveloperApp>
    package let plan: Key<Plan>
    /// Earlier tries.
    package let attempts: Int

    package init(application: Key<DeveloperApp>, plan: Key<Plan>, attempts: Int) {
        (self.application, self.plan, self.attempts) = (application, plan, attempts)
    }
}

package protocol SyncStore: Sendable {
    func syncs(of application: Key<DeveloperApp>) throws(Refusal) -> [PlanSync]
    /// Leases what is due; until the lease ends nobody else gets it, and after a crash it is due again.
    func claimSyncs(limit: Int, lease: Duration, at now: Timestamp) async throws(Refusal) -> [SyncJob]
    /// Makes the app known to the plan and ends the job, both or neither. Nothing happens when the app was suspended, revoked or blocked
    /// meanwhile.
    func finish(_ job: SyncJob, at now: Timestamp) async throws(Refusal)
    /// Notes the reason, which the developer reads, and makes the job due again at `retryAt`; nil for a reason of our own, with which it
    /// goes on waiting.
    func fail(_ job: SyncJob, because problem: String?, retryAt: Timestamp, at now: Timestamp) async throws(Refusal)
    /// Makes what failed due at once.
    func retrySyncs(of application: Key<DeveloperApp>, at now: Timestamp) async throws(Refusal)
    /// Keeps the app out of one plan, at once; nil lets it in again by a new sync.
    func block(
        _ application: Key<DeveloperApp>, plan: Key<Plan>, reason: String?, entry: CaseEntry, mails: [OutgoingMail], audit: AuditEntry,
        at now: Timestamp
    ) async throws(Refusal)
    /// Adds the jobs of a plan that is new: for every verified app, or at a real plan every app with production access.
    func fillSyncs(plan: Key<Plan>, isProduction: Bool, at now: Timestamp) async throws(Refusal)
    /// Says when something may have become due.
    func syncWakeups() -> AsyncStream<Void>
}
