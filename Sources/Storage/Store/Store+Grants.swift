package import Exchange
package import FHIR
import Foundation
package import Trust

// A secret is found by its hash, and its grant from there. A `+` before a column keeps an engine from going by an index of it instead: on tables
// that were empty when PostgreSQL last counted, all grants of a plan looked as near to it as one hash.
extension Store: GrantStore {
    package func issue(_ grant: OperatorGrant, audit: AuditEntry, at now: Timestamp) async throws(Refusal) -> Key<Grant> {
        try await change { database in
            // Someone decides for the member: the columns of a representative say who, and why.
            let number = try database.number(
                sql: """
                    INSERT INTO access_grant (plan, member, app, scope, decider, representative_name, relationship, language, created_at, expires_at)
                    VALUES (?, ?, ?, ?, 'representative', ?, 'other', 'en', ?, ?) RETURNING number
                    """,
                arguments: [
                    grant.compartment.plan.number, grant.compartment.member.number, grant.app.number, grant.scope.text, grant.reason,
                    now.milliseconds, grant.expiresAt.milliseconds,
                ])
            try database.execute(
                sql: #"INSERT INTO access_token (hash, "grant", scope, created_at, expires_at) VALUES (?, ?, ?, ?, ?)"#,
                arguments: [Data(grant.access.bytes), number, grant.scope.text, now.milliseconds, grant.expiresAt.milliseconds])
            try Self.write(audit, database, at: now)
            return Key(number)
        }
    }

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
        try await change { writer in
            let row = try writer.statement(
                """
                SELECT g.number, g.app, g.member, m.patient_id, g.scope, g.expires_at, g.revoked_at,
                    c.redirect_uri, c.redirect_uri_was_sent, c.challenge, c.expires_at, c.used_at
                FROM authorization_code c JOIN access_grant g ON g.number = c."grant" JOIN member m ON m.number = g.member
                WHERE c.hash = ? AND +g.plan = ?
                """)
            defer { row.reset() }
            row.bind(1, code.bytes)
            row.bind(2, plan.number)
            guard try row.step() else { return .refused(RedemptionRules.unknownCode) }
            let grant = try GrantRows.grant(row, plan: plan)
            let stored = StoredCode(
                app: grant.app, redirectURI: row.text(7), redirectURIWasSent: row.int(8) != 0,
                challenge: row.optionalText(9).flatMap { PKCE.Challenge(stored: $0) }, expiresAt: Timestamp(milliseconds: row.int(10)),
                isUsed: !row.isNull(11), isRevoked: !row.isNull(6))
            row.reset()
            switch RedemptionRules.judge(stored, app: app, redirectURI: redirectURI, verifier: verifier, at: now) {
            case .refuse(let error): return .refused(error)
            case .replay:
                try GrantRows.revoke(grant.key.number, writer, at: now)
                return .replayed
            case .take:
                guard try Self.take("UPDATE authorization_code SET used_at = ? WHERE hash = ? AND used_at IS NULL", code, writer, now)
                else {
                    try GrantRows.revoke(grant.key.number, writer, at: now)
                    return .replayed
                }
                try GrantRows.issue(tokens, for: grant, scope: grant.scope, expiresAt: grant.expiresAt, writer, at: now)
                return .issued(grant, scope: grant.scope)
            }
        }
    }

    /// Marks what can be used once as used; false when it was used already.
    private static func take(_ sql: StaticString, _ hash: SecretHash, _ writer: Transaction, _ now: Timestamp) throws -> Bool {
        let row = try writer.statement(sql)
        defer { row.reset() }
        row.bind(1, now.milliseconds)
        row.bind(2, hash.bytes)
        _ = try row.step()
        return row.changesCount == 1
    }

    package func refresh(
        _ token: SecretHash, app: Key<App>, plan: Key<Plan>, scope: ScopeSet?, tokens: NewTokens, at now: Timestamp
    ) async throws(Refusal) -> Redemption {
        try await change { writer in
            let row = try writer.statement(
                """
                SELECT g.number, g.app, g.member, m.patient_id, g.scope, g.expires_at, g.revoked_at, r.expires_at, r.used_at
                FROM refresh_token r JOIN access_grant g ON g.number = r."grant" JOIN member m ON m.number = g.member
                WHERE r.hash = ? AND +g.plan = ?
                """)
            defer { row.reset() }
            row.bind(1, token.bytes)
            row.bind(2, plan.number)
            guard try row.step() else { return .refused(RedemptionRules.unknownRefreshToken) }
            let grant = try GrantRows.grant(row, plan: plan)
            let expiresAt = Timestamp(milliseconds: row.int(7))
            let (isRevoked, isUsed) = (!row.isNull(6), !row.isNull(8))
            row.reset()
            guard grant.app == app, !isRevoked, now < expiresAt else { return .refused(RedemptionRules.unknownRefreshToken) }
            // A used one is a replay whatever else it asks for.
            guard !isUsed else {
                try GrantRows.revoke(grant.key.number, writer, at: now)
                return .replayed
            }
            var granted = grant.scope
            if let scope {
                do { granted = try grant.scope.narrowed(to: scope) } catch let error as OAuthError { return .refused(error) }
            }
            guard try Self.take("UPDATE refresh_token SET used_at = ? WHERE hash = ? AND used_at IS NULL", token, writer, now) else {
                try GrantRows.revoke(grant.key.number, writer, at: now)
                return .replayed
            }
            try GrantRows.issue(tokens, for: grant, scope: granted, expiresAt: expiresAt, writer, at: now)
            return .issued(grant, scope: granted)
        }
    }

    package func access(_ token: SecretHash, plan: Key<Plan>, at now: Timestamp) throws(Refusal) -> Access? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT g.number, g.app, a.client_id, g.member, m.patient_id, t.scope, t.created_at, t.expires_at
                FROM access_token t JOIN access_grant g ON g.number = t."grant" JOIN member m ON m.number = g.member JOIN app a ON a.number = +g.app
                JOIN app_plan p ON p.plan = +g.plan AND p.app = +g.app
                WHERE t.hash = ?1 AND +g.plan = ?2 AND t.revoked_at IS NULL AND g.revoked_at IS NULL AND +t.expires_at > ?3 AND g.expires_at > ?3
                """)
            return try Self.access(row, token, plan, now)
        }
    }

    package func refreshGrant(_ token: SecretHash, plan: Key<Plan>, at now: Timestamp) throws(Refusal) -> Access? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT g.number, g.app, a.client_id, g.member, m.patient_id, t.scope, t.created_at, t.expires_at
                FROM refresh_token t JOIN access_grant g ON g.number = t."grant" JOIN member m ON m.number = g.member JOIN app a ON a.number = +g.app
                JOIN app_plan p ON p.plan = +g.plan AND p.app = +g.app
                WHERE t.hash = ?1 AND +g.plan = ?2 AND t.used_at IS NULL AND g.revoked_at IS NULL AND +t.expires_at > ?3 AND g.expires_at > ?3
                """)
            return try Self.access(row, token, plan, now)
        }
    }

    private static func access(_ row: any Statement, _ token: SecretHash, _ plan: Key<Plan>, _ now: Timestamp) throws -> Access? {
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
        try await change { writer in
            let access = try writer.statement(
                """
                UPDATE access_token SET revoked_at = ? WHERE hash = ? AND revoked_at IS NULL
                    AND "grant" IN (SELECT g.number FROM access_grant g WHERE +g.plan = ? AND +g.app = ?)
                """)
            defer { access.reset() }
            access.bind(1, now.milliseconds)
            access.bind(2, accessToken.bytes)
            access.bind(3, plan.number)
            access.bind(4, app.number)
            _ = try access.step()
            let grant = try writer.statement(
                """
                SELECT g.number FROM refresh_token r JOIN access_grant g ON g.number = r."grant" WHERE r.hash = ? AND +g.plan = ? AND +g.app = ?
                """)
            defer { grant.reset() }
            grant.bind(1, refreshToken.bytes)
            grant.bind(2, plan.number)
            grant.bind(3, app.number)
            if try grant.step() { try GrantRows.revoke(grant.int(0), writer, at: now) }
        }
    }
}
