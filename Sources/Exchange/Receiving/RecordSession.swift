package import FHIR
package import Trust

/// A member of the receiving plan who is signed in to their record, in one browser.
package struct RecordSession: Sendable {
    package let plan: Key<Plan>
    package let member: Key<Member>
    package let hash: SecretHash
    package let createdAt: Timestamp
    package let seenAt: Timestamp

    package init(plan: Key<Plan>, member: Key<Member>, hash: SecretHash, createdAt: Timestamp, seenAt: Timestamp) {
        (self.plan, self.member, self.hash, self.createdAt, self.seenAt) = (plan, member, hash, createdAt, seenAt)
    }

    /// It ends half an hour after the last page, and after four hours in any case.
    package static let idleMinutes = 30
    package static let hours = 4

    package func isLive(at now: Timestamp) -> Bool {
        now < createdAt.adding(seconds: Self.hours * 3600) && now < seenAt.adding(seconds: Self.idleMinutes * 60)
    }
}

/// A code that was mailed to a member, or would have been: one that belongs to nobody is kept too, so that trying tells nothing.
package struct RecordSignIn: Sendable {
    package let id: SecretHash
    package let plan: Key<Plan>
    package let member: Key<Member>?
    package let codeMAC: [UInt8]
    package let expiresAt: Timestamp

    package init(id: SecretHash, plan: Key<Plan>, member: Key<Member>?, codeMAC: [UInt8], expiresAt: Timestamp) {
        (self.id, self.plan, self.member, self.codeMAC, self.expiresAt) = (id, plan, member, codeMAC, expiresAt)
    }

    package static let minutes = 10
    package static let tries = 5
}

package enum RecordSignInAnswer: Sendable, Equatable {
    case signedIn(Key<Member>)
    /// Wrong, with so many tries left.
    case wrong(Int)
    /// Used, run out, or tried too often.
    case ended
}

package protocol RecordSessionStore: Sendable {
    func begin(_ session: RecordSession, audit: AuditEntry) async throws(Refusal)
    func recordSession(_ hash: SecretHash, plan: Key<Plan>) throws(Refusal) -> RecordSession?
    func touch(_ session: RecordSession, at now: Timestamp) async throws(Refusal)
    func end(_ session: RecordSession) async throws(Refusal)
    /// Keeps the code and, when there is someone to send it to, its mail.
    func keep(_ signIn: RecordSignIn, sending mail: OutgoingMail?, at now: Timestamp) async throws(Refusal)
    /// Compares and uses the code in one step.
    func answer(signIn: SecretHash, codeMAC: [UInt8], plan: Key<Plan>, at now: Timestamp) async throws(Refusal) -> RecordSignInAnswer
    /// True the first time; a signed link works once.
    func useLink(_ id: SecretHash, plan: Key<Plan>, until: Timestamp) async throws(Refusal) -> Bool
}
