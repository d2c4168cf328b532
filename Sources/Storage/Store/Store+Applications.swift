package import Exchange
package import FHIR
import Foundation
package import Trust

extension Store: ApplicationStore {
    package func applications(of account: Key<Account>) throws(Refusal) -> [DeveloperApp] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT x.number, x.account, x.app, a.client_id, a.name, a.organization, x.description, x.home_page, x.standing, x.revision,
                    x.created_at
                FROM application x JOIN app a ON a.number = x.app WHERE x.account = ? ORDER BY x.number
                """)
            row.bind(1, account.number)
            return try Self.applications(row, reader)
        }
    }

    package func application(clientID: String) throws(Refusal) -> DeveloperApp? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT x.number, x.account, x.app, a.client_id, a.name, a.organization, x.description, x.home_page, x.standing, x.revision,
                    x.created_at
                FROM application x JOIN app a ON a.number = x.app WHERE a.client_id = ?
                """)
            row.bind(1, clientID)
            return try Self.applications(row, reader).first
        }
    }

    package func application(_ key: Key<DeveloperApp>) throws(Refusal) -> DeveloperApp? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT x.number, x.account, x.app, a.client_id, a.name, a.organization, x.description, x.home_page, x.standing, x.revision,
                    x.created_at
                FROM application x JOIN app a ON a.number = x.app WHERE x.number = ?
                """)
            row.bind(1, key.number)
            return try Self.applications(row, reader).first
        }
    }

    package func applications(plan: Key<Plan>) throws(Refusal) -> [DeveloperApp] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT x.number, x.account, x.app, a.client_id, a.name, a.organization, x.description, x.home_page, x.standing, x.revision,
                    x.created_at
                FROM application x JOIN app a ON a.number = x.app JOIN plan_sync s ON s.application = x.number WHERE s.plan = ? ORDER BY x.number
                """)
            row.bind(1, plan.number)
            return try Self.applications(row, reader)
        }
    }

    private static func applications(_ row: any Statement, _ reader: Reader) throws -> [DeveloperApp] {
        defer { row.reset() }
        var found: [DeveloperApp] = []
        while try row.step() {
            let uris = try reader.statement("SELECT uri FROM app_redirect_uri WHERE app = ? ORDER BY position")
            defer { uris.reset() }
            uris.bind(1, row.int(2))
            var redirectURIs: [String] = []
            while try uris.step() { redirectURIs.append(uris.text(0)) }
            found.append(
                DeveloperApp(
                    key: Key(row.int(0)), account: Key(row.int(1)), app: Key(row.int(2)), clientID: row.text(3), name: row.text(4),
                    organization: row.optionalText(5), description: row.text(6), homePage: row.text(7), redirectURIs: redirectURIs,
                    standing: DeveloperApp.Standing(rawValue: row.text(8)) ?? .suspended, revision: Int(row.int(9)),
                    createdAt: Timestamp(milliseconds: row.int(10))))
        }
        return found
    }

    package func add(
        _ details: ApplicationDetails, of account: Key<Account>, clientID: String, secret: SecretHash, audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) {
        try await change { database in
            let app = try Int64.fetchOne(
                database,
                sql: "INSERT INTO app (client_id, name, kind, scope, created_at) VALUES (?, ?, 'confidential', ?, ?) RETURNING number",
                arguments: [clientID, details.name, ScopeSet.clinicalRead.text, now.milliseconds])
            guard let app else { throw Refusal(.unavailable, "The application could not be made.") }
            try Self.write(details.redirectURIs, of: app, database)
            try database.execute(
                sql: "INSERT INTO app_secret (hash, app, created_at) VALUES (?, ?, ?)",
                arguments: [Data(secret.bytes), app, now.milliseconds])
            try database.execute(
                sql: "INSERT INTO application (app, account, description, home_page, created_at) VALUES (?, ?, ?, ?, ?)",
                arguments: [app, account.number, details.description, details.homePage, now.milliseconds])
            try Self.write(audit, database, at: now)
        }
    }

    static func write(_ redirectURIs: [RedirectURI], of app: Int64, _ database: Transaction) throws {
        try database.execute(sql: "DELETE FROM app_redirect_uri WHERE app = ?", arguments: [app])
        for (position, uri) in redirectURIs.enumerated() {
            try database.execute(
                sql: "INSERT INTO app_redirect_uri (app, position, uri) VALUES (?, ?, ?)", arguments: [app, position, uri.text])
        }
    }

    package func change(
        _ application: DeveloperApp, to details: ApplicationDetails, audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) -> Bool {
        try await change { database in
            try database.execute(
                sql: """
                    UPDATE application SET description = ?, home_page = ?, revision = revision + 1 WHERE number = ? AND revision = ?
                    """, arguments: [details.description, details.homePage, application.key.number, application.revision])
            guard database.changesCount == 1 else { return false }
            try database.execute(sql: "UPDATE app SET name = ? WHERE number = ?", arguments: [details.name, application.app.number])
            try Self.write(details.redirectURIs, of: application.app.number, database)
            try Self.write(audit, database, at: now)
            return true
        }
    }

    package func move(
        _ application: DeveloperApp, to standing: DeveloperApp.Standing, effects: [DeveloperApp.Effect], entry: CaseEntry,
        mails: [OutgoingMail],
        audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) -> Bool {
        let moved = try await change { database in
            try database.execute(
                sql: "UPDATE application SET standing = ?, revision = revision + 1 WHERE number = ? AND revision = ?",
                arguments: [standing.rawValue, application.key.number, application.revision])
            guard database.changesCount == 1 else { return false }
            for effect in effects {
                switch effect {
                case .takeFromPlans:
                    try database.execute(sql: "DELETE FROM app_plan WHERE app = ?", arguments: [application.app.number])
                case .endGrants:
                    try database.execute(
                        sql: "UPDATE access_grant SET revoked_at = ? WHERE app = ? AND revoked_at IS NULL",
                        arguments: [now.milliseconds, application.app.number])
                    try database.execute(
                        sql: "UPDATE app_secret SET retired_at = ?1 WHERE app = ?2 AND (retired_at IS NULL OR retired_at > ?1)",
                        arguments: [now.milliseconds, application.app.number])
                case .syncAgain:
                    try database.execute(
                        sql: """
                            UPDATE plan_sync SET state = 'waiting', problem = NULL, due_at = ?, leased_until = NULL, attempts = 0
                            WHERE application = ? AND blocked_at IS NULL
                            """, arguments: [now.milliseconds, application.key.number])
                case .tellDeveloper: break
                }
            }
            try CaseEntryRows.insert(entry, .application, application.key.number, database)
            for mail in mails { try Self.enqueue(mail, database, at: now) }
            try Self.write(audit, database, at: now)
            return true
        }
        if moved { wakeOutbox(); syncSignal.wake() }
        return moved
    }

    package func thread(of application: Key<DeveloperApp>) throws(Refusal) -> [CaseEntry] {
        try read { try CaseEntryRows.all(.application, application.number, $0) }
    }

    // MARK: Secrets

    package func secrets(of app: Key<App>, at now: Timestamp) throws(Refusal) -> [AppSecret] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT substr(hash, 1, 4), created_at, last_used_at, retired_at FROM app_secret
                WHERE app = ? AND is_lent = 0 AND (retired_at IS NULL OR retired_at > ?) ORDER BY created_at DESC, hash
                """)
            defer { row.reset() }
            row.bind(1, app.number)
            row.bind(2, now.milliseconds)
            var found: [AppSecret] = []
            while try row.step() {
                found.append(
                    AppSecret(
                        mark: Hexadecimal.text(row.bytes(0)), createdAt: Timestamp(milliseconds: row.int(1)),
                        lastUsedAt: row.optionalInt(2).map { Timestamp(milliseconds: $0) },
                        retiresAt: row.optionalInt(3).map { Timestamp(milliseconds: $0) }))
            }
            return found
        }
    }

    package func rotate(
        _ app: Key<App>, to secret: SecretHash, overlapEnds: Timestamp, audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) {
        try await change { database in
            // Two are live at most: one that was retiring before ends now.
            try database.execute(
                sql: "UPDATE app_secret SET retired_at = ?1 WHERE app = ?2 AND retired_at > ?1 AND is_lent = 0",
                arguments: [now.milliseconds, app.number])
            try database.execute(
                sql: "UPDATE app_secret SET retired_at = ? WHERE app = ? AND retired_at IS NULL",
                arguments: [overlapEnds.milliseconds, app.number])
            try database.execute(
                sql: "INSERT INTO app_secret (hash, app, created_at) VALUES (?, ?, ?)",
                arguments: [Data(secret.bytes), app.number, now.milliseconds])
            try Self.write(audit, database, at: now)
        }
    }

    package func retireOldSecrets(of app: Key<App>, audit: AuditEntry, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "UPDATE app_secret SET retired_at = ?1 WHERE app = ?2 AND retired_at > ?1 AND is_lent = 0",
                arguments: [now.milliseconds, app.number])
            try Self.write(audit, database, at: now)
        }
    }
}
