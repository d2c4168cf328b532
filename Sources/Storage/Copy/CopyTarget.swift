import Exchange
import Foundation

/// The database that receives, and how far each table has come.
final class CopyTarget {
    private let connection: PostgresConnection

    init(_ address: PostgresAddress) throws {
        try PostgresMigrations.run(address, isMoving: true)
        connection = try PostgresConnection(address, for: .administer)
        try connection.run(
            """
            CREATE TABLE IF NOT EXISTS store_copy (
                name text PRIMARY KEY, reached bigint, rows bigint NOT NULL, is_done boolean NOT NULL, source text NOT NULL)
            """)
    }

    /// In the order in which they were made, so that what a row refers to is there before it. What evidence is made of lies in files at the
    /// source, see `EvidenceCopy`; an embedded log has each entry in its row.
    func tables() throws -> [CopyTable] {
        let statement = PostgresStatement(
            connection,
            """
            SELECT c.relname::text, a.attname::text, a.atttypid::bigint, a.attidentity::text FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0
                AND NOT a.attisdropped AND c.relname NOT IN ('store_schema', 'store_copy', 'evidence_piece', 'disclosure_group')
            ORDER BY c.oid, a.attname COLLATE "C"
            """)
        var tables: [CopyTable] = []
        while try statement.step() {
            let kind: CopyTable.Kind =
                switch statement.int(2) {
                case 20: .number(bytes: 8)
                case 23: .number(bytes: 4)
                case 21: .number(bytes: 2)
                case 17: .bytes
                default: .text
                }
            let isNew = tables.last?.name != statement.text(0)
            let known = isNew ? nil : tables.popLast()
            tables.append(
                CopyTable(
                    name: statement.text(0), columns: (known?.columns ?? []) + [(statement.text(1), kind)],
                    hasIdentity: known?.hasIdentity == true || !statement.text(3).isEmpty))
        }
        return tables
    }

    /// Refuses a database that holds anything else.
    func begin(fingerprint: String) throws {
        let noted = PostgresStatement(connection, "SELECT source FROM store_copy WHERE name = ''")
        if try noted.step() {
            guard noted.text(0) == fingerprint else {
                throw Refusal(
                    .conflict, "The database holds a copy of another store, or the store has changed since. Use an empty database.")
            }
            return
        }
        let plans = PostgresStatement(connection, "SELECT COUNT(*) FROM plan")
        guard try plans.step(), plans.int(0) == 0 else {
            throw Refusal(.conflict, "The database holds a store already. Use an empty database.")
        }
        // A new schema's first mark makes room for the store's own.
        try inTransaction {
            try connection.run("DELETE FROM clinical_change")
            let note = PostgresStatement(connection, "INSERT INTO store_copy (name, rows, is_done, source) VALUES ('', 0, false, ?)")
            note.bind(1, fingerprint)
            try note.run()
        }
    }

    /// The place that was reached in this order, and how many rows that are; nil before the first.
    func reached(_ table: CopyTable, _ order: CopyOrder) throws -> (after: [CopyRow.Value]?, rows: Int) {
        let noted = try reached(table.name)
        guard noted.rows > 0 else { return (nil, 0) }
        switch order {
        case .rowNumber: return (noted.after.map { [.number($0)] }, noted.rows)
        case .key(let places): return (try lastKey(of: table, places), noted.rows)
        }
    }

    /// The number that was reached under this name.
    func reached(_ name: String) throws -> (after: Int64?, rows: Int) {
        let statement = PostgresStatement(connection, "SELECT reached, rows FROM store_copy WHERE name = ?")
        statement.bind(1, name)
        guard try statement.step() else { return (nil, 0) }
        return (statement.optionalInt(0), Int(statement.int(1)))
    }

    /// Rows arrive in the order of their keys, so the greatest is the last; both engines compare text by its bytes.
    private func lastKey(of table: CopyTable, _ places: [Int]) throws -> [CopyRow.Value]? {
        let key = places.map { table.columns[$0] }
        let order = key.map { "\"\($0.name)\"" + ($0.kind == .text ? " COLLATE \"C\"" : "") + " DESC" }.joined(separator: ", ")
        let names = key.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let statement = PostgresStatement(connection, "SELECT \(names) FROM \"\(table.name)\" ORDER BY \(order) LIMIT 1")
        return try statement.step() ? CopySource.values(statement, from: 0, of: key) : nil
    }

    /// One transaction with how far it reaches.
    func add(_ rows: [CopyRow], to table: CopyTable, reaching place: [CopyRow.Value], rows count: Int) throws {
        try inTransaction {
            var copy = PostgresCopy(into: "\"\(table.name)\"", columns: table.columns.map { "\"\($0.name)\"" })
            for row in rows {
                copy.addRow { bytes in
                    for (value, column) in zip(row.values, table.columns) { Self.append(value, column.kind, to: &bytes) }
                }
                // Pieces of a few megabytes.
                if copy.size > 4 << 20 { try copy.flush(to: connection) }
            }
            try copy.flush(to: connection)
            guard case .number(let last) = place.first else { return try note(table.name, reaching: nil, rows: count) }
            try note(table.name, reaching: last, rows: count)
        }
    }

    private func inTransaction(_ body: () throws -> Void) throws {
        try connection.begin()
        do {
            try body()
            try connection.commit()
        } catch {
            connection.rollback()
            throw error
        }
    }

    func note(_ name: String, reaching last: Int64?, rows: Int) throws {
        let note = PostgresStatement(
            connection,
            """
            INSERT INTO store_copy (name, reached, rows, is_done, source) VALUES (?1, ?2, ?3, false, '')
            ON CONFLICT (name) DO UPDATE SET reached = excluded.reached, rows = excluded.rows
            """)
        note.bind(1, name)
        if let last { note.bind(2, last) }
        note.bind(3, Int64(rows))
        try note.run()
    }

    private static func append(_ value: CopyRow.Value, _ kind: CopyTable.Kind, to bytes: inout [UInt8]) {
        switch (value, kind) {
        case (.null, _): bytes.append(big: Int32(-1))
        case (.number(let number), .number(bytes: 2)): bytes.append(sized: Int16(truncatingIfNeeded: number))
        case (.number(let number), .number(bytes: 4)): bytes.append(sized: Int32(truncatingIfNeeded: number))
        case (.number(let number), _): bytes.append(sized: number)
        case (.bytes(let content), _): content.withUnsafeBytes { bytes.append(sized: $0) }
        }
    }

    /// New rows of the table get numbers after those that were copied.
    func close(_ table: CopyTable) throws {
        guard table.hasIdentity else { return }
        try connection.run(
            """
            SELECT setval(pg_get_serial_sequence('\(table.name)', 'number'), coalesce(max(number), 0) + 1, false) FROM "\(table.name)"
            """)
    }

    func digest(_ table: CopyTable, _ report: (Int) throws -> Void) throws -> CopyDigest {
        let columns = table.columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        try connection.run("BEGIN; DECLARE whole NO SCROLL CURSOR FOR SELECT \(columns) FROM \"\(table.name)\"")
        defer { try? connection.run("COMMIT") }
        var digest = CopyDigest()
        let next = PostgresStatement(connection, "FETCH 5000 FROM whole")
        while true {
            next.reset()
            let before = digest.rows
            while try next.step() { digest.add(CopySource.values(next, from: 0, of: table.columns)) }
            if digest.rows == before { return digest }
            try report(digest.rows)
        }
    }

    // MARK: Evidence

    func removePieces(of name: String) throws {
        let statement = PostgresStatement(connection, "DELETE FROM evidence_piece WHERE name = ?")
        statement.bind(1, name)
        try statement.run()
    }

    func addPiece(_ bytes: [UInt8], number: Int, of name: String) throws {
        let statement = PostgresStatement(connection, "INSERT INTO evidence_piece (name, number, bytes) VALUES (?, ?, ?)")
        statement.bind(1, name)
        statement.bind(2, Int64(number))
        statement.bind(3, bytes)
        try statement.run()
    }

    func piece(_ number: Int, of name: String) throws -> [UInt8]? {
        let statement = PostgresStatement(connection, "SELECT bytes FROM evidence_piece WHERE name = ? AND number = ?")
        statement.bind(1, name)
        statement.bind(2, Int64(number))
        return try statement.step() ? Array(statement.bytes(0)) : nil
    }

    /// The notes are of no more use.
    func finish() throws { try connection.run("DROP TABLE store_copy; ANALYZE") }
}
