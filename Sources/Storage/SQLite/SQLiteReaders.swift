import GRDBSQLite
import Synchronization

/// As many reading connections as there are threads that read at once; a read is synchronous, so they are few.
final class SQLiteReaders: Sendable {
    private let path: String
    private let idle = Mutex<[Reader]>([])

    init(path: String) { self.path = path }

    func lend() throws -> Reader {
        try idle.withLock { $0.popLast() }
            ?? Reader(
                SQLiteConnection(
                    path: path, flags: SQLITE_OPEN_READONLY, waiting: 5000,
                    pragmas: ["query_only=ON", "mmap_size=268435456", "trusted_schema=OFF", "temp_store=MEMORY"]))
    }

    func giveBack(_ reader: Reader) { idle.withLock { $0.append(reader) } }
}
