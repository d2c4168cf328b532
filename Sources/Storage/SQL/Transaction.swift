/// A change under way: what is run here becomes durable together or not at all. One thread at a time.
final class Transaction {
    let statements: StatementCache
    /// Rows that the last `execute` has changed.
    private(set) var changesCount = 0

    init(_ statements: StatementCache) { self.statements = statements }

    var connection: any Connection { statements.connection }

    /// The prepared statement of this text, reset and ready to bind.
    func statement(_ sql: StaticString) throws -> any Statement { try statements.statement(sql) }

    func execute(sql: String, arguments: Arguments = []) throws {
        let statement = try bound(sql, arguments)
        defer { statement.reset() }
        while try statement.step() {}
        changesCount = statement.changesCount
    }

    /// The first column of the only row of what was inserted.
    func number(sql: String, arguments: Arguments = []) throws -> Int64 {
        guard let number = try Int64.fetchOne(self, sql: sql, arguments: arguments) else { throw MissingRow() }
        return number
    }

    fileprivate func bound(_ sql: String, _ arguments: Arguments) throws -> any Statement {
        let statement = try statements.statement(text: sql)
        for (index, value) in arguments.values.enumerated() { value?.bind(to: statement, at: Int32(index + 1)) }
        return statement
    }

    /// Every row's values.
    fileprivate func rows<T>(_ sql: String, _ arguments: Arguments, limit: Int, _ read: (any Statement) -> T) throws -> [T] {
        let statement = try bound(sql, arguments)
        defer { statement.reset() }
        var found: [T] = []
        while found.count < limit, try statement.step() { found.append(read(statement)) }
        return found
    }
}

/// An INSERT that must answer with its number did not.
struct MissingRow: Error {}

extension ColumnValue {
    /// The first row's first column; nil without a row, and for NULL.
    static func fetchOne(_ transaction: Transaction, sql: String, arguments: Arguments = []) throws -> Self? {
        try transaction.rows(sql, arguments, limit: 1) { $0.isNull(0) ? nil : Self($0, column: 0) }.first ?? nil
    }

    /// The first column of every row that is not NULL.
    static func fetchAll(_ transaction: Transaction, sql: String, arguments: Arguments = []) throws -> [Self] {
        try transaction.rows(sql, arguments, limit: .max) { $0.isNull(0) ? nil : Self($0, column: 0) }.compactMap { $0 }
    }
}

extension Row {
    static func fetchOne(_ transaction: Transaction, sql: String, arguments: Arguments = []) throws -> Row? {
        try transaction.rows(sql, arguments, limit: 1, Row.init).first
    }

    static func fetchAll(_ transaction: Transaction, sql: String, arguments: Arguments = []) throws -> [Row] {
        try transaction.rows(sql, arguments, limit: .max, Row.init)
    }
}
