package import Exchange
package import FHIR
import Foundation
package import Trust

extension Store: AppStore {
    package func app(clientID: String, plan: Key<Plan>) throws(Refusal) -> App? {
        try read { reader in
            let statement = try reader.statement(
                """
                SELECT app.number, client_id, name, organization, kind, scope, synced_at FROM app
                JOIN app_plan ON app_plan.app = app.number AND app_plan.plan = ? WHERE client_id = ?
                """)
            defer { statement.reset() }
            statement.bind(1, plan.number)
            statement.bind(2, clientID)
            return try statement.step() ? try Self.app(statement, reader) : nil
        }
    }

    package func apps(plan: Key<Plan>) throws(Refusal) -> [App] {
        try read { reader in
            let statement = try reader.statement(
                """
                SELECT app.number, client_id, name, organization, kind, scope, synced_at FROM app
                JOIN app_plan ON app_plan.app = app.number WHERE app_plan.plan = ? ORDER BY app.number
                """)
            defer { statement.reset() }
            statement.bind(1, plan.number)
            var apps: [App] = []
            while try statement.step() { apps.append(try Self.app(statement, reader)) }
            return apps
        }
    }

    private static func app(_ row: any Statement, _ reader: Reader) throws -> App {
        let number = row.int(0)
        let uris = try reader.statement("SELECT uri FROM app_redirect_uri WHERE app = ? ORDER BY position")
        defer { uris.reset() }
        uris.bind(1, number)
        var redirectURIs: [String] = []
        while try uris.step() { redirectURIs.append(uris.text(0)) }
        return App(
            key: Key(number), clientID: row.text(1), name: row.text(2), organization: row.optionalText(3),
            kind: App.Kind(rawValue: row.text(4)) ?? .confidential, redirectURIs: redirectURIs, scope: try ScopeSet(parsing: row.text(5)),
            syncedAt: Timestamp(milliseconds: row.int(6)))
    }

    package func hasSecret(_ app: Key<App>, hash: SecretHash, at now: Timestamp) throws(Refusal) -> Bool {
        try read { reader in
            let statement = try reader.statement(
                "SELECT 1 FROM app_secret WHERE hash = ? AND app = ? AND (retired_at IS NULL OR retired_at > ?)")
            defer { statement.reset() }
            statement.bind(1, hash.bytes)
            statement.bind(2, app.number)
            statement.bind(3, now.milliseconds)
            return try statement.step()
        }
    }

    package func noteUse(of secret: SecretHash, at now: Timestamp) async throws(Refusal) {
        let isRecent = try read { reader in
            let statement = try reader.statement("SELECT 1 FROM app_secret WHERE hash = ? AND last_used_at > ?")
            defer { statement.reset() }
            statement.bind(1, secret.bytes)
            statement.bind(2, now.milliseconds - 60_000)
            return try statement.step()
        }
        if isRecent { return }
        try await change { database in
            try database.execute(
                sql: "UPDATE app_secret SET last_used_at = ? WHERE hash = ?", arguments: [now.milliseconds, Data(secret.bytes)])
        }
    }

    package func register(_ registration: AppRegistration, plans: [Key<Plan>], at now: Timestamp) async throws(Refusal) -> App {
        let number = try await change { database in
            let number = try Int64.fetchOne(
                database,
                sql: """
                    INSERT INTO app (client_id, name, organization, kind, scope, created_at) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (client_id) DO UPDATE SET name = excluded.name, organization = excluded.organization, kind = excluded.kind,
                        scope = excluded.scope
                    RETURNING number
                    """,
                arguments: [
                    registration.clientID, registration.name, registration.organization, registration.kind.rawValue,
                    registration.scope.text,
                    now.milliseconds,
                ])
            guard let number else { throw Refusal(.unavailable, "The app could not be registered.") }
            try database.execute(sql: "DELETE FROM app_redirect_uri WHERE app = ?", arguments: [number])
            for (position, uri) in registration.redirectURIs.enumerated() {
                try database.execute(
                    sql: "INSERT INTO app_redirect_uri (app, position, uri) VALUES (?, ?, ?)", arguments: [number, position, uri.text])
            }
            if let hash = registration.secretHash {
                try database.execute(
                    sql: "INSERT INTO app_secret (hash, app, created_at) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING",
                    arguments: [Data(hash.bytes), number, now.milliseconds])
            }
            for plan in plans {
                try database.execute(
                    sql:
                        "INSERT INTO app_plan (plan, app, synced_at) VALUES (?, ?, ?) ON CONFLICT (plan, app) DO NOTHING",
                    arguments: [plan.number, number, now.milliseconds])
            }
            return number
        }
        return App(
            key: Key(number), clientID: registration.clientID, name: registration.name, organization: registration.organization,
            kind: registration.kind, redirectURIs: registration.redirectURIs.map(\.text), scope: registration.scope, syncedAt: now)
    }
}
