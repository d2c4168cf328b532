import GRDBSQLite

/// A connection's prepared statements, each made once. One thread at a time.
final class StatementCache: @unchecked Sendable {
    private var statements: [UnsafeRawPointer: Statement] = [:]

    /// The prepared statement of this text, reset and ready to bind.
    func statement(_ sql: StaticString, on connection: OpaquePointer) throws -> Statement {
        let key = UnsafeRawPointer(sql.utf8Start)
        if let known = statements[key] {
            known.reset()
            return known
        }
        let statement = try Statement(connection, sql.description)
        statements[key] = statement
        return statement
    }

    func removeAll() { statements.removeAll() }
}
