package import Exchange
package import FHIR
import Foundation
import GRDB
package import Trust

extension SQLiteStore: GrantStore {
    package func grants(of member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> [GrantRecord] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT g.number, a.name, g.decider, g.representative_name, g.relationship, g.created_at, g.expires_at, g.revoked_at
                FROM access_grant g JOIN app a ON a.number = g.app WHERE g.plan = ? AND g.member = ? ORDER BY g.number DESC
                """)
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, member.number)
            var found: [GrantRecord] = []
            while try row.step() {
                let relationship = row.optionalText(4).flatMap { Grant.Relationship(rawValue: $0) } ?? .other
                found.append(
                    GrantRecord(
                        key: Key(row.int(0)), appName: row.text(1),
                        decider: row.text(2) == "member" ? .member : .representative(name: row.text(3), relationship: relationship),
                        createdAt: Timestamp(milliseconds: row.int(5)), expiresAt: Timestamp(milliseconds: row.int(6)),
                        revokedAt: row.optionalInt(7).map { Timestamp(milliseconds: $0) }))
            }
            return found
        }
    }

    package func revoke(grant: Key<Grant>, plan: Key<Plan>, at now: Timestamp) async throws(Refusal) -> Bool {
        try await change { database in
            try database.execute(
                sql: "UPDATE access_grant SET revoked_at = ? WHERE number = ? AND plan = ? AND revoked_at IS NULL",
                arguments: [now.milliseconds, grant.number, plan.number])
            return database.changesCount == 1
        }
    }

    package func redeem(
        code: SecretHash, app: Key<App>, plan: Key<Plan>, redirectURI: String?, verifier: String?, tokens: NewTokens, at now: Timestamp
    ) async throws(Refusal) -> Redemption {
        try await change { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT g.number AS grant_number, g.app, g.member, g.scope, g.expires_at AS grant_expires_at, g.revoked_at, m.patient_id,
                        c.redirect_uri, c.redirect_uri_was_sent, c.challenge, c.expires_at, c.used_at
                    FROM authorization_code c JOIN access_grant g ON g.number = c."grant" JOIN member m ON m.number = g.member
                    WHERE c.hash = ? AND g.plan = ?
                    """,
                arguments: [Data(code.bytes), plan.number])
            guard let row else { return .refused(RedemptionRules.unknownCode) }
            let grant = try GrantRows.grant(row, plan: plan)
            let stored = StoredCode(
                app: grant.app, redirectURI: row["redirect_uri"], redirectURIWasSent: row["redirect_uri_was_sent"],
                challenge: (row["challenge"] as String?).flatMap { PKCE.Challenge(stored: $0) },
                expiresAt: Timestamp(milliseconds: row["expires_at"]), isUsed: row["used_at"] != nil, isRevoked: row["revoked_at"] != nil)
            switch RedemptionRules.judge(stored, app: app, redirectURI: redirectURI, verifier: verifier, at: now) {
            case .refuse(let error): return .refused(error)
            case .replay:
                try GrantRows.revoke(grant.key.number, database, at: now)
                return .replayed
            case .take:
                try database.execute(
                    sql: "UPDATE authorization_code SET used_at = ? WHERE hash = ? AND used_at IS NULL",
                    arguments: [now.milliseconds, Data(code.bytes)])
                guard database.changesCount == 1 else {
                    try GrantRows.revoke(grant.key.number, database, at: now)
                    return .replayed
                }
                try GrantRows.issue(tokens, for: grant, scope: grant.scope, expiresAt: grant.expiresAt, database, at: now)
                return .issued(grant, scope: grant.scope)
            }
        }
    }

    package func refresh(
        _ token: SecretHash, app: Key<App>, plan: Key<Plan>, scope: ScopeSet?, tokens: NewTokens, at now: Timestamp
    ) async throws(Refusal) -> Redemption {
        try await change { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT g.number AS grant_number, g.app, g.member, g.scope, g.expires_at AS grant_expires_at, g.revoked_at, m.patient_id,
                        r.expires_at, r.used_at
                    FROM refresh_token r JOIN access_grant g ON g.number = r."grant" JOIN member m ON m.number = g.member
                    WHERE r.hash = ? AND g.plan = ?
                    """,
                arguments: [Data(token.bytes), plan.number])
            guard let row else { return .refused(RedemptionRules.unknownRefreshToken) }
            let grant = try GrantRows.grant(row, plan: plan)
            let expiresAt = Timestamp(milliseconds: row["expires_at"])
            guard grant.app == app, row["revoked_at"] == nil, now < expiresAt else { return .refused(RedemptionRules.unknownRefreshToken) }
            // A used one is a replay whatever else it asks for.
            guard row["used_at"] == nil else {
                try GrantRows.revoke(grant.key.number, database, at: now)
                return .replayed
            }
            var granted = grant.scope
            if let scope {
                do { granted = try grant.scope.narrowed(to: scope) } catch let error as OAuthError { return .refused(error) }
            }
            try database.execute(
                sql: "UPDATE refresh_token SET used_at = ? WHERE hash = ? AND used_at IS NULL",
                arguments: [now.milliseconds, Data(token.bytes)])
            guard database.changesCount == 1 else {
                try GrantRows.revoke(grant.key.number, database, at: now)
                return .replayed
            }
            try GrantRows.issue(tokens, for: grant, scope: granted, expiresAt: expiresAt, database, at: now)
            return .issued(grant, scope: granted)
        }
    }

    package func access(_ token: SecretHash, plan: Key<Plan>, at now: Timestamp) throws(Refusal) -> Access? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT g.number, g.app, a.client_id, g.member, m.patient_id, t.scope, t.created_at, t.expires_at
                FROM access_token t JOIN access_grant g ON g.number = t."grant" JOIN member m ON m.number = g.member JOIN app a ON a.number = g.app
                JOIN app_plan p ON p.plan = g.plan AND p.app = g.app
                WHERE t.hash = ?1 AND g.plan = ?2 AND t.revoked_at IS NULL AND g.revoked_at IS NULL AND t.expires_at > ?3 AND g.expires_at > ?3
                """)
            return try Self.access(row, token, plan, now)
        }
    }

    package func refreshGrant(_ token: SecretHash, plan: Key<Plan>, at now: Timestamp) throws(Refusal) -> Access? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT g.number, g.app, a.client_id, g.member, m.patient_id, t.scope, t.created_at, t.expires_at
                FROM refresh_token t JOIN access_grant g ON g.number = t."grant" JOIN member m ON m.number = g.member JOIN app a ON a.number = g.app
                JOIN app_plan p ON p.plan = g.plan AND p.app = g.app
                WHERE t.hash = ?1 AND g.plan = ?2 AND t.used_at IS NULL AND g.revoked_at IS NULL AND t.expires_at > ?3 AND g.expires_at > ?3
                """)
            return try Self.access(row, token, plan, now)
        }
    }

    private static func access(_ row: Statement, _ token: SecretHash, _ plan: Key<Plan>, _ now: Timestamp) throws -> Access? {
        defer { row.reset() }
        row.bind(1, token.bytes)
        row.bind(2, plan.number)
        row.bind(3, now.milliseconds)
        // A grant without a patient opens nothing.
        guard try row.step(), let patientID = row.optionalText(4) else { return nil }
        return Access(
            grant: Key(row.int(0)), app: Key(row.int(1)), clientID: row.text(2),
            compartment: Compartment(plan: plan, member: Key(row.int(3)), patientID: patientID), scope: row.text(5),
            issuedAt: Timestamp(milliseconds: row.int(6)), expiresAt: Timestamp(milliseconds: row.int(7)))
    }

    package func revoke(
        accessToken: SecretHash, refreshToken: SecretHash, app: Key<App>, plan: Key<Plan>, at now: Timestamp
    ) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: """
                    UPDATE access_token SET revoked_at = ? WHERE hash = ? AND revoked_at IS NULL
                        AND "grant" IN (SELECT number FROM access_grant WHERE plan = ? AND app = ?)
                    """,
                arguments: [now.milliseconds, Data(accessToken.bytes), plan.number, app.number])
            let grant = try Int64.fetchOne(
                database,
                sql: """
                    SELECT g.number FROM refresh_token r JOIN access_grant g ON g.number = r."grant" WHERE r.hash = ? AND g.plan = ? AND g.app = ?
                    """,
                arguments: [Data(refreshToken.bytes), plan.number, app.number])
            if let grant { try GrantRows.revoke(grant, database, at: now) }
        }
    }
}
