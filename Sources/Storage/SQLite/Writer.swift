import GRDBSQLite

/// The writing connection inside a change, with its prepared statements.
struct Writer {
    let connection: OpaquePointer
    let statements: StatementCache

    /// The prepared statement of this text, reset and ready to bind.
    func statement(_ sql: StaticString) throws -> Statement { try statements.statement(sql, on: connection) }

    /// Rows that the statement run last has changed.
    var changesCount: Int { Int(sqlite3_changes(connection)) }
}
