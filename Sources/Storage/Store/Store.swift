package import Exchange
import FHIR
import Foundation

/// Every store promise, kept on one of two engines with the same SQL.
///
/// Reads run where the request runs; changes are durable before anyone is answered.
package final class Store: Sendable {
    let engine: any Engine
    let outboxSignal = Signal()
    let syncSignal = Signal()
    let transferSignal = Signal()
    let clinicalMark: ClinicalMark
    let disclosures: DisclosureQueue

    /// A sandbox shows the mails that were sent; a real plan forgets their text.
    let keepsSentMail: Bool

    private init(_ engine: any Engine, keepsSentMail: Bool) {
        self.engine = engine
        self.keepsSentMail = keepsSentMail
        disclosures = DisclosureQueue(engine)
        clinicalMark = ClinicalMark(lifetime: engine.waits ? .milliseconds(50) : .milliseconds(5))
    }

    /// Opens or makes the embedded store under `directory` (0700). Throws when it is newer than this program or cannot be made durable.
    package convenience init(directory: String, keepsSentMail: Bool = false) throws {
        self.init(try SQLiteEngine(directory: directory), keepsSentMail: keepsSentMail)
    }

    /// Opens the store that a PostgreSQL server keeps, and makes it in an empty database. Throws when it cannot be reached, is newer than this
    /// program, or is older and may not be upgraded.
    package convenience init(postgres address: PostgresAddress, keepsSentMail: Bool = false, mayUpgrade: Bool = true) throws {
        self.init(try PostgresEngine(address, mayUpgrade: mayUpgrade), keepsSentMail: keepsSentMail)
    }

    /// What whoever starts a server should mend.
    package func warnings(in world: World) throws(Refusal) -> [String] {
        do { return try engine.warnings(in: world) } catch { throw Self.refusal(error) }
    }

    package func close() throws { try engine.close() }

    /// A synchronous read where the caller runs.
    func read<T>(_ body: (Reader) throws -> T) throws(Refusal) -> T {
        do {
            let reader = try engine.lend()
            defer { engine.giveBack(reader) }
            return try body(reader)
        } catch { throw Self.refusal(error) }
    }

    /// The same for what goes through a whole plan, with no limit to its time.
    func survey<T>(_ body: (Reader) throws -> T) throws(Refusal) -> T {
        do { return try engine.survey(body) } catch { throw Self.refusal(error) }
    }

    /// A durable change; `body` may run more than once, so it touches nothing but the transaction.
    func change<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws(Refusal) -> T {
        do {
            return try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
                engine.commit(
                    PendingChange(
                        make: { transaction in
                            let value = try body(transaction)
                            return { continuation.resume(returning: value) }
                        },
                        fail: { continuation.resume(throwing: $0) }))
            }
        } catch { throw Self.refusal(error) }
    }

    static func refusal(_ error: any Error) -> Refusal {
        error as? Refusal ?? Refusal(.unavailable, "The store cannot answer just now. Try again shortly.", cause: "\(error)")
    }
}
