package import FHIR

/// A walk of "Try it" as it is kept: sealed, for it holds tokens.
package struct SealedTryRun: Sendable {
    package let id: String
    package let application: Key<DeveloperApp>
    package let sealed: [UInt8]
    package let isOver: Bool
    package let endsAt: Timestamp

    package init(id: String, application: Key<DeveloperApp>, sealed: [UInt8], isOver: Bool, endsAt: Timestamp) {
        (self.id, self.application, self.sealed) = (id, application, sealed)
        (self.isOver, self.endsAt) = (isOver, endsAt)
    }
}

package protocol TryRunStore: Sendable {
    /// Keeps a new walk, or one anew. False when it has been ended meanwhile: it never goes on.
    func keep(_ run: SealedTryRun) async throws(Refusal) -> Bool
    /// Only the application's own, until it ends.
    func tryRun(_ id: String, of application: Key<DeveloperApp>, at now: Timestamp) throws(Refusal) -> SealedTryRun?
}
