package import Exchange
package import FHIR
import Foundation
import Trust

extension Store: AuthorizationStore {
    package func begin(_ authorization: Authorization, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            // Walks nobody finished are of no use the day after.
            try database.execute(
                sql: #"DELETE FROM "authorization" WHERE expires_at < ?"#, arguments: [now.adding(seconds: -86_400).milliseconds])
            try database.execute(
                sql: """
                    INSERT INTO "authorization" (id, plan, revision, app, client_id, browser, redirect_uri, redirect_uri_was_sent, state, scope,
                        challenge, created_at, expires_at, language, step)
                    VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    authorization.id, authorization.plan.number, authorization.app.number, authorization.clientID,
                    Data(authorization.browser.bytes),
                    authorization.redirectURI.text, authorization.redirectURIWasSent, authorization.state, authorization.scope.text,
                    authorization.challenge?.text, now.milliseconds, authorization.expiresAt.milliseconds, authorization.language,
                    authorization.step.rawValue,
                ])
        }
    }

    package func authorization(_ id: String, plan: Key<Plan>) throws(Refusal) -> Authorization? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT revision, app, client_id, browser, redirect_uri, redirect_uri_was_sent, state, scope, challenge, expires_at, language, step,
                    member, email, code_mac, code_sent_at, code_expires_at, code_tries_left, is_identified
                FROM "authorization" WHERE plan = ? AND id = ?
                """)
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, id)
            guard try row.step() else { return nil }
            guard let browser = SecretHash(row.bytes(3)), let step = Authorization.Step(rawValue: row.text(11)) else {
                throw Refusal(.unavailable, "The request could not be read.", cause: "authorization row")
            }
            let code =
                row.isNull(14)
                ? nil
                : Authorization.SentCode(
                    mac: Array(row.bytes(14)), sentAt: Timestamp(milliseconds: row.int(15)),
                    expiresAt: Timestamp(milliseconds: row.int(16)),
                    triesLeft: Int(row.int(17)))
            return Authorization(
                id: id, revision: Int(row.int(0)), plan: plan, app: Key(row.int(1)), clientID: row.text(2), browser: browser,
                // It was proven for its environment when the app was registered; sandbox grammar admits both kinds.
                redirectURI: try RedirectURI(row.text(4), for: .sandbox), redirectURIWasSent: row.int(5) != 0, state: row.optionalText(6),
                scope: try ScopeSet(parsing: row.text(7)), challenge: row.optionalText(8).flatMap { PKCE.Challenge(stored: $0) },
                expiresAt: Timestamp(milliseconds: row.int(9)), language: row.text(10), step: step,
                member: row.optionalInt(12).map { Key($0) },
                isIdentified: row.int(18) != 0, email: row.optionalText(13), code: code)
        }
    }

    package func update(_ authorization: Authorization, sending mail: OutgoingMail?, at now: Timestamp) async throws(Refusal) -> Bool {
        let kept = try await change { database in
            guard try Self.write(authorization, database) else { return false }
            if let mail { try Self.enqueue(mail, database, at: now) }
            return true
        }
        if kept, mail != nil { wakeOutbox() }
        return kept
    }

    /// Writes the changed columns when nobody has changed the row since it was read.
    private static func write(_ authorization: Authorization, _ database: Transaction) throws -> Bool {
        try database.execute(
            sql: """
                UPDATE "authorization" SET revision = revision + 1, language = ?, step = ?, member = ?, email = ?, code_mac = ?, code_sent_at = ?,
                    code_expires_at = ?, code_tries_left = ?, is_identified = ?
                WHERE plan = ? AND id = ? AND revision = ? AND step <> 'finished'
                """,
            arguments: [
                authorization.language, authorization.step.rawValue, authorization.member?.number, authorization.email,
                (authorization.code?.mac).map { Data($0) }, authorization.code?.sentAt.milliseconds,
                authorization.code?.expiresAt.milliseconds,
                authorization.code?.triesLeft, authorization.isIdentified, authorization.plan.number, authorization.id,
                authorization.revision,
            ])
        return database.changesCount == 1
    }

    package func finish(_ authorization: Authorization, with grant: NewGrant, at now: Timestamp) async throws(Refusal) -> Bool {
        var finished = authorization
        finished.step = .finished
        finished.code = nil
        let last = finished
        return try await change { database in
            guard try Self.write(last, database) else { return false }
            let number = try GrantRows.insert(grant, for: last, database, at: now)
            try database.execute(
                sql: """
                    INSERT INTO authorization_code (hash, "grant", redirect_uri, redirect_uri_was_sent, challenge, expires_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Data(grant.code.bytes), number, last.redirectURI.text, last.redirectURIWasSent, last.challenge?.text,
                    grant.codeExpiresAt.milliseconds,
                ])
            try database.execute(
                sql: """
                    INSERT INTO member_account (plan, email, member, proven_at, app) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (plan, email) DO UPDATE SET member = excluded.member, proven_at = excluded.proven_at, app = excluded.app
                    """,
                arguments: [last.plan.number, grant.email, grant.compartment.member.number, now.milliseconds, last.app.number])
            return true
        }
    }
}
