import Foundation
import GRDBSQLite

/// The embedded store's two files, only read.
final class CopySource {
    private let main: SQLiteConnection
    private let log: SQLiteConnection
    /// Rows that are held at a time.
    private let pieceSize: Int

    init(directory: String, pieceSize: Int) throws {
        self.pieceSize = pieceSize
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

    func order(of table: CopyTable) throws -> CopyOrder {
        let numbered = try connection(table).prepare("SELECT wr FROM pragma_table_list WHERE name = ?")
        numbered.bind(1, table.name)
        if try numbered.step(), numbered.int(0) == 0 { return .rowNumber }
        let key = try connection(table).prepare("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk")
        key.bind(1, table.name)
        var names: [String] = []
        while try key.step() { names.append(key.text(0)) }
        return .key(names.compactMap { name in table.columns.firstIndex { $0.name == name } })
    }

    /// The next rows after this place.
    func piece(of table: CopyTable, in order: CopyOrder, after place: [CopyRow.Value]?) throws -> [CopyRow] {
        let (by, first) = (order.columns(of: table), order == .rowNumber ? "rowid, " : "")
        let begin = place.map { "WHERE (\(by)) > (\($0.map { _ in "?" }.joined(separator: ", ")))" } ?? ""
        let statement = try connection(table).prepare(
            "SELECT \(first)\(columns(table)) FROM \"\(table.name)\" \(begin) ORDER BY \(by) LIMIT \(pieceSize)")
        for (index, (value, isText)) in zip(place ?? [], order.areTexts(of: table)).enumerated() {
            switch value {
            // No key holds a NULL.
            case .null: break
            case .number(let number): statement.bind(Int32(index + 1), number)
            case .bytes(let bytes) where isText: bytes.withUnsafeBytes { statement.bind(Int32(index + 1), text: $0) }
            case .bytes(let bytes): statement.bind(Int32(index + 1), bytes)
            }
        }
        var rows: [CopyRow] = []
        while try statement.step() {
            switch order {
            case .rowNumber:
                rows.append(CopyRow(place: [.number(statement.int(0))], values: Self.values(statement, from: 1, of: table.columns)))
            case .key(let columns):
                let values = Self.values(statement, from: 0, of: table.columns)
                rows.append(CopyRow(place: columns.map { values[$0] }, values: values))
            }
        }
        return rows
    }

    func digest(_ table: CopyTable, _ report: (Int) throws -> Void) throws -> CopyDigest {
        let statement = try connection(table).prepare("SELECT \(columns(table)) FROM \"\(table.name)\"")
        var digest = CopyDigest()
        while try statement.step() {
            digest.add(Self.values(statement, from: 0, of: table.columns))
            if digest.rows % pieceSize == 0 { try report(digest.rows) }
        }
        return digest
    }

    /// Evidence whose bytes must be somewhere, oldest first.
    func evidence() throws -> [CopiedEvidence] {
        let statement = try main.prepare("SELECT number, name, title, bytes, digest FROM evidence WHERE removed_at IS NULL ORDER BY number")
        var found: [CopiedEvidence] = []
        while try statement.step() {
            found.append(
                CopiedEvidence(
                    number: statement.int(0), name: statement.text(1), title: statement.text(2), bytes: Int(statement.int(3)),
                    digest: Array(statement.bytes(4))))
        }
        return found
    }

    static func values(
        _ row: any Statement, from first: Int32, of columns: [(name: String, kind: CopyTable.Kind)]
    ) -> [CopyRow.Value] {
        columns.enumerated().map { index, column in
            let place = first + Int32(index)
            if row.isNull(place) { return .null }
            switch column.kind {
            case .number: return .number(row.int(place))
            case .text, .bytes: return .bytes(Array(row.bytes(place)))
            }
        }
    }
}
