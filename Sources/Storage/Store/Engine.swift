import Exchange
import FHIR

/// Where a store keeps what it promises: embedded in the process, or a database server.
protocol Engine: Sendable {
    /// Whether a read waits for another process or machine.
    var waits: Bool { get }

    /// A connection for reads where the caller runs; it must be given back.
    func lend() throws -> Reader
    func giveBack(_ reader: Reader)

    /// Makes a change durable, then tells its outcome. A change that clashed with another may be made anew.
    func commit(_ change: PendingChange)

    /// Bulk writing: one batch is whole or not there.
    func keep(_ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp, turn: BatchTurn, pace: ImportPace) throws -> [ImportOutcome]
    /// More batches of one import at once wait for each other.
    var batches: ImportBatches { get }
    func remove(
        _ resources: [(type: ResourceType, id: ResourceID)], plan: Key<Plan>, member: Key<Member>, for lease: TransferLease?) throws
    /// Everything that was kept is durable.
    func settle() throws

    /// Makes disclosures durable together, in this order.
    func keep(_ disclosures: [Disclosure]) throws
    /// Puts every disclosure that is durable where the log is read.
    func foldDisclosures() throws
    /// Connections that see the log of disclosures.
    func lendDisclosures() throws -> Reader
    func giveBackDisclosures(_ reader: Reader)

    // MARK: What an operator asks

    /// Reading that goes through a whole plan and may take minutes.
    func survey<T>(_ body: (Reader) throws -> T) throws -> T

    /// The schema's version as it is, and as this program needs it.
    func schema(_ reader: Reader) throws -> Int
    var newestSchema: Int { get }
    func measures() throws -> [StoreMeasure]

    /// What is served, but not as it should be: each in a sentence that says how to mend it.
    func warnings(in world: World) throws -> [String]

    func close() throws
}

/// A change that waits for its turn.
struct PendingChange: Sendable {
    /// Makes the change; what it returns answers the caller once the commit has succeeded.
    let make: @Sendable (Transaction) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
    /// When it was asked for.
    var since = ContinuousClock.now
}
