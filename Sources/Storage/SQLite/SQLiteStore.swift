import Exchange
import Foundation
import GRDB

/// Every store promise kept on SQLite, in one directory.
///
/// Reads run on raw read-only connections where the request runs; changes go through one writer that groups commits with `synchronous=FULL`.
package final class SQLiteStore: Sendable {
    let writer: DatabaseQueue
    let commits: GroupCommit
    /// The writer's own prepared statements, for what is asked many times a second.
    private let prepared = StatementCache()
    let readers: ReaderPool
    let outboxSignal = Signal()
    let syncSignal = Signal()
    let transferSignal = Signal()
    let clinicalMark = ClinicalMark()
    let disclosures: SQLiteDisclosureLog
    let bulk: BulkWriter
    /// For what is counted over the log of disclosures.
    let disclosureReaders: ReaderPool

    /// A sandbox shows the mails that were sent; a real plan forgets their text.
    let keepsSentMail: Bool

    /// Opens or makes the store under `directory` (0700). Throws when it is newer than this program or cannot be made durable.
    package init(directory: String, keepsSentMail: Bool = false) throws {
        self.keepsSentMail = keepsSentMail
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Refusal(.unavailable, "The data directory \(directory) cannot be made: a file is in its way, or you may not write there.")
        }
        let path = directory + "/payerbridge.sqlite"
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(10)
        configuration.label = "payerbridge.writer"
        configuration.allowsUnsafeTransactions = true
        writer = try DatabaseQueue(path: path, configuration: configuration)
        try writer.writeWithoutTransaction { database in
            // GRDB chooses NORMAL after it has opened; a token that was answered must survive a power cut.
            try database.execute(
                sql:
                    "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST; PRAGMA cache_size = -32768; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 8192"
            )
            guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2 else {
                throw Refusal(.unavailable, "SQLite would not take synchronous=FULL.")
            }
            try Migrations.run(database)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        commits = GroupCommit(writer, prepared)
        readers = ReaderPool(path: path)
        bulk = BulkWriter(path: path)
        disclosures = try SQLiteDisclosureLog(path: directory + "/disclosures.sqlite")
        disclosureReaders = ReaderPool(path: directory + "/disclosures.sqlite")
    }

    package func close() throws {
        writer.writeWithoutTransaction { _ in prepared.removeAll() }
        try writer.close()
    }

    /// A synchronous read where the caller runs.
    func read<T>(_ body: (Reader) throws -> T) throws(Refusal) -> T {
        do { return try readers.read(body) } catch { throw Self.refusal(error) }
    }

    /// A durable change.
    func change<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(Refusal) -> T {
        do { return try await commits.commit(body) } catch { throw Self.refusal(error) }
    }

    /// A durable change made with prepared statements alone.
    func change<T: Sendable>(hot body: @escaping @Sendable (Writer) throws -> T) async throws(Refusal) -> T {
        try await change { [prepared] database in
            guard let connection = database.sqliteConnection else { throw Refusal(.unavailable, "The store is closed.") }
            return try body(Writer(connection: connection, statements: prepared))
        }
    }

    /// A durable change for a thread that may wait, in a transaction of its own.
    func changeBlocking<T>(_ body: (Database) throws -> T) throws(Refusal) -> T {
        do {
            var value: T?
            try writer.writeWithoutTransaction { database in
                try database.inTransaction(.immediate) {
                    value = try body(database)
                    return .commit
                }
            }
            guard let value else { throw Refusal(.unavailable, "The change was not made.") }
            return value
        } catch { throw Self.refusal(error) }
    }

    static func refusal(_ error: any Error) -> Refusal {
        error as? Refusal ?? Refusal(.unavailable, "The store cannot answer just now. Try again shortly.", cause: "\(error)")
    }
}
