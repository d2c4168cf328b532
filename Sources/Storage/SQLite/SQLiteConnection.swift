import GRDBSQLite

/// A session with a SQLite file.
final class SQLiteConnection: Connection {
    let handle: OpaquePointer
    private let isOwned: Bool
    private var begin: (any Statement)?
    private var commit: (any Statement)?

    /// Borrows a connection that somebody else opened and will close.
    init(borrowing handle: OpaquePointer) { (self.handle, isOwned) = (handle, false) }

    /// Opens the file with these settings; `waiting` is how many milliseconds it waits for another writer.
    init(path: String, flags: Int32, waiting: Int32, pragmas: [String]) throws {
        var opened: OpaquePointer?
        guard sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK, let opened else {
            let problem = SQLiteProblem(opened, doing: "open")
            sqlite3_close_v2(opened)
            throw problem
        }
        (handle, isOwned) = (opened, true)
        sqlite3_busy_timeout(opened, waiting)
        for pragma in pragmas { try run("PRAGMA " + pragma) }
    }

    deinit {
        (begin, commit) = (nil, nil)
        if isOwned { sqlite3_close_v2(handle) }
    }

    func prepare(_ sql: String) throws -> any Statement { try SQLiteStatement(handle, sql) }

    /// Runs one or several statements that answer nothing.
    func run(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw SQLiteProblem(handle, doing: sql) }
    }

    func beginSnapshot() throws {
        let statement = try begin ?? prepare("BEGIN")
        begin = statement
        try statement.run()
    }

    func endSnapshot() {
        guard let statement = try? commit ?? prepare("COMMIT") else { return }
        commit = statement
        try? statement.run()
    }
}
