package import FHIR
package import Trust

/// Other redirect URIs for an app that has production access: those before stay live until a reviewer has agreed.
package struct RedirectChange: Sendable {
    package enum State: String, Sendable, CaseIterable { case submitted, approved, refused, withdrawn }
    package enum Action: String, Sendable, CaseIterable {
        case approve, refuse, withdraw
        package var needsWords: Bool { self == .refuse }
    }

    package let key: Key<RedirectChange>
    package let application: Key<DeveloperApp>
    package let revision: Int
    package let state: State
    package let redirectURIs: [String]
    /// Why, in the developer's words.
    package let reason: String
    package let submittedAt: Timestamp

    package init(
        key: Key<RedirectChange>, application: Key<DeveloperApp>, revision: Int, state: State, redirectURIs: [String], reason: String,
        submittedAt: Timestamp
    ) {
        (self.key, self.application, self.revision, self.state) = (key, application, revision, state)
        (self.redirectURIs, self.reason, self.submittedAt) = (redirectURIs, reason, submittedAt)
    }

    /// What follows; nil for what must not be.
    package static func move(_ state: State, _ role: CaseRole, _ action: Action) -> State? {
        switch (role, action, state) {
        case (.reviewer, .approve, .submitted): .approved
        case (.reviewer, .refuse, .submitted): .refused
        case (.developer, .withdraw, .submitted): .withdrawn
        default: nil
        }
    }
}

package protocol RedirectChangeStore: Sendable {
    /// The latest of the application; nil when it never asked.
    func redirectChange(of application: Key<DeveloperApp>) throws(Refusal) -> RedirectChange?
    func redirectChange(_ key: Key<RedirectChange>) throws(Refusal) -> RedirectChange?
    /// Those that wait for a reviewer, the one that waits longest first.
    func openRedirectChanges() throws(Refusal) -> [RedirectChange]
    /// False when one waits already.
    func submit(
        _ redirectURIs: [RedirectURI], reason: String, of application: Key<DeveloperApp>, entry: CaseEntry, audit: AuditEntry,
        at now: Timestamp
    ) async throws(Refusal) -> Bool
    /// Keeps the step; an approved one takes the place of the app's redirect URIs and makes every plan's sync wait anew, all or nothing.
    /// False when another request changed it first.
    func move(
        _ change: RedirectChange, to state: RedirectChange.State, entry: CaseEntry, mails: [OutgoingMail], audit: AuditEntry,
        at now: Timestamp
    ) async throws(Refusal) -> Bool
}
