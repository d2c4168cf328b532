package import Exchange
package import FHIR
import Foundation

extension Store: LogoStore {
    package func setLogo(
        _ logo: AppLogo?, of application: DeveloperApp, audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) -> Bool {
        try await change { database in
            try database.execute(
                sql: "UPDATE application SET revision = revision + 1 WHERE number = ? AND revision = ?",
                arguments: [application.key.number, application.revision])
            guard database.changesCount == 1 else { return false }
            try database.execute(sql: "DELETE FROM application_logo WHERE application = ?", arguments: [application.key.number])
            if let logo {
                try database.execute(
                    sql: """
                        INSERT INTO application_logo (application, name, type, width, height, bytes, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        application.key.number, logo.name, logo.size.kind.rawValue, logo.size.width, logo.size.height, Data(logo.bytes),
                        now.milliseconds,
                    ])
            }
            try Self.write(audit, database, at: now)
            return true
        }
    }

    package func logoName(of app: Key<App>) throws(Refusal) -> String? {
        try read { reader in
            let row = try reader.statement(
                "SELECT l.name FROM application_logo l JOIN application x ON x.number = l.application WHERE x.app = ?")
            defer { row.reset() }
            row.bind(1, app.number)
            return try row.step() ? row.text(0) : nil
        }
    }

    package func logo(_ name: String) throws(Refusal) -> AppLogo? {
        try read { reader in
            let row = try reader.statement("SELECT type, width, height, bytes FROM application_logo WHERE name = ?")
            defer { row.reset() }
            row.bind(1, name)
            guard try row.step(), let kind = EvidenceKind(rawValue: row.text(0)) else { return nil }
            return AppLogo(
                name: name, size: PictureSize(kind: kind, width: Int(row.int(1)), height: Int(row.int(2))), bytes: Array(row.bytes(3)))
        }
    }
}
