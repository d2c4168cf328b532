import Exchange
import Foundation
import Synchronization

/// A few sessions that change, each on a thread of its own; the changes wait in one line.
///
/// Each change is one serializable transaction, so it may think, as it does on the embedded engine, that it is alone. Where two got in each
/// other's way, one is made anew.
final class PostgresWriters: Sendable {
    private struct State {
        var waiting: [PendingChange] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let address: PostgresAddress
    private let threads: Int
    /// How long a change waits and is tried, while the server is away or others are in its way.
    private static let patience = Duration.seconds(8)
    /// How often a change is tried that others are in the way of, and how often one that adds what is there already: it is told soon.
    private static let (clashes, doubles) = (40, 5)

    private static var tooLate: Refusal {
        Refusal(.unavailable, "The store is busy. Try again shortly.", cause: "a change waited for \(patience)")
    }

    init(_ address: PostgresAddress, threads: Int) {
        (self.address, self.threads) = (address, threads)
        for number in 1...threads {
            let thread = Thread { self.run() }
            thread.name = "payerbridge.change.\(number)"
            thread.start()
        }
    }

    var waiting: Int { state.withLock { $0.waiting.count } }

    func commit(_ change: PendingChange) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.waiting.append(change) }
            return state.isClosed
        }
        guard !isClosed else { return change.fail(Refusal(.unavailable, "The store is closed.")) }
        work.signal()
    }

    /// Changes that wait are still made.
    func close() {
        state.withLock { $0.isClosed = true }
        for _ in 0..<threads { work.signal() }
    }

    private func next() -> PendingChange? {
        while true {
            work.wait()
            let (change, isClosed) = state.withLock { state in
                (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isClosed)
            }
            if let change { return change }
            if isClosed { return nil }
        }
    }

    private func run() {
        var session: Session?
        while let change = next() {
            do {
                // Whoever asked has given up, or will have: made now, it would surprise them. A refresh would use up a token that is asked for again.
                guard ContinuousClock.now < change.since.advanced(by: Self.patience) else {
                    throw Self.tooLate
                }
                let open = try session ?? Session(address)
                session = open
                try make(change, open)
            } catch { change.fail(error) }
        }
    }

    private struct Session {
        let connection: PostgresConnection
        let statements: StatementCache

        init(_ address: PostgresAddress) throws {
            connection = try PostgresConnection(address, for: .change)
            statements = StatementCache(connection)
        }
    }

    /// Answers the change when it is durable; throws what stands in the way.
    private func make(_ change: PendingChange, _ session: Session) throws {
        let end = change.since.advanced(by: Self.patience)
        var (tries, doubles) = (0, 0)
        while true {
            var isCommitting = false
            do {
                try session.connection.begin()
                // To begin may have taken as long.
                guard ContinuousClock.now < end else { throw Self.tooLate }
                let answer = try change.make(Transaction(session.statements))
                isCommitting = true
                try session.connection.commit()
                answer()
                return
            } catch let problem as PostgresProblem {
                if session.connection.isInTransaction { session.connection.rollback() }
                tries += 1
                if problem.isDoubled { doubles += 1 }
                // Whether a commit without an answer was made is not known; whoever asked has to look.
                let isAgain =
                    problem.isClash ? tries < Self.clashes && doubles < Self.doubles : problem.isLost && !isCommitting
                guard isAgain, ContinuousClock.now < end else { throw problem }
                if problem.isLost { try session.connection.reopen() }
                Thread.sleep(forTimeInterval: .random(in: 0...min(0.05, 0.001 * Double(1 << min(tries, 6)))))
            } catch {
                session.connection.rollback()
                throw error
            }
        }
    }
}
