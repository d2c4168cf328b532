package import Foundation

/// The durable outbox as delivery sees it; the store keeps it.
package protocol Outbox: Sendable {
    /// Takes up to `limit` entries that are due and leases them, in one statement: until the lease ends no other claim gets them.
    /// An entry neither marked delivered nor failed is due again when its lease ends, so a crash loses nothing.
    func claimDue(limit: Int, lease: Duration) async throws -> [OutboxEntry]

    /// Marks an entry as handed over; nothing when it is already marked.
    func delivered(_ id: Int64) async throws

    /// Ends the lease and makes the entry due at `retryAt`; nil gives it up for good. The reason holds no address and no content.
    func failed(_ id: Int64, reason: String, retryAt: Date?) async throws

    /// Says when something may have become due, so that a new entry need not wait for the next look.
    func wakeups() -> AsyncStream<Void>
}

/// One message waiting to be sent.
package struct OutboxEntry: Sendable {
    package let id: Int64
    package let to: String
    package let subject: String
    package let text: String
    /// Never changes: it is part of the Message-ID.
    package let createdAt: Date
    /// Earlier claims: 0 at the first. Counted when claiming, so that a crash counts too.
    package let attempts: Int

    package init(id: Int64, to: String, subject: String, text: String, createdAt: Date, attempts: Int) {
        self.id = id
        self.to = to
        self.subject = subject
        self.text = text
        self.createdAt = createdAt
        self.attempts = attempts
    }

    /// The same at every attempt, so that a receiver can tell a repeated message.
    package func messageID(domain: String) -> String {
        "outbox.\(id).\(Int64(createdAt.timeIntervalSince1970.rounded(.down)))@\(domain)"
    }
}
