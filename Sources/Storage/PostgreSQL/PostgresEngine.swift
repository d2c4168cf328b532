import Exchange
import FHIR
import Foundation
import Synchronization

/// A PostgreSQL server as the store's engine, for any number of processes at once.
///
/// Whoever asks it waits on the thread it runs on; `serve` lets its requests run on threads that may wait.
final class PostgresEngine: Engine {
    let waits = true
    private let readers: PostgresReaders
    private let writers: PostgresWriters
    private let address: PostgresAddress
    private let bulk: PostgresBulkSessions
    private let log = Mutex<PostgresDisclosureWriter?>(nil)
    private let folding: PostgresDisclosureFolding

    init(_ address: PostgresAddress, mayUpgrade: Bool = true, readers most: Int = 24, writers threads: Int = 8) throws {
        self.address = address
        do { try PostgresMigrations.run(address, mayUpgrade: mayUpgrade) } catch let problem as PostgresProblem { throw problem.atOpening }
        readers = PostgresReaders(address, most: most)
        writers = PostgresWriters(address, threads: threads)
        bulk = PostgresBulkSessions(address, most: batches.atOnce)
        folding = PostgresDisclosureFolding(address)
    }

    func lend() throws -> Reader { try readers.lend() }
    func giveBack(_ reader: Reader) { readers.giveBack(reader) }
    func lendDisclosures() throws -> Reader { try readers.lend() }
    func giveBackDisclosures(_ reader: Reader) { readers.giveBack(reader) }

    func survey<T>(_ body: (Reader) throws -> T) throws -> T {
        try body(Reader(try PostgresConnection(address, for: .survey)))
    }

    func commit(_ change: PendingChange) { writers.commit(change) }

    /// While the server works at one, the rows of another are made and sent. Beside reads it gets less than the embedded store's share: the server
    /// goes on for a while with what lies in the socket.
    let batches = ImportBatches(atOnce: 2, resources: 6_400, bytes: 9 << 20, besideReads: 4)

    func keep(_ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp, turn: BatchTurn, pace: ImportPace) throws -> [ImportOutcome]
    {
        do {
            return try bulk.use { try $0.keep(batch, plan: plan, at: now, mayLean: false, for: turn.lease, pace) }
        } catch is LeansOnEarlier {
            // Without a session: the batches it waits for need one.
            turn.waitForEarlier()
            return try bulk.use { try $0.keep(batch, plan: plan, at: now, mayLean: true, for: turn.lease, pace) }
        }
    }

    func remove(
        _ resources: [(type: ResourceType, id: ResourceID)], plan: Key<Plan>, member: Key<Member>, for lease: TransferLease?
    ) throws {
        try bulk.use { try $0.remove(resources, plan: plan, member: member, for: lease) }
    }

    /// Each batch is durable when it is kept; what a load that was killed has left, and this one found, is confirmed.
    func settle() throws {
        defer { bulk.close() }
        try bulk.use { try $0.confirm() }
    }

    func keep(_ disclosures: [Disclosure]) throws {
        try log.withLock { log in
            let open = try log ?? PostgresDisclosureWriter(address, folding)
            log = open
            do { try open.keep(disclosures) } catch {
                // Whether these entries stand in its chain is not known; the next ones begin a chain of their own.
                log = nil
                throw error
            }
        }
        folding.kept(disclosures.count)
    }

    func foldDisclosures() throws { try folding.fold() }

    let newestSchema = PostgresMigrations.newest

    func schema(_ reader: Reader) throws -> Int { try PostgresMigrations.version(reader.connection) }

    func warnings(in world: World) throws -> [String] {
        let connection = try PostgresConnection(address, for: .survey)
        var warnings: [String] = []
        // The question takes its time, which is nobody's mistake.
        let (before, theirs, after) = (world.now().milliseconds, try connection.clock().milliseconds, world.now().milliseconds)
        let ahead = before > theirs ? before - theirs : min(0, after - theirs)
        if abs(ahead) >= 2000 {
            warnings.append(
                "This machine's clock is \(abs(ahead) / 1000) s \(ahead > 0 ? "ahead of" : "behind") the database's. Leases, codes and tokens end by it: keep all clocks in step (NTP)."
            )
        }
        if !connection.isPrivate {
            warnings.append(
                "The database at \(connection.host) is asked without encryption, and records cross the network in the clear. Add sslmode=verify-full to its address."
            )
        }
        return warnings
    }

    func measures() throws -> [StoreMeasure] {
        [
            StoreMeasure(
                name: "sessions", help: "Reading sessions with the database: those open, and those in use.", label: ("state", "open"),
                value: readers.counts.open),
            StoreMeasure(
                name: "sessions", help: "Reading sessions with the database: those open, and those in use.", label: ("state", "used"),
                value: readers.counts.used),
            StoreMeasure(name: "changes_waiting", help: "Changes that wait for a session.", value: writers.waiting),
            StoreMeasure(
                name: "disclosures_unfolded", help: "Disclosures on record that are not in their table yet.", value: folding.unfolded),
        ]
    }

    func close() {
        writers.close()
        readers.close()
        bulk.close()
        log.withLock { $0 = nil }
        folding.close()
    }
}
