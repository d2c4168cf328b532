import Foundation
import GRDBSQLite

/// The embedded store's two files, only read.
final class CopySource {
    private let main: SQLiteConnection
    private let log: SQLiteConnection
    private static let pieceSize = 5000

    init(directory: String) throws {
        func open(_ name: String) throws -> SQLiteConnection {
            try SQLiteConnection(path: "\(directory)/\(name)", flags: SQLITE_OPEN_READONLY, waiting: 5000, pragmas: ["query_only=ON"])
        }
        (main, log) = (try open("payerbridge.sqlite"), try open("disclosures.sqlite"))
    }

    private func connection(_ table: CopyTable) -> SQLiteConnection {
        table.name == "disclosure" || table.name == "seal" ? log : main
    }

    /// What tells this store from another: its plans, and how much it holds.
    func fingerprint() throws -> String {
        let statement = try main.prepare("SELECT id FROM plan ORDER BY number")
        var plans: [String] = []
        while try statement.step() { plans.append(statement.text(0)) }
        let members = try main.prepare("SELECT COUNT(*), coalesce(MAX(number), 0) FROM member")
        _ = try members.step()
        return "\(plans.joined(separator: ",")) \(members.int(0)) \(members.int(1))"
    }

    func count(_ table: CopyTable) throws -> Int {
        let statement = try connection(table).prepare("SELECT COUNT(*) FROM \"\(table.name)\"")
        return try statement.step() ? Int(statement.int(0)) : 0
    }

    private func columns(_ table: CopyTable) -> String { table.columns.map { "\"\($0.name)\"" }.joined(separator: ", ") }

    /// Whether SQLite numbers the rows of this table.
    private func hasNumbers(_ table: CopyTable) throws -> Bool {
        let statement = try connection(table).prepare("SELECT wr FROM pragma_table_list WHERE name = ?")
        statement.bind(1, table.name)
        return try statement.step() && statement.int(0) == 0
    }

    /// The next rows after this one; of a table without numbers all, once.
    func piece(of table: CopyTable, after: Int64?) throws -> [CopyRow] {
        let statement: any Statement
        if try hasNumbers(table) {
            statement = try connection(table).prepare(
                "SELECT rowid, \(columns(table)) FROM \"\(table.name)\" WHERE rowid > ? ORDER BY rowid LIMIT \(Self.pieceSize)")
            statement.bind(1, after ?? .min)
        } else {
            guard after == nil else { return [] }
            statement = try connection(table).prepare("SELECT 0, \(columns(table)) FROM \"\(table.name)\"")
        }
        var rows: [CopyRow] = []
        while try statement.step() { rows.append(CopyRow(number: statement.int(0), values: Self.values(statement, from: 1, table))) }
        return rows
    }

    func digest(_ table: CopyTable, _ report: (Int) -> Void) throws -> CopyDigest {
        let statement = try connection(table).prepare("SELECT \(columns(table)) FROM \"\(table.name)\"")
        var digest = CopyDigest()
        while try statement.step() {
            digest.add(Self.values(statement, from: 0, table))
            if digest.rows % Self.pieceSize == 0 { report(digest.rows) }
        }
        return digest
    }

    static func values(_ row: any Statement, from first: Int32, _ table: CopyTable) -> [CopyRow.Value] {
        table.columns.enumerated().map { index, column in
            let place = first + Int32(index)
            if row.isNull(place) { return .null }
            switch column.kind {
            case .number: return .number(row.int(place))
            case .text, .bytes: return .bytes(Array(row.bytes(place)))
            }
        }
    }
}
