import Exchange
import GRDB
import Synchronization

/// One writer that puts the changes waiting at the same moment into one durable transaction.
///
/// Each change is a savepoint of its own: one that fails undoes itself, not its neighbours. Nobody is answered before the commit is on disk.
final class GroupCommit: Sendable {
    private let database: DatabaseQueue
    private let turn: WritingTurn
    private let queue = GroupQueue<PendingChange>(groupSize: 64)
    /// Used on the writer's queue alone.
    private let kept = Mutex<StatementCache?>(nil)

    init(_ database: DatabaseQueue, _ turn: WritingTurn) { (self.database, self.turn) = (database, turn) }

    func commit(_ change: PendingChange) {
        if queue.mustDrain(adding: change) { database.asyncWriteWithoutTransaction { self.drain($0) } }
    }

    /// Before the connection is closed.
    func forgetStatements() {
        kept.withLock { statements in
            statements?.removeAll()
            statements = nil
        }
    }

    private func statements(_ database: Database) throws -> StatementCache {
        guard let connection = database.sqliteConnection else { throw Refusal(.unavailable, "The store is closed.") }
        return kept.withLock { kept in
            let statements = kept ?? StatementCache(SQLiteConnection(borrowing: connection))
            kept = statements
            return statements
        }
    }

    /// What the change answers with; it has undone itself when it failed.
    private func inSavepoint(_ change: PendingChange, _ statements: StatementCache) throws -> @Sendable () -> Void {
        try statements.statement("SAVEPOINT change").run()
        do {
            let answer = try change.make(Transaction(statements))
            try statements.statement("RELEASE change").run()
            return answer
        } catch {
            try statements.statement("ROLLBACK TO change").run()
            try statements.statement("RELEASE change").run()
            return { change.fail(error) }
        }
    }

    private func drain(_ database: Database) {
        while let changes = queue.next() {
            do {
                var answers: [@Sendable () -> Void] = []
                let statements = try statements(database)
                try database.inTransaction(.immediate) {
                    turn.leave()
                    answers = try changes.map { try inSavepoint($0, statements) }
                    return .commit
                }
                for answer in answers { answer() }
            } catch {
                turn.leave()
                for change in changes { change.fail(error) }
            }
        }
    }
}
