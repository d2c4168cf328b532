import Exchange
import FHIR
import Foundation
import GRDBSQLite
import Synchronization

/// The connection through which imports write: batch after batch, without waiting for the disk at each.
///
/// A batch is one transaction, or several where the machine is busy, so that nobody waits long for the file. It survives the end of the
/// process; it survives a power cut once `settle` has returned, and before that the file is as some earlier transaction left it. Meanwhile
/// another thread moves what the log holds into the main file.
final class BulkWriter: Sendable {
    private struct State {
        var connection: BulkConnection?
        var writers: [Key<Plan>: ResourceWriter] = [:]
    }

    private let path: String
    private let state = Mutex(State())
    private let checkpoints: LogCheckpoints
    private let turn: WritingTurn
    /// How long a transaction goes on taking in.
    private let longest: Duration

    init(path: String, turn: WritingTurn, longest: Duration = .milliseconds(300)) {
        (self.path, self.turn, self.longest) = (path, turn, longest)
        checkpoints = LogCheckpoints(path: path)
    }

    func keep(_ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp) throws -> [ImportOutcome] {
        var outcomes: [ImportOutcome] = []
        repeat {
            let start = outcomes.count
            outcomes += try write(plan) { writer in
                let end = ContinuousClock.now + longest
                return try writer.keep(batch, from: start, at: now) { ContinuousClock.now >= end }
            }
        } while outcomes.count < batch.count
        return outcomes
    }

    func remove(_ resources: [(type: ResourceType, id: ResourceID)], plan: Key<Plan>, member: Key<Member>) throws {
        try write(plan) { try $0.remove(resources, member: member) }
    }

    /// One transaction.
    private func write<T: Sendable>(_ plan: Key<Plan>, _ body: @Sendable (ResourceWriter) throws -> T) throws -> T {
        turn.letOthersGoFirst()
        let outcome = try state.withLock { state in
            let connection = try state.connection ?? BulkConnection(path: path)
            state.connection = connection
            let writer =
                try state.writers[plan]
                ?? ResourceWriter(
                    SQLiteResourceTable(connection.connection, plan: plan), RosterWriter(connection.connection, plan: plan))
            state.writers[plan] = writer
            do { return try connection.transaction { try body(writer) } } catch {
                writer.forget()
                throw error
            }
        }
        checkpoints.noteWrite()
        return outcome
    }

    /// Ends the bulk writing; what is written after it opens the connection anew.
    func settle() throws {
        state.withLock { $0 = State() }
        checkpoints.finish()
    }
}

/// A connection that does not sync at each commit.
private final class BulkConnection {
    let connection: SQLiteConnection

    init(path: String) throws {
        connection = try SQLiteConnection(
            path: path, flags: SQLITE_OPEN_READWRITE, waiting: 10_000,
            pragmas: [
                "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY", "trusted_schema=OFF", "secure_delete=FAST",
                "cache_size=-49152", "wal_autocheckpoint=0", "journal_size_limit=67108864",
            ])
    }

    func transaction<T>(_ body: () throws -> T) throws -> T {
        try connection.run("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try connection.run("COMMIT")
            return value
        } catch {
            try? connection.run("ROLLBACK")
            throw error
        }
    }
}

/// Moves the log of a bulk write into the main file while the writing goes on, and makes the writer wait when the log outgrows that.
private final class LogCheckpoints: Sendable {
    private let path: String
    private let queue = DispatchQueue(label: "payerbridge.checkpoint")
    private let isRunning = Atomic(false)
    /// Bytes of log from which it is moved beside the writing, and from which the writer waits.
    private static let (enough, tooMuch) = (64 << 20, 384 << 20)

    init(path: String) { self.path = path }

    func noteWrite() {
        let size = logSize()
        guard size >= Self.enough else { return }
        if size >= Self.tooMuch {
            // Nobody writes meanwhile, so that all of it is moved and the log begins anew.
            queue.sync { self.checkpoint() }
        } else if isRunning.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged {
            queue.async { [self] in
                checkpoint()
                isRunning.store(false, ordering: .releasing)
            }
        }
    }

    func finish() { queue.sync {} }

    private func logSize() -> Int {
        var status = stat()
        return stat(path + "-wal", &status) == 0 ? Int(status.st_size) : 0
    }

    /// What cannot be moved now is moved by a later one.
    private func checkpoint() {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK else { return }
        sqlite3_exec(handle, "PRAGMA synchronous=NORMAL", nil, nil, nil)
        sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }
}
