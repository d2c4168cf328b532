import Exchange
import FHIR
import Foundation
import GRDB

/// The numbered, append-only steps of the schema; each is a file of its own under `Migrations/` in the target.
enum SQLiteMigrations {
    private static let steps: [(version: Int, sql: [UInt8])] = [
        (1, PackageResources.v0001_sql), (2, PackageResources.v0002_sql), (3, PackageResources.v0003_sql),
        (4, PackageResources.v0004_portal_sql), (5, PackageResources.v0005_sql), (6, PackageResources.v0006_sql),
        (7, PackageResources.v0007_sql),
    ]

    /// The schema of this program.
    static var newest: Int { steps.last?.version ?? 0 }

    private static let resourceKey = DatabaseFunction("resource_key", argumentCount: 2, pure: true) { values in
        guard let number = Int64.fromDatabaseValue(values[0]), let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: number)),
            let id = String.fromDatabaseValue(values[1])
        else { return nil }
        return ResourceKey.number(type, id)
    }

    /// Brings the schema up to this program's version; a store made by a newer program is refused.
    static func run(_ database: Database) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= newest else { throw NewerSchema(found: version, known: newest) }
        // A step may ask for a resource's number, which SQL cannot make.
        database.add(function: resourceKey)
        guard steps.contains(where: { $0.version > version }) else { return }
        // A table that others refer to is made anew under its name; whether every reference still leads somewhere is asked at the end.
        try database.execute(sql: "PRAGMA foreign_keys = OFF")
        for step in steps where step.version > version {
            try database.inTransaction(.immediate) {
                // Another process may have taken the step since, or be ahead of this program.
                let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
                guard found <= newest else { throw NewerSchema(found: found, known: newest) }
                guard found < step.version else { return .commit }
                try database.execute(sql: String(decoding: step.sql, as: UTF8.self))
                try database.execute(sql: "PRAGMA user_version = \(step.version)")
                let lost = try GRDB.Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
                guard lost.isEmpty else {
                    throw Refusal(.unavailable, "The data does not fit schema \(step.version); it was left as it is.")
                }
                return .commit
            }
        }
        try database.execute(sql: "PRAGMA foreign_keys = ON")
    }
}

package struct NewerSchema: Error, CustomStringConvertible {
    let found: Int
    let known: Int
    package var description: String {
        "The data was written by a newer payerbridge (schema \(found); this one knows \(known)). Use the newer program, or another data directory."
    }
}
