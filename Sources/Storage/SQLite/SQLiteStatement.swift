import GRDBSQLite

/// A prepared SQLite statement.
final class SQLiteStatement: Statement {
    private let handle: OpaquePointer
    /// SQLite copies what is bound this way.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ connection: OpaquePointer, _ sql: String) throws {
        var handle: OpaquePointer?
        guard sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil) == SQLITE_OK, let handle else {
            throw SQLiteProblem(connection, doing: sql)
        }
        self.handle = handle
    }

    deinit { sqlite3_finalize(handle) }

    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    var changesCount: Int { Int(sqlite3_changes(sqlite3_db_handle(handle))) }

    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw SQLiteProblem(sqlite3_db_handle(handle), doing: String(cString: sqlite3_sql(handle)))
        }
    }

    // MARK: Binding

    func bind(_ index: Int32, _ number: Int64) { sqlite3_bind_int64(handle, index, number) }
    func bind(_ index: Int32, text bytes: UnsafeRawBufferPointer) { bind(index, text: bytes, Self.transient) }
    func bind(_ index: Int32, bytes: UnsafeRawBufferPointer) { bind(index, bytes: bytes, Self.transient) }
    func bind(_ index: Int32, lent bytes: UnsafeRawBufferPointer) { bind(index, bytes: bytes, nil) }
    func bind(_ index: Int32, lentText bytes: UnsafeRawBufferPointer) { bind(index, text: bytes, nil) }

    private func bind(_ index: Int32, text: UnsafeRawBufferPointer, _ keeping: sqlite3_destructor_type?) {
        guard let start = text.baseAddress, !text.isEmpty else {
            sqlite3_bind_text(handle, index, "", 0, Self.transient)
            return
        }
        sqlite3_bind_text(handle, index, start.assumingMemoryBound(to: CChar.self), Int32(text.count), keeping)
    }

    private func bind(_ index: Int32, bytes: UnsafeRawBufferPointer, _ keeping: sqlite3_destructor_type?) {
        guard !bytes.isEmpty else {
            sqlite3_bind_zeroblob(handle, index, 0)
            return
        }
        sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), keeping)
    }

    // MARK: Columns

    var columnCount: Int32 { sqlite3_column_count(handle) }
    func columnName(_ column: Int32) -> String { String(cString: sqlite3_column_name(handle, column)) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func isNumber(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_INTEGER }
    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }
}

/// SQLite said no: its code and words, for the log.
struct SQLiteProblem: Error, CustomStringConvertible {
    let code: Int32
    let description: String

    init(_ connection: OpaquePointer?, doing sql: String) {
        code = connection.map { sqlite3_extended_errcode($0) } ?? SQLITE_NOMEM
        description = "SQLite \(code): \(connection.map { String(cString: sqlite3_errmsg($0)) } ?? "no connection") in \(sql.prefix(120))"
    }
}
