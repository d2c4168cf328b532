import GRDBSQLite

/// A prepared SQLite statement, used directly where a request or an import runs hot. One thread at a time.
final class Statement {
    private let handle: OpaquePointer
    /// SQLite copies what is bound this way.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ connection: OpaquePointer, _ sql: String) throws {
        var handle: OpaquePointer?
        guard sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil) == SQLITE_OK, let handle else {
            throw StorageProblem(connection, doing: sql)
        }
        self.handle = handle
    }

    deinit { sqlite3_finalize(handle) }

    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// Rows that the connection's last statement has changed.
    var changesCount: Int { Int(sqlite3_changes(sqlite3_db_handle(handle))) }

    /// True while there is a row.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw StorageProblem(sqlite3_db_handle(handle), doing: String(cString: sqlite3_sql(handle)))
        }
    }

    // MARK: Binding, from 1

    func bind(_ index: Int32, _ number: Int64) { sqlite3_bind_int64(handle, index, number) }
    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { buffer in
            _ = buffer.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), Self.transient)
            }
        }
    }
    /// Text that is UTF-8 already.
    func bindText(_ index: Int32, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            let start = buffer.baseAddress.map { $0.assumingMemoryBound(to: CChar.self) }
            _ =
                start == nil
                ? sqlite3_bind_text(handle, index, "", 0, Self.transient)
                : sqlite3_bind_text(handle, index, start, Int32(buffer.count), Self.transient)
        }
    }
    func bind(_ index: Int32, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            _ =
                buffer.isEmpty
                ? sqlite3_bind_zeroblob(handle, index, 0)
                : sqlite3_bind_blob(handle, index, buffer.baseAddress, Int32(buffer.count), Self.transient)
        }
    }

    /// Bytes that stay where they are until the statement is reset, so that SQLite need not copy them.
    func bind(_ index: Int32, lent bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), nil)
    }
    /// Text that stays where it is until the statement is reset.
    func bind(_ index: Int32, lentText bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_text(handle, index, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), nil)
    }

    // MARK: Columns, from 0; lent until the next step or reset

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }
    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
    func optionalInt(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }
}

/// SQLite said no: its code and words, for the log.
struct StorageProblem: Error, CustomStringConvertible {
    let code: Int32
    let description: String

    init(_ connection: OpaquePointer?, doing sql: String) {
        code = connection.map { sqlite3_extended_errcode($0) } ?? SQLITE_NOMEM
        description = "SQLite \(code): \(connection.map { String(cString: sqlite3_errmsg($0)) } ?? "no connection") in \(sql.prefix(120))"
    }
}
