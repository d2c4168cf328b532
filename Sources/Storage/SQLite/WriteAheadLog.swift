import Exchange
import Foundation
import GRDBSQLite
import Synchronization

/// The log of a file that a load writes: moved into the file while the writing goes on, and emptied when it has grown too long.
///
/// It begins anew only when all of it is moved at a moment when nobody writes, so now and then the writer waits for that. The less there is
/// left to move and to write to the disk then, the shorter it waits.
final class WriteAheadLog: Sendable {
    private let path: String
    private let queue = DispatchQueue(label: "payerbridge.checkpoint", qos: .background)
    private let file: EarlyWriteback, log: EarlyWriteback
    private let isMoving = Atomic(false)
    /// Pages in the log after the last transaction, and how many of them lie in the file as well.
    private let pages = Atomic(0)
    private let moved = Atomic(0)
    private let pageSize = Atomic(4096)
    /// Bytes to be moved from which the disk is set to work, from which they are moved beside the writing, and bytes of log from which the writer
    /// waits. While records are read they are moved as soon as the disk would be set to work: what is left when the writer waits is synced at
    /// once, and whoever reads waits for that sync too.
    private let some: Int, enough: Int, tooMuch: Int

    init(path: String, some: Int = 4 << 20, enough: Int = 32 << 20, tooMuch: Int = 192 << 20) {
        self.path = path
        (self.some, self.enough, self.tooMuch) = (some, enough, tooMuch)
        (file, log) = (EarlyWriteback(path: path), EarlyWriteback(path: path + "-wal"))
    }

    /// From here on this connection's transactions are counted, and none of them moves the log itself.
    func follow(_ connection: SQLiteConnection) throws {
        let size = try connection.prepare("PRAGMA page_size")
        if try size.step() { pageSize.store(Int(size.int(0)), ordering: .relaxed) }
        size.reset()
        // The connection is closed before this object goes, for whoever writes holds both.
        sqlite3_wal_hook(
            connection.handle,
            { log, _, _, pages in
                guard let log else { return SQLITE_OK }
                Unmanaged<WriteAheadLog>.fromOpaque(log).takeUnretainedValue().note(Int(pages))
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func note(_ count: Int) {
        // It has begun anew.
        if count < pages.load(ordering: .relaxed) { moved.store(0, ordering: .relaxed) }
        pages.store(count, ordering: .relaxed)
    }

    /// After a transaction.
    func makeRoom(_ pace: ImportPace) {
        let (pages, size) = (pages.load(ordering: .relaxed), pageSize.load(ordering: .relaxed))
        let moved = moved.load(ordering: .relaxed)
        // What was moved out of a log that has begun anew meanwhile says nothing.
        let left = moved > pages ? pages : pages - moved
        if pages * size >= tooMuch {
            // Nobody writes meanwhile, so that all of it is moved and the log begins anew.
            queue.sync { self.move(pace) }
        } else if left * size >= (pace.isGivingWay ? some : enough),
            isMoving.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        {
            queue.async { [self] in
                move(pace)
                isMoving.store(false, ordering: .releasing)
            }
        } else if left * size >= some {
            log.begin(pace)
        }
    }

    func finish() { queue.sync {} }

    /// What cannot be moved now is moved by a later one.
    private func move(_ pace: ImportPace) {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK else { return }
        sqlite3_exec(handle, "PRAGMA synchronous=NORMAL", nil, nil, nil)
        // Moving begins with a sync of the log.
        log.run(pace)
        var (inLog, done): (Int32, Int32) = (0, 0)
        sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, &inLog, &done)
        if done > 0 { moved.store(Int(done), ordering: .relaxed) }
        file.run(pace)
    }
}
