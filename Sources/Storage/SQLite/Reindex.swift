import Exchange
import FHIR
import Foundation
import GRDB

/// Makes the search index anew when the search table of the program is another than the one it was made from.
enum Reindex {
    private static let fact = "search table"
    private static let batch = 2000

    static func runIfNeeded(_ store: SQLiteStore) throws {
        try store.writer.writeWithoutTransaction { database in
            let known = try String.fetchOne(database, sql: "SELECT value FROM store_fact WHERE name = ?", arguments: [fact])
            guard known != SearchTable.fingerprint else { return }
            var after: Int64 = 0
            while let last = try step(database, after: after) { after = last }
            try database.execute(
                sql: "INSERT INTO store_fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                arguments: [fact, SearchTable.fingerprint])
        }
    }

    /// Reads one batch of resources again; nil when there are no more.
    private static func step(_ database: Database, after: Int64) throws -> Int64? {
        let parser = JSONParser()
        var terms = Terms()
        var last: Int64?
        try database.inTransaction(.immediate) {
            let rows = try Row.fetchAll(
                database, sql: "SELECT rowid, type, body FROM resource WHERE rowid > ? ORDER BY rowid LIMIT ?", arguments: [after, batch])
            for row in rows {
                guard let number: Int64 = row["rowid"], let body = row["body"] as Data?, let code: Int = row["type"],
                    let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: code))
                else { continue }
                try body.withUnsafeBytes { bytes in
                    TermExtraction.extract(try parser.parse(bytes), type: type, into: &terms)
                }
                try database.execute(sql: "UPDATE resource SET terms = ? WHERE rowid = ?", arguments: [Data(terms.bytes), number])
                last = number
            }
            return .commit
        }
        return last
    }
}
