package import Exchange
import FHIR
package import Foundation
import GRDB

extension SQLiteStore: Outbox, MailArchive {
    static func enqueue(_ mail: OutgoingMail, _ database: Database, at now: Timestamp) throws {
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
                    UPDATE outbox SET delivered_at = ?1, leased_until = NULL, text = iif(?2, text, ''), last_problem = NULL
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
                    UPDATE outbox SET leased_until = NULL, last_problem = ?, due_at = coalesce(?, due_at), given_up_at = iif(? IS NULL, ?, NULL)
                    WHERE number = ?
                    """,
                arguments: [
                    reason, retryAt.map { Int64($0.timeIntervalSince1970 * 1000) }, retryAt.map { Int64($0.timeIntervalSince1970 * 1000) },
                    now, id,
                ])
        }
    }

    package func wakeups() -> AsyncStream<Void> { outboxSignal.stream() }

    func wakeOutbox() { outboxSignal.wake() }

    package func mails(to address: String?, limit: Int) throws(Refusal) -> [SentMail] {
        try read { reader in
            let statement = try reader.statement(
                "SELECT recipient, subject, text, created_at FROM outbox WHERE ?1 = '' OR recipient = ?1 COLLATE NOCASE ORDER BY number DESC LIMIT ?2"
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
