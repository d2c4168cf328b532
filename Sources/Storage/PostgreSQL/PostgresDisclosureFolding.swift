import Exchange
import Foundation
import Synchronization

/// Puts the commits of the log of disclosures, each a row, into the tables in which the log is read.
///
/// An entry is durable and sealed in its commit's row. A row of its own with its indexes costs several times as much, and an answer need not wait
/// for it: a few hundred commits together are put there a little later. Whoever reads the log has it done first, so that no entry is missed.
final class PostgresDisclosureFolding: Sendable {
    /// Under it one process at a time folds: "PBFoldLg".
    static let lock = 0x5042_466F_6C64_4C67

    private let address: PostgresAddress
    private struct State {
        var session: Session?
        var failure: (at: ContinuousClock.Instant, error: any Error)?
    }
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "payerbridge.disclosures.folding", qos: .utility)
    private let isDue = Atomic(false)
    private let isClosed = Atomic(false)
    private let kept = Atomic(0)
    private let folded = Atomic(0)

    /// From a commit until it is put in, when nobody reads; and until it is tried again when that failed.
    private static let (pause, pauseAfterFailure) = (DispatchTimeInterval.milliseconds(250), DispatchTimeInterval.seconds(5))

    init(_ address: PostgresAddress) { self.address = address }

    /// Entries that this process has kept and that may not be in their table yet.
    var unfolded: Int { max(0, kept.load(ordering: .relaxed) - folded.load(ordering: .relaxed)) }

    /// This many entries more are durable.
    func kept(_ entries: Int) {
        kept.wrappingAdd(entries, ordering: .relaxed)
        plan(after: Self.pause)
    }

    private func plan(after pause: DispatchTimeInterval) {
        guard !isDue.exchange(true, ordering: .relaxed) else { return }
        queue.asyncAfter(deadline: .now() + pause) { [weak self] in
            guard let self, !isClosed.load(ordering: .relaxed) else { return }
            isDue.store(false, ordering: .relaxed)
            do { try fold() } catch { plan(after: Self.pauseAfterFailure) }
        }
    }

    /// Returns once every entry that was durable before, whichever process kept it, stands in its table.
    func fold() throws {
        do { try foldOnce() } catch let problem as PostgresProblem where problem.isLost && !problem.isOverdue {
            // Nothing was done by half, so it can be done again where the server is now.
            try foldOnce()
        } catch let problem as PostgresProblem where problem.code.hasPrefix("23") {
            throw Refusal(
                .invalid, "A commit of the log of disclosures is not as it was written: its entries do not fit their table.",
                cause: problem.description)
        }
    }

    private func foldOnce() throws {
        let asked = ContinuousClock.now
        try state.withLock { state in
            // Who has waited for another's turn need not find out again that the server does not answer.
            if let failure = state.failure, failure.at > asked { throw failure.error }
            do {
                let before = kept.load(ordering: .relaxed)
                let open = try state.session ?? Session(address)
                state.session = nil
                while try open.foldSome() {}
                state = State(session: open)
                folded.store(before, ordering: .relaxed)
            } catch {
                state.failure = (.now, error)
                throw error
            }
        }
    }

    func close() {
        isClosed.store(true, ordering: .relaxed)
        state.withLock { $0.session = nil }
    }

    /// What one session with the server knows.
    private final class Session {
        private let connection: PostgresConnection
        private let look: PostgresStatement
        private let fold: PostgresStatement
        /// Every commit of a transaction before this one has been folded: what vacuum has not cleared up yet is not gone through again. It means
        /// something only where it was learned, so a new session begins anew.
        private var settled = "0"
        private var settledIn = 0

        private static let most: Int64 = 1000

        init(_ address: PostgresAddress) throws {
            connection = try PostgresConnection(address, for: .fold)
            look = PostgresStatement(
                connection,
                """
                SELECT EXISTS (SELECT 1 FROM disclosure_group WHERE change >= CAST(? AS xid8)),
                    CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)
                """)
            fold = PostgresStatement(
                connection,
                """
                WITH first AS (
                    SELECT ctid FROM disclosure_group WHERE change >= CAST(?1 AS xid8) ORDER BY change LIMIT ?2),
                taken AS (
                    DELETE FROM disclosure_group WHERE ctid = ANY (ARRAY(SELECT ctid FROM first)) RETURNING disclosure_group.*),
                sealed AS (INSERT INTO seal (writer, last, digest) SELECT writer, last, digest FROM taken),
                entered AS (
                    INSERT INTO disclosure (writer, number, at, plan, member, "grant", app, interaction, type, target, resources)
                    SELECT writer, last - cardinality(at) + n, at[n], plan[n], member[n], "grant"[n], app[n], interaction[n], type[n], target[n],
                        resources[n]
                    FROM taken, generate_series(1, cardinality(at)) AS n)
                SELECT count(*) FROM taken
                """)
        }

        /// Folds the oldest commits; whether there may be more.
        func foldSome() throws -> Bool {
            let (isThere, oldest) = try looked()
            guard isThere else {
                settled = oldest
                return false
            }
            try connection.begin()
            // Another session by now: what was learned in the one before may not be so any more.
            guard settledIn == connection.session else {
                connection.rollback()
                return true
            }
            do {
                try connection.run("SELECT pg_advisory_xact_lock(\(PostgresDisclosureFolding.lock))")
                let count = try folded()
                try connection.commit()
                // What was committed before the look has been folded by now; so has what came between, or the next look finds it.
                if count < Self.most { settled = oldest }
                return count == Self.most
            } catch {
                connection.rollback()
                throw error
            }
        }

        /// Whether there is anything, and the oldest transaction that was under way then: what is older is done or undone.
        private func looked() throws -> (isThere: Bool, oldest: String) {
            if settledIn != connection.session { (settled, settledIn) = ("0", connection.session) }
            defer { look.reset() }
            look.bind(1, settled)
            guard try look.step() else { return (true, settled) }
            return (look.int(0) == 1, look.text(1))
        }

        private func folded() throws -> Int64 {
            defer { fold.reset() }
            fold.bind(1, settled)
            fold.bind(2, Self.most)
            return try fold.step() ? fold.int(0) : 0
        }
    }
}
