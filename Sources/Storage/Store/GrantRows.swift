import Exchange
import FHIR
import Foundation
import Trust

/// The rows of permissions and of what is issued from them, inside a transaction that the caller holds.
enum GrantRows {
    static func insert(_ grant: NewGrant, for authorization: Authorization, _ database: Transaction, at now: Timestamp) throws -> Int64 {
        let decider: String
        var name: String?
        var relationship: String?
        switch grant.decider {
        case .member: decider = "member"
        case .representative(let representative, let kind):
            decider = "representative"
            name = representative
            relationship = kind.rawValue
        }
        return try database.number(
            sql: """
                INSERT INTO access_grant (plan, member, app, scope, decider, representative_name, relationship, language, created_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number
                """,
            arguments: [
                authorization.plan.number, grant.compartment.member.number, authorization.app.number, authorization.scope.text, decider,
                name,
                relationship, authorization.language, now.milliseconds, grant.expiresAt.milliseconds,
            ])
    }

    /// A refresh may narrow the access token's scope; the refresh token keeps the grant's (RFC 6749 §6).
    static func issue(
        _ tokens: NewTokens, for grant: Grant, scope: ScopeSet, expiresAt: Timestamp, _ writer: Transaction, at now: Timestamp
    )
        throws
    {
        let access = try writer.statement(
            #"INSERT INTO access_token (hash, "grant", scope, created_at, expires_at) VALUES (?, ?, ?, ?, ?)"#)
        try insert(access, tokens.access, grant, scope, now, min(tokens.accessExpiresAt, expiresAt))
        let refresh = try writer.statement(
            #"INSERT INTO refresh_token (hash, "grant", scope, created_at, expires_at) VALUES (?, ?, ?, ?, ?)"#)
        try insert(refresh, tokens.refresh, grant, grant.scope, now, expiresAt)
    }

    private static func insert(
        _ row: any Statement, _ hash: SecretHash, _ grant: Grant, _ scope: ScopeSet, _ now: Timestamp, _ expiresAt: Timestamp
    ) throws {
        defer { row.reset() }
        row.bind(1, hash.bytes)
        row.bind(2, grant.key.number)
        row.bind(3, scope.text)
        row.bind(4, now.milliseconds)
        row.bind(5, expiresAt.milliseconds)
        _ = try row.step()
    }

    /// Nothing issued from the grant works from here on.
    static func revoke(_ grant: Int64, _ writer: Transaction, at now: Timestamp) throws {
        let row = try writer.statement("UPDATE access_grant SET revoked_at = ? WHERE number = ? AND revoked_at IS NULL")
        defer { row.reset() }
        row.bind(1, now.milliseconds)
        row.bind(2, grant)
        _ = try row.step()
    }

    /// Columns 0 to 5: number, app, member, patient, scope, end.
    static func grant(_ row: any Statement, plan: Key<Plan>) throws -> Grant {
        Grant(
            key: Key(row.int(0)), app: Key(row.int(1)),
            compartment: Compartment(plan: plan, member: Key(row.int(2)), patientID: row.text(3)),
            scope: try ScopeSet(parsing: row.text(4)), expiresAt: Timestamp(milliseconds: row.int(5)))
    }
}
