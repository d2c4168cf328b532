package import Exchange
import FHIR
package import Foundation

extension Store: Outbox, MailArchive {
    static func enqueue(_ mail: OutgoingMail, _ database: Transaction, at now: Timestamp) throws {
        try database.execute(
            sql: "INSERT INTO outbox (recipient, subject, text, created_at, due_at) VALUES (?, ?, ?, ?, ?)",
            arguments: [mail.to, mail.subject, mail.text, now.milliseconds, now.milliseconds])
    }

    package func claimDue(limit: Int, lease: Duration) async throws -> [OutboxEntry] {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        return try await change { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    UPDATE outbox SET leased_until = ?1, attempts = attempts + 1 WHERE number IN (
                        SELECT number FROM outbox WHERE delivered_at IS NULL AND given_up_at IS NULL AND due_at <= ?2
                            AND (leased_until IS NULL OR leased_until <= ?2)
                        ORDER BY due_at, number LIMIT ?3)
                    RETURNING number, recipient, subject, text, created_at, attempts
                    """,
                arguments: [now + lease.components.seconds * 1000, now, limit])
            return rows.map { row in
                OutboxEntry(
                    id: row["number"], to: row["recipient"], subject: row["subject"], text: row["text"],
                    createdAt: Date(timeIntervalSince1970: Double(row["created_at"] as Int64) / 1000),
                    attempts: (row["attempts"] as Int) - 1)
            }
        }
    }

    package func delivered(_ id: Int64) async throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let keepsText = keepsSentMail
        try await change { database in
            // What was sent is not kept: it held a code.
            try database.execute(
                sql: """
                    UPDATE outbox SET delivered_at = ?1, leased_until = NULL, text = CASE WHEN ?2 = 1 THEN text ELSE '' END, last_problem = NULL
                    WHERE number = ?3 AND delivered_at IS NULL
                    """,
                arguments: [now, keepsText, id])
        }
    }

    package func failed(_ id: Int64, reason: String, retryAt: Date?) async throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        try await change { database in
            try database.execute(
                sql: """
                    UPDATE outbox SET leased_until = NULL, last_problem = ?1, due_at = coalesce(?2, due_at), given_up_at = ?3 WHERE number = ?4
                    """,
                arguments: [
                    reason, retryAt.map { Int64($0.timeIntervalSince1970 * 1000) }, retryAt == nil ? now : nil, id,
                ])
        }
    }

    package func wakeups() -> AsyncStream<Void> { outboxSignal.stream() }

    func wakeOutbox() { outboxSignal.wake() }

    package func mails(to address: String?, limit: Int) throws(Refusal) -> [SentMail] {
        try read { reader in
            let statement = try reader.statement(
                "SELECT recipient, subject, text, created_at FROM outbox WHERE ?1 = '' OR lower(recipient) = lower(?1) ORDER BY number DESC LIMIT ?2"
            )
            defer { statement.reset() }
            statement.bind(1, address ?? "")
            statement.bind(2, Int64(limit))
            var found: [SentMail] = []
            while try statement.step() {
                found.append(
                    SentMail(
                        mail: OutgoingMail(to: statement.text(0), subject: statement.text(1), text: statement.text(2)),
                        at: Timestamp(milliseconds: statement.int(3))))
            }
            return found
        }
    }
}
