import GRDBSQLite
import Synchronization

/// A read-only connection with its prepared statements. One thread at a time.
final class Reader: @unchecked Sendable {
    let connection: OpaquePointer
    private let statements = StatementCache()

    init(path: String) throws {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK, let handle else {
            let problem = StorageProblem(handle, doing: "open")
            sqlite3_close_v2(handle)
            throw problem
        }
        connection = handle
        sqlite3_busy_timeout(handle, 5000)
        for pragma in ["PRAGMA query_only=ON", "PRAGMA mmap_size=268435456", "PRAGMA trusted_schema=OFF", "PRAGMA temp_store=MEMORY"] {
            guard sqlite3_exec(handle, pragma, nil, nil, nil) == SQLITE_OK else { throw StorageProblem(handle, doing: pragma) }
        }
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(connection)
    }

    /// The prepared statement of this text, reset and ready to bind.
    func statement(_ sql: StaticString) throws -> Statement { try statements.statement(sql, on: connection) }

    /// One snapshot for several statements.
    func snapshot<T>(_ body: () throws -> T) throws -> T {
        let begin = try statement("BEGIN")
        _ = try begin.step()
        begin.reset()
        defer {
            if let commit = try? statement("COMMIT") {
                _ = try? commit.step()
                commit.reset()
            }
        }
        return try body()
    }
}

/// As many readers as there are threads that read at once; a read is synchronous, so they are few.
final class ReaderPool: Sendable {
    private let path: String
    private let idle = Mutex<[Reader]>([])

    init(path: String) { self.path = path }

    func read<T>(_ body: (Reader) throws -> T) throws -> T {
        let reader = try idle.withLock { $0.popLast() } ?? Reader(path: path)
        defer { idle.withLock { $0.append(reader) } }
        return try body(reader)
    }
}
