package import Exchange
package import FHIR
import Foundation

extension Store: TryRunStore {
    package func keep(_ run: SealedTryRun) async throws(Refusal) -> Bool {
        try await change { database in
            try database.execute(
                sql: """
                    INSERT INTO try_run (id, application, sealed, is_over, ends_at) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, is_over = excluded.is_over
                        WHERE try_run.is_over = 0 AND try_run.application = excluded.application
                    """,
                arguments: [run.id, run.application.number, Data(run.sealed), run.isOver, run.endsAt.milliseconds])
            return database.changesCount == 1
        }
    }

    package func tryRun(_ id: String, of application: Key<DeveloperApp>, at now: Timestamp) throws(Refusal) -> SealedTryRun? {
        try read { reader in
            let row = try reader.statement("SELECT sealed, is_over, ends_at FROM try_run WHERE id = ? AND application = ? AND ends_at > ?")
            defer { row.reset() }
            row.bind(1, id)
            row.bind(2, application.number)
            row.bind(3, now.milliseconds)
            guard try row.step() else { return nil }
            return SealedTryRun(
                id: id, application: application, sealed: Array(row.bytes(0)), isOver: row.int(1) != 0,
                endsAt: Timestamp(milliseconds: row.int(2)))
        }
    }
}
