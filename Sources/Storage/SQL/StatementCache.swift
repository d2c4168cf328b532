/// A connection's prepared statements, each made once. One thread at a time.
final class StatementCache: @unchecked Sendable {
    let connection: any Connection
    private var byAddress: [UnsafeRawPointer: any Statement] = [:]
    private var byText: [String: any Statement] = [:]

    init(_ connection: any Connection) { self.connection = connection }

    /// The prepared statement of this text, reset and ready to bind.
    func statement(_ sql: StaticString) throws -> any Statement {
        let key = UnsafeRawPointer(sql.utf8Start)
        if let known = byAddress[key] {
            known.reset()
            return known
        }
        let statement = try connection.prepare(sql.description)
        byAddress[key] = statement
        return statement
    }

    /// The same for text that is put together from constants.
    func statement(text sql: String) throws -> any Statement {
        if let known = byText[sql] {
            known.reset()
            return known
        }
        let statement = try connection.prepare(sql)
        byText[sql] = statement
        return statement
    }

    func removeAll() {
        byAddress.removeAll()
        byText.removeAll()
    }
}
