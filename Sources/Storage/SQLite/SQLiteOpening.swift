import Foundation
import GRDB
import GRDBSQLite

/// Opening a file that another process may be opening for the first time.
enum SQLiteOpening {
    /// Opens again for ten seconds while another is about to give a new file its write-ahead log: SQLite tells of that at once, whatever
    /// it was told to wait.
    static func patiently<T>(_ open: () throws -> T) throws -> T {
        let end = ContinuousClock.now + .seconds(10)
        while true {
            do { return try open() } catch {
                guard isBusy(error), ContinuousClock.now < end else { throw error }
                usleep(5000)
            }
        }
    }

    private static func isBusy(_ error: any Error) -> Bool {
        switch error {
        case let problem as SQLiteProblem: problem.code & 0xFF == SQLITE_BUSY
        case let problem as DatabaseError: problem.resultCode == .SQLITE_BUSY
        default: false
        }
    }
}
