package import FHIR

/// Who did what, as the audit log keeps it.
package struct AuditEntry: Sendable {
    package enum Actor: Sendable {
        case account(Key<Account>, role: String, name: String)
        /// The executive business sponsor, who has no account but a link.
        case sponsor(name: String)
        /// A member of the plan, by their number here.
        case member(Key<Member>)
        /// Someone who is not signed in.
        case stranger
        /// The program itself or the person at its command line.
        case system(String)
    }

    package let actor: Actor
    /// Such as `verification.approve`.
    package let action: String
    /// What it was done to, such as `application app-1a2b`.
    package let subject: String
    package let detail: String

    package init(_ actor: Actor, _ action: String, _ subject: String, detail: String = "") {
        (self.actor, self.action, self.subject, self.detail) = (actor, action, subject, detail)
    }

    package init(_ account: Account, _ action: String, _ subject: String, detail: String = "") {
        self.init(.account(account.key, role: account.role.rawValue, name: account.name), action, subject, detail: detail)
    }
}

package struct AuditRecord: Sendable {
    package let number: Int64
    package let at: Timestamp
    package let role: String
    package let name: String
    package let action: String
    package let subject: String
    package let detail: String

    package init(number: Int64, at: Timestamp, role: String, name: String, action: String, subject: String, detail: String) {
        (self.number, self.at, self.role, self.name) = (number, at, role, name)
        (self.action, self.subject, self.detail) = (action, subject, detail)
    }
}

package protocol AuditStore: Sendable {
    /// Newest first; `before` goes on where a page ended.
    func audit(before: Int64?, limit: Int) throws(Refusal) -> [AuditRecord]
    func record(_ entry: AuditEntry, at now: Timestamp) async throws(Refusal)
}
