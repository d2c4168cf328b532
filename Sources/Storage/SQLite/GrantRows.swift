import Exchange
import FHIR
import Foundation
import GRDB
import Trust

/// The rows of permissions and of what is issued from them, inside a transaction that the caller holds.
enum GrantRows {
    static func insert(_ grant: NewGrant, for authorization: Authorization, _ database: Database, at now: Timestamp) throws -> Int64 {
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
        try database.execute(
            sql: """
                INSERT INTO access_grant (plan, member, app, scope, decider, representative_name, relationship, language, created_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                authorization.plan.number, grant.compartment.member.number, authorization.app.number, authorization.scope.text, decider,
                name,
                relationship, authorization.language, now.milliseconds, grant.expiresAt.milliseconds,
            ])
        return database.lastInsertedRowID
    }

    /// A refresh may narrow the access token's scope; the refresh token keeps the grant's (RFC 6749 §6).
    static func issue(_ tokens: NewTokens, for grant: Grant, scope: ScopeSet, expiresAt: Timestamp, _ database: Database, at now: Timestamp)
        throws
    {
        try database.execute(
            sql: #"INSERT INTO access_token (hash, "grant", scope, created_at, expires_at) VALUES (?, ?, ?, ?, ?)"#,
            arguments: [
                Data(tokens.access.bytes), grant.key.number, scope.text, now.milliseconds,
                min(tokens.accessExpiresAt, expiresAt).milliseconds,
            ])
        try database.execute(
            sql: #"INSERT INTO refresh_token (hash, "grant", scope, created_at, expires_at) VALUES (?, ?, ?, ?, ?)"#,
            arguments: [Data(tokens.refresh.bytes), grant.key.number, grant.scope.text, now.milliseconds, expiresAt.milliseconds])
    }

    /// Nothing issued from the grant works from here on.
    static func revoke(_ grant: Int64, _ database: Database, at now: Timestamp) throws {
        try database.execute(
            sql: "UPDATE access_grant SET revoked_at = ? WHERE number = ? AND revoked_at IS NULL", arguments: [now.milliseconds, grant])
    }

    static func grant(_ row: Row, plan: Key<Plan>) throws -> Grant {
        Grant(
            key: Key(row["grant_number"]), app: Key(row["app"]),
            compartment: Compartment(plan: plan, member: Key(row["member"]), patientID: row["patient_id"]),
            scope: try ScopeSet(parsing: row["scope"]), expiresAt: Timestamp(milliseconds: row["grant_expires_at"]))
    }
}
