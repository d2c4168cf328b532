import CStorage
import Exchange
import FHIR
import Foundation
import GRDB
import Synchronization

/// The embedded engine: two files in one directory.
///
/// Reads run on raw read-only connections; changes go through one writer that groups commits with `synchronous=FULL`.
final class SQLiteEngine: Engine {
    let waits = false
    let writer: DatabaseQueue
    let commits: GroupCommit
    private let readers: SQLiteReaders
    private let bulk: BulkWriter
    private let turn: WritingTurn
    private let disclosureReaders: SQLiteReaders
    private let disclosureWriter: Mutex<SQLiteDisclosureWriter>

    private static let isSetUp: Void = pb_sqlite_without_memory_statistics()

    init(directory: String) throws {
        Self.isSetUp
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Refusal(.unavailable, "The data directory \(directory) cannot be made: a file is in its way, or you may not write there.")
        }
        let path = directory + "/payerbridge.sqlite"
        var configuration = Configuration()
        configuration.journalMode = .wal
        let turn = WritingTurn(directory: directory)
        configuration.busyMode = .callback { turn.waitAgain(tries: $0) }
        configuration.label = "payerbridge.writer"
        configuration.allowsUnsafeTransactions = true
        // A new file's: resources of a kilobyte leave less of a page empty, and an import writes fewer of them. Larger ones would cost every change
        // of a few rows more than they spare an import.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA page_size = 16384") }
        writer = try SQLiteOpening.patiently { try DatabaseQueue(path: path, configuration: configuration) }
        try writer.writeWithoutTransaction { database in
            // GRDB chooses NORMAL after it has opened; a token that was answered must survive a power cut.
            try database.execute(
                sql:
                    "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST; PRAGMA cache_size = -32768; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4096"
            )
            guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2 else {
                throw Refusal(.unavailable, "SQLite would not take synchronous=FULL.")
            }
            try SQLiteMigrations.run(database)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        turn.leave()
        self.turn = turn
        commits = GroupCommit(writer, turn)
        readers = SQLiteReaders(path: path)
        bulk = BulkWriter(path: path, turn: WritingTurn(directory: directory))
        disclosureWriter = Mutex(try SQLiteOpening.patiently { try SQLiteDisclosureWriter(path: directory + "/disclosures.sqlite") })
        disclosureReaders = SQLiteReaders(path: directory + "/disclosures.sqlite")
    }

    func lend() throws -> Reader { try readers.lend() }
    func giveBack(_ reader: Reader) { readers.giveBack(reader) }

    func warnings(in world: World) -> [String] { [] }

    func survey<T>(_ body: (Reader) throws -> T) throws -> T {
        let reader = try lend()
        defer { giveBack(reader) }
        return try body(reader)
    }

    func commit(_ change: PendingChange) { commits.commit(change) }

    /// One writes. A transaction writes every page of the indexes that it touches, so larger ones write less.
    let batches = ImportBatches(atOnce: 1, resources: 4_000, bytes: 6 << 20, joined: 4)

    func keep(_ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp, turn: BatchTurn, pace: ImportPace) throws -> [ImportOutcome]
    {
        try bulk.keep(batch, plan: plan, at: now, for: turn.lease, pace: pace)
    }

    func remove(
        _ resources: [(type: ResourceType, id: ResourceID)], plan: Key<Plan>, member: Key<Member>, for lease: TransferLease?
    ) throws {
        try bulk.remove(resources, plan: plan, member: member, for: lease)
    }

    func settle() throws {
        defer { turn.leave() }
        try bulk.settle()
        try writer.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    }

    func keep(_ disclosures: [Disclosure]) throws { try disclosureWriter.withLock { try $0.keep(disclosures) } }
    /// Each entry is in its row with its commit.
    func foldDisclosures() {}

    func lendDisclosures() throws -> Reader { try disclosureReaders.lend() }
    func giveBackDisclosures(_ reader: Reader) { disclosureReaders.giveBack(reader) }

    let newestSchema = SQLiteMigrations.newest

    func schema(_ reader: Reader) throws -> Int {
        let statement = try reader.statement("PRAGMA user_version")
        defer { statement.reset() }
        return try statement.step() ? Int(statement.int(0)) : 0
    }

    func measures() -> [StoreMeasure] {
        let folder = (writer.path as NSString).deletingLastPathComponent
        return ["payerbridge.sqlite", "payerbridge.sqlite-wal", "disclosures.sqlite", "disclosures.sqlite-wal"].map { name in
            let size = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.size] as? NSNumber
            return StoreMeasure(
                name: "file_bytes",
                help: "Size of the store's files; one that ends in -wal is the log of what is not moved into the main file yet.",
                label: ("file", name), value: size?.intValue ?? 0)
        }
    }

    func close() throws {
        writer.writeWithoutTransaction { _ in commits.forgetStatements() }
        try writer.close()
    }
}
