import Exchange
import GRDBSQLite

/// One moment of a database, held by a read transaction while others go on writing.
final class SQLiteSnapshot {
    private let connection: OpaquePointer

    /// The moment is that of the call. `isFinal`: nobody writes this file, so it is read without any file beside it.
    init(path: String, isFinal: Bool = false) throws {
        var handle: OpaquePointer?
        let uri = "file:" + Self.escaped(path) + (isFinal ? "?immutable=1" : "")
        let mode = isFinal ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        guard sqlite3_open_v2(uri, &handle, mode | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK, let handle else {
            let problem = SQLiteProblem(handle, doing: "open")
            sqlite3_close_v2(handle)
            throw problem
        }
        connection = handle
        sqlite3_busy_timeout(handle, 30_000)
        for sql in ["PRAGMA query_only=ON", "PRAGMA trusted_schema=OFF", "BEGIN", "SELECT count(*) FROM sqlite_schema"] { try run(sql) }
    }

    deinit { sqlite3_close_v2(connection) }

    /// SQLite takes a `?`, `#` or `%` in a name only escaped (https://www.sqlite.org/uri.html §3.1).
    private static func escaped(_ path: String) -> String {
        path.replacing("%", with: "%25").replacing("?", with: "%3f").replacing("#", with: "%23")
    }

    private func run(_ sql: String) throws {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw SQLiteProblem(connection, doing: sql) }
    }

    /// Writes the moment into a new file, page by page; `progress` hears how many pages are done, of how many.
    func copy(to path: String, progress: (Int, Int) -> Void) throws {
        var target: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &target, flags, nil) == SQLITE_OK, let target else {
            let problem = SQLiteProblem(target, doing: "open")
            sqlite3_close_v2(target)
            throw problem
        }
        defer { sqlite3_close_v2(target) }
        guard let backup = sqlite3_backup_init(target, "main", connection, "main") else { throw SQLiteProblem(target, doing: "backup") }
        var code = SQLITE_OK
        repeat {
            code = sqlite3_backup_step(backup, 4096)
            let total = Int(sqlite3_backup_pagecount(backup))
            progress(total - Int(sqlite3_backup_remaining(backup)), total)
        } while code == SQLITE_OK
        guard sqlite3_backup_finish(backup) == SQLITE_OK, code == SQLITE_DONE else { throw SQLiteProblem(target, doing: "backup") }
        // One file that needs none beside it.
        guard sqlite3_exec(target, "PRAGMA journal_mode=DELETE", nil, nil, nil) == SQLITE_OK else {
            throw SQLiteProblem(target, doing: "journal_mode")
        }
    }

    func schema() throws -> Int {
        let statement = try SQLiteStatement(connection, "PRAGMA user_version")
        return try statement.step() ? Int(statement.int(0)) : 0
    }

    /// The rows of each table.
    func counts() throws -> [String: Int] {
        let tables = try SQLiteStatement(
            connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
        var counts: [String: Int] = [:]
        while try tables.step() {
            let name = tables.text(0)
            let count = try SQLiteStatement(connection, "SELECT count(*) FROM \"\(name.replacing("\"", with: "\"\""))\"")
            counts[name] = try count.step() ? Int(count.int(0)) : 0
        }
        return counts
    }

    /// What SQLite finds wrong with the file; nil when it is whole.
    func problem() throws -> String? {
        let check = try SQLiteStatement(connection, "PRAGMA integrity_check(1)")
        guard try check.step() else { return "It could not be checked." }
        let words = check.text(0)
        guard words == "ok" else { return words }
        let lost = try SQLiteStatement(connection, "PRAGMA foreign_key_check")
        return try lost.step() ? "A row of \(lost.text(0)) refers to one that is not there." : nil
    }

    /// The newest seal of a log of disclosures.
    func newestSeal() throws -> (last: Int64, digest: [UInt8]) {
        let seal = try SQLiteStatement(connection, "SELECT last, digest FROM seal ORDER BY last DESC LIMIT 1")
        return try seal.step() ? (seal.int(0), Array(seal.bytes(1))) : (0, DisclosureSeal.first)
    }
}

/// Keeps every change of a database out for the moment in which several snapshots are begun.
final class SQLiteWriteLock {
    private let connection: OpaquePointer

    init(path: String) throws {
        var handle: OpaquePointer?
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK, let handle else {
            let problem = SQLiteProblem(handle, doing: "open")
            sqlite3_close_v2(handle)
            throw problem
        }
        connection = handle
        sqlite3_busy_timeout(handle, 30_000)
        guard sqlite3_exec(handle, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK else { throw SQLiteProblem(handle, doing: "lock") }
    }

    /// SQLite undoes what a closed connection had begun, and nothing was.
    deinit { sqlite3_close_v2(connection) }
}
