package import Exchange
package import FHIR
import Foundation
import GRDB

extension SQLiteStore: StoreHealth {
    package func checkReadiness() async throws(Refusal) {
        let found = try read { reader in
            let statement = try reader.statement("PRAGMA user_version")
            defer { statement.reset() }
            return try statement.step() ? Int(statement.int(0)) : 0
        }
        guard found == Migrations.newest else {
            throw Refusal(.unavailable, "The store has schema \(found); this program needs \(Migrations.newest).")
        }
        do {
            try disclosureReaders.read { reader in
                let statement = try reader.statement("SELECT last FROM seal ORDER BY last DESC LIMIT 1")
                defer { statement.reset() }
                _ = try statement.step()
            }
        } catch { throw Refusal(.unavailable, "The log of disclosures cannot be read.", cause: "\(error)") }
    }

    package func jobCounts(at now: Timestamp) async throws(Refusal) -> [JobCount] {
        try read { reader in
            let statement = try reader.statement(
                """
                SELECT 'mail' AS kind, iif(leased_until > ?1, 'leased', 'waiting') AS state, count(*) FROM outbox
                WHERE delivered_at IS NULL AND given_up_at IS NULL GROUP BY 2
                UNION ALL
                SELECT 'mail', 'failed', count(*) FROM outbox
                WHERE number > (SELECT coalesce(max(number), 0) FROM outbox) - 100000 AND given_up_at IS NOT NULL
                UNION ALL
                SELECT 'sync', iif(leased_until > ?1, 'leased', state), count(*) FROM plan_sync WHERE state IN ('waiting', 'failed') GROUP BY 2
                UNION ALL
                SELECT 'transfer', iif(leased_until > ?1, 'leased', 'waiting'), count(*) FROM transfer
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
        let folder = (writer.path as NSString).deletingLastPathComponent
        return ["payerbridge.sqlite", "payerbridge.sqlite-wal", "disclosures.sqlite", "disclosures.sqlite-wal"].map { name in
            let size = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.size] as? NSNumber
            return StoreMeasure(
                name: "file_bytes",
                help: "Size of the store's files; one that ends in -wal is the log of what is not moved into the main file yet.",
                label: ("file", name), value: size?.intValue ?? 0)
        }
    }
}
