package import Exchange
package import FHIR
import Foundation
package import Trust

extension Store: RecordSessionStore {
    package func begin(_ session: RecordSession, audit: AuditEntry) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "INSERT INTO record_session (hash, plan, member, created_at, seen_at) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    Data(session.hash.bytes), session.plan.number, session.member.number, session.createdAt.milliseconds,
                    session.seenAt.milliseconds,
                ])
            try Self.write(audit, database, at: session.createdAt)
        }
    }

    package func recordSession(_ hash: SecretHash, plan: Key<Plan>) throws(Refusal) -> RecordSession? {
        try read { reader in
            let row = try reader.statement("SELECT member, created_at, seen_at FROM record_session WHERE hash = ? AND plan = ?")
            defer { row.reset() }
            row.bind(1, hash.bytes)
            row.bind(2, plan.number)
            guard try row.step() else { return nil }
            return RecordSession(
                plan: plan, member: Key(row.int(0)), hash: hash, createdAt: Timestamp(milliseconds: row.int(1)),
                seenAt: Timestamp(milliseconds: row.int(2)))
        }
    }

    package func touch(_ session: RecordSession, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "UPDATE record_session SET seen_at = ? WHERE hash = ?", arguments: [now.milliseconds, Data(session.hash.bytes)])
        }
    }

    package func end(_ session: RecordSession) async throws(Refusal) {
        try await change { database in
            try database.execute(sql: "DELETE FROM record_session WHERE hash = ?", arguments: [Data(session.hash.bytes)])
        }
    }

    package func keep(_ signIn: RecordSignIn, sending mail: OutgoingMail?, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "INSERT INTO record_sign_in (id, plan, member, code_mac, expires_at, tries_left) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    Data(signIn.id.bytes), signIn.plan.number, signIn.member?.number, Data(signIn.codeMAC), signIn.expiresAt.milliseconds,
                    RecordSignIn.tries,
                ])
            if let mail { try Self.enqueue(mail, database, at: now) }
        }
        if mail != nil { wakeOutbox() }
    }

    package func answer(signIn: SecretHash, codeMAC: [UInt8], plan: Key<Plan>, at now: Timestamp) async throws(Refusal)
        -> RecordSignInAnswer
    {
        try await change { database in
            let id = Data(signIn.bytes)
            let row = try Row.fetchOne(
                database,
                sql: """
                    UPDATE record_sign_in SET tries_left = tries_left - 1
                    WHERE id = ? AND plan = ? AND used_at IS NULL AND expires_at > ? AND tries_left > 0
                    RETURNING member, code_mac, tries_left
                    """, arguments: [id, plan.number, now.milliseconds])
            guard let row else { return .ended }
            let kept: Data = row["code_mac"]
            guard let member = row["member"] as Int64?, constantTimeEqual(kept, codeMAC) else {
                let left: Int = row["tries_left"]
                return left > 0 ? .wrong(left) : .ended
            }
            try database.execute(sql: "UPDATE record_sign_in SET used_at = ? WHERE id = ?", arguments: [now.milliseconds, id])
            return .signedIn(Key(member))
        }
    }

    package func useLink(_ id: SecretHash, plan: Key<Plan>, until: Timestamp) async throws(Refusal) -> Bool {
        try await change { database in
            try database.execute(
                sql: "INSERT INTO record_link (id, plan, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [Data(id.bytes), plan.number, until.milliseconds])
            return database.changesCount == 1
        }
    }
}
