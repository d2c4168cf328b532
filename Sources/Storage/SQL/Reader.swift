/// A connection that only reads, with its prepared statements. One thread at a time.
final class Reader: @unchecked Sendable {
    let connection: any Connection
    private let statements: StatementCache

    init(_ connection: any Connection) {
        self.connection = connection
        statements = StatementCache(connection)
    }

    deinit { statements.removeAll() }

    /// The prepared statement of this text, reset and ready to bind.
    func statement(_ sql: StaticString) throws -> any Statement { try statements.statement(sql) }

    /// The same for text that is put together from constants.
    func statement(text sql: String) throws -> any Statement { try statements.statement(text: sql) }

    /// One snapshot for several statements.
    func snapshot<T>(_ body: () throws -> T) throws -> T {
        try connection.beginSnapshot()
        defer { connection.endSnapshot() }
        return try body()
    }
}
