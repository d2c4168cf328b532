package import Exchange
package import FHIR
import Foundation
package import Trust

extension Store: TestMemberStore {
    package func lend(_ secret: SecretHash, to app: Key<App>, until end: Timestamp, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "INSERT INTO app_secret (hash, app, created_at, retired_at, is_lent) VALUES (?, ?, ?, ?, 1)",
                arguments: [Data(secret.bytes), app.number, now.milliseconds, end.milliseconds])
        }
    }

    package func takeBack(_ secret: SecretHash, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "UPDATE app_secret SET retired_at = ?1 WHERE hash = ?2 AND is_lent = 1 AND retired_at > ?1",
                arguments: [now.milliseconds, Data(secret.bytes)])
        }
    }

    package func markTried(_ token: SecretHash, of app: Key<App>, plan: Key<Plan>, endsAt: Timestamp) async throws(Refusal) {
        try await change { database in
            let grant = try Int64.fetchOne(
                database,
                sql: """
                    SELECT g.number FROM access_token t JOIN access_grant g ON g.number = t."grant"
                    WHERE t.hash = ? AND +g.app = ? AND +g.plan = ?
                    """, arguments: [Data(token.bytes), app.number, plan.number])
            guard let grant else { return }
            try database.execute(
                sql: #"INSERT INTO tried_grant ("grant", app) VALUES (?, ?) ON CONFLICT ("grant") DO NOTHING"#,
                arguments: [grant, app.number])
            for sql in [
                "UPDATE access_grant SET expires_at = ?1 WHERE number = ?2 AND expires_at > ?1",
                #"UPDATE refresh_token SET expires_at = ?1 WHERE "grant" = ?2 AND expires_at > ?1"#,
                #"UPDATE access_token SET expires_at = ?1 WHERE "grant" = ?2 AND expires_at > ?1"#,
            ] { try database.execute(sql: sql, arguments: [endsAt.milliseconds, grant]) }
        }
    }

    package func livePermissions(of app: Key<App>, plan: Key<Plan>, at now: Timestamp) throws(Refusal) -> [Key<Member>: Int] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT member, COUNT(*) FROM access_grant WHERE app = ? AND plan = ? AND revoked_at IS NULL AND expires_at > ? GROUP BY member
                """)
            defer { row.reset() }
            row.bind(1, app.number)
            row.bind(2, plan.number)
            row.bind(3, now.milliseconds)
            var found: [Key<Member>: Int] = [:]
            while try row.step() { found[Key(row.int(0))] = Int(row.int(1)) }
            return found
        }
    }

    package func reset(
        _ member: Key<Member>, of app: Key<App>, plan: Key<Plan>, audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) {
        try await change { database in
            let whose: Arguments = [app.number, plan.number, member.number]
            try database.execute(
                sql: "UPDATE access_grant SET revoked_at = ? WHERE app = ? AND plan = ? AND member = ? AND revoked_at IS NULL",
                arguments: [now.milliseconds] + whose)
            try database.execute(sql: #"DELETE FROM "authorization" WHERE app = ? AND plan = ? AND member = ?"#, arguments: whose)
            try database.execute(sql: "DELETE FROM member_account WHERE app = ? AND plan = ? AND member = ?", arguments: whose)
            try Self.write(audit, database, at: now)
        }
    }
}
