package import Exchange
package import FHIR
import Foundation

extension Store: StoreHealth {
    package func checkReadiness() async throws(Refusal) { try await apart { () throws(Refusal) in try self.readiness() } }

    package func jobCounts(at now: Timestamp) async throws(Refusal) -> [JobCount] {
        try await apart { () throws(Refusal) in try self.jobs(at: now) }
    }

    /// Where a read waits for a database, it waits on a thread of its own, so that a database that hangs holds up nobody but who asked.
    private func apart<T: Sendable>(_ body: @escaping @Sendable () throws(Refusal) -> T) async throws(Refusal) -> T {
        guard engine.waits else { return try body() }
        let result: Result<T, Refusal> = await withCheckedContinuation { continuation in
            Self.asking.async { continuation.resume(returning: Result { () throws(Refusal) in try body() }) }
        }
        return try result.get()
    }

    private static let asking = DispatchQueue(label: "payerbridge.health")

    private func readiness() throws(Refusal) {
        let found = try read { try self.engine.schema($0) }
        guard found == engine.newestSchema else {
            throw Refusal(.unavailable, "The store has schema \(found); this program needs \(engine.newestSchema).")
        }
        try readDisclosures(asItIs: true) { reader in
            let statement = try reader.statement("SELECT last FROM seal LIMIT 1")
            defer { statement.reset() }
            _ = try statement.step()
        }
    }

    private func jobs(at now: Timestamp) throws(Refusal) -> [JobCount] {
        try read { reader in
            let statement = try reader.statement(
                """
                SELECT 'mail' AS kind, CASE WHEN leased_until > ?1 THEN 'leased' ELSE 'waiting' END AS state, count(*) FROM outbox
                WHERE delivered_at IS NULL AND given_up_at IS NULL GROUP BY 2
                UNION ALL
                SELECT 'mail', 'failed', count(*) FROM outbox
                WHERE number > (SELECT coalesce(max(number), 0) FROM outbox) - 100000 AND given_up_at IS NOT NULL
                UNION ALL
                SELECT 'sync', CASE WHEN leased_until > ?1 THEN 'leased' ELSE state END, count(*) FROM plan_sync WHERE state IN ('waiting', 'failed') GROUP BY 2
                UNION ALL
                SELECT 'transfer', CASE WHEN leased_until > ?1 THEN 'leased' ELSE 'waiting' END, count(*) FROM transfer
                WHERE state IN ('receiving', 'keeping', 'undoing') GROUP BY 2
                UNION ALL
                SELECT 'transfer', 'failed', count(*) FROM transfer WHERE state = 'failed'
                """)
            defer { statement.reset() }
            statement.bind(1, now.milliseconds)
            var found: [JobCount] = []
            while try statement.step() {
                guard let kind = JobCount.Kind(rawValue: statement.text(0)), let state = JobCount.State(rawValue: statement.text(1)) else {
                    continue
                }
                found.append(JobCount(kind: kind, state: state, count: Int(statement.int(2))))
            }
            return found
        }
    }

    package func storeMeasures() async throws(Refusal) -> [StoreMeasure] {
        do { return try engine.measures() } catch { throw Self.refusal(error) }
    }
}
