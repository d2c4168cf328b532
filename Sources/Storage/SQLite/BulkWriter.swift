import Exchange
import FHIR
import GRDBSQLite
import Synchronization

/// The connection through which imports write: batch after batch, without waiting for the disk at each.
///
/// A batch is one transaction, or several when somebody else waits to write. It survives the end of the process; it survives a power cut once
/// `settle` has returned, and before that the file is as some earlier transaction left it. Meanwhile another thread moves what the log holds
/// into the main file.
final class BulkWriter: Sendable {
    private struct State {
        var connection: BulkConnection?
        var writers: [Key<Plan>: ResourceWriter] = [:]
    }

    private let path: String
    private let state = Mutex(State())
    private let log: WriteAheadLog
    private let turn: WritingTurn
    /// How long a transaction goes on taking in while somebody else waits.
    private let patience: Duration

    init(path: String, turn: WritingTurn, patience: Duration = .milliseconds(20), log: WriteAheadLog? = nil) {
        (self.path, self.turn, self.patience) = (path, turn, patience)
        self.log = log ?? WriteAheadLog(path: path)
    }

    func keep(
        _ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp, for lease: TransferLease? = nil, pace: ImportPace = .full
    ) throws -> [ImportOutcome] {
        var outcomes: [ImportOutcome] = []
        repeat {
            let start = outcomes.count
            outcomes += try write(plan, lease, pace) { writer in
                let end = ContinuousClock.now + patience
                return try writer.keep(batch, from: start, at: now) {
                    // Nobody waits for the file while its holder rests.
                    pace.rest(unless: turn.isWantedByOthers) || ContinuousClock.now >= end && turn.isWantedByOthers()
                }
            }
        } while outcomes.count < batch.count
        return outcomes
    }

    func remove(_ resources: [(type: ResourceType, id: ResourceID)], plan: Key<Plan>, member: Key<Member>, for lease: TransferLease?) throws
    {
        try write(plan, lease, .full) { try $0.remove(resources, member: member) }
    }

    /// One transaction.
    private func write<T: Sendable>(
        _ plan: Key<Plan>, _ lease: TransferLease?, _ pace: ImportPace, _ body: @Sendable (ResourceWriter) throws -> T
    ) throws -> T {
        turn.letOthersGoFirst()
        let outcome = try state.withLock { state in
            let connection = try state.connection ?? BulkConnection(path: path, log, turn)
            state.connection = connection
            let writer =
                try state.writers[plan]
                ?? ResourceWriter(
                    SQLiteResourceTable(connection.connection, plan: plan), RosterWriter(StatementCache(connection.connection), plan: plan))
            state.writers[plan] = writer
            do {
                return try connection.transaction {
                    if let lease { try LeaseProof.prove(lease, connection.connection.prepare(LeaseProof.sql)) }
                    return try body(writer)
                }
            } catch {
                writer.forget()
                throw error
            }
        }
        log.makeRoom(pace)
        return outcome
    }

    /// Ends the bulk writing; what is written after it opens the connection anew.
    func settle() throws {
        state.withLock { $0 = State() }
        log.finish()
    }
}

/// A connection that does not sync at each commit.
private final class BulkConnection {
    let connection: SQLiteConnection
    private let turn: WritingTurn

    init(path: String, _ log: WriteAheadLog, _ turn: WritingTurn) throws {
        self.turn = turn
        connection = try SQLiteConnection(
            path: path, flags: SQLITE_OPEN_READWRITE, waiting: 10_000,
            pragmas: [
                "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY", "trusted_schema=OFF", "secure_delete=FAST",
                "cache_size=-32768", "journal_size_limit=-1",
            ])
        // Another load is heard by the same means.
        sqlite3_busy_handler(
            connection.handle,
            { turn, tries in
                guard let turn else { return 0 }
                return Unmanaged<WritingTurn>.fromOpaque(turn).takeUnretainedValue().waitAgainAsLoad(tries: Int(tries)) ? 1 : 0
            }, Unmanaged.passUnretained(turn).toOpaque())
        try log.follow(connection)
    }

    func transaction<T>(_ body: () throws -> T) throws -> T {
        do {
            defer { turn.leave() }
            try connection.run("BEGIN IMMEDIATE")
        }
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
