import Exchange
import GRDB

/// One writer that puts the changes waiting at the same moment into one durable transaction.
///
/// Each change is a savepoint of its own: one that fails undoes itself, not its neighbours. Nobody is answered before the commit is on disk.
final class GroupCommit: Sendable {
    private struct Job: Sendable {
        /// Makes the change; what it returns answers the caller once the commit has succeeded.
        let make: @Sendable (Database) -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private let database: DatabaseQueue
    private let queue = GroupQueue<Job>(groupSize: 64)
    private let statements: StatementCache

    init(_ database: DatabaseQueue, _ statements: StatementCache) { (self.database, self.statements) = (database, statements) }

    func commit<T: Sendable>(_ change: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
            let job = Job(
                make: { database in
                    let result = Result { try self.inSavepoint(database, change) }
                    return { continuation.resume(with: result) }
                },
                fail: { continuation.resume(throwing: $0) })
            if queue.mustDrain(adding: job) { database.asyncWriteWithoutTransaction { self.drain($0) } }
        }
    }

    private func inSavepoint<T>(_ database: Database, _ change: (Database) throws -> T) throws -> T {
        guard let connection = database.sqliteConnection else { throw Refusal(.unavailable, "The store is closed.") }
        try run("SAVEPOINT change", connection)
        do {
            let value = try change(database)
            try run("RELEASE change", connection)
            return value
        } catch {
            try run("ROLLBACK TO change", connection)
            try run("RELEASE change", connection)
            throw error
        }
    }

    private func run(_ sql: StaticString, _ connection: OpaquePointer) throws {
        let statement = try statements.statement(sql, on: connection)
        defer { statement.reset() }
        _ = try statement.step()
    }

    private func drain(_ database: Database) {
        while let jobs = queue.next() {
            do {
                var answers: [@Sendable () -> Void] = []
                try database.inTransaction(.immediate) {
                    answers = jobs.map { $0.make(database) }
                    return .commit
                }
                for answer in answers { answer() }
            } catch {
                for job in jobs { job.fail(error) }
            }
        }
    }
}
