package import Exchange
package import FHIR

extension Store: SyncStore {
    static func enqueueSyncs(of application: Key<DeveloperApp>, to plans: [Key<Plan>], _ database: Transaction, at now: Timestamp) throws {
        for plan in plans {
            try database.execute(
                sql: """
                    INSERT INTO plan_sync (application, plan, state, due_at) VALUES (?1, ?2, 'waiting', ?3)
                    ON CONFLICT (application, plan) DO UPDATE SET state = 'waiting', problem = NULL, due_at = ?3, attempts = 0,
                        leased_until = NULL WHERE plan_sync.blocked_at IS NULL
                    """, arguments: [application.number, plan.number, now.milliseconds])
        }
    }

    package func syncs(of application: Key<DeveloperApp>) throws(Refusal) -> [PlanSync] {
        try read { reader in
            let row = try reader.statement(
                "SELECT plan, state, synced_at, problem, block_reason, due_at FROM plan_sync WHERE application = ? ORDER BY plan")
            defer { row.reset() }
            row.bind(1, application.number)
            var found: [PlanSync] = []
            while try row.step() {
                found.append(
                    PlanSync(
                        plan: Key(row.int(0)), state: PlanSync.State(rawValue: row.text(1)) ?? .waiting,
                        syncedAt: row.optionalInt(2).map { Timestamp(milliseconds: $0) }, problem: row.optionalText(3),
                        retriesAt: row.text(1) == "failed" ? Timestamp(milliseconds: row.int(5)) : nil,
                        blockReason: row.optionalText(4)))
            }
            return found
        }
    }

    package func claimSyncs(limit: Int, lease: Duration, at now: Timestamp) async throws(Refusal) -> [SyncJob] {
        try await change { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    UPDATE plan_sync SET leased_until = ?1, attempts = attempts + 1 WHERE (application, plan) IN (
                        SELECT application, plan FROM plan_sync WHERE state IN ('waiting', 'failed') AND blocked_at IS NULL AND due_at <= ?2
                            AND (leased_until IS NULL OR leased_until <= ?2)
                            AND (SELECT x.standing FROM application x WHERE x.number = plan_sync.application) = 'active'
                        ORDER BY due_at LIMIT ?3)
                    RETURNING application, plan, attempts
                    """, arguments: [now.milliseconds + lease.components.seconds * 1000, now.milliseconds, limit])
            return rows.map { row in
                SyncJob(application: Key(row["application"]), plan: Key(row["plan"]), attempts: (row["attempts"] as Int) - 1)
            }
        }
    }

    package func finish(_ job: SyncJob, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            // Suspended or blocked meanwhile: the row stays as it is, and is asked for again when that ends.
            try database.execute(
                sql: """
                    UPDATE plan_sync SET state = 'synced', synced_at = ?1, leased_until = NULL, problem = NULL
                    WHERE application = ?2 AND plan = ?3 AND state IN ('waiting', 'failed') AND blocked_at IS NULL
                        AND (SELECT standing FROM application WHERE number = ?2) = 'active'
                    """, arguments: [now.milliseconds, job.application.number, job.plan.number])
            guard database.changesCount == 1 else { return }
            try database.execute(
                sql: """
                    INSERT INTO app_plan (plan, app, synced_at) SELECT ?1, app, ?2 FROM application WHERE number = ?3
                    ON CONFLICT (plan, app) DO NOTHING
                    """, arguments: [job.plan.number, now.milliseconds, job.application.number])
            let entry = AuditEntry(.system("sync"), "sync.done", "application \(job.application.number)", detail: "plan \(job.plan.number)")
            try Self.write(entry, database, at: now)
        }
    }

    package func fail(_ job: SyncJob, because problem: String?, retryAt: Timestamp, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            guard let problem else {
                return try database.execute(
                    sql: """
                        UPDATE plan_sync SET leased_until = NULL, due_at = ? WHERE application = ? AND plan = ?
                            AND state IN ('waiting', 'failed')
                        """, arguments: [retryAt.milliseconds, job.application.number, job.plan.number])
            }
            let before = try String.fetchOne(
                database, sql: "SELECT problem FROM plan_sync WHERE application = ? AND plan = ?",
                arguments: [job.application.number, job.plan.number])
            try database.execute(
                sql: """
                    UPDATE plan_sync SET leased_until = NULL, state = 'failed', problem = ?, due_at = ?
                    WHERE application = ? AND plan = ? AND state IN ('waiting', 'failed')
                    """, arguments: [problem, retryAt.milliseconds, job.application.number, job.plan.number])
            // Once for each reason, however often it is tried.
            guard before != problem else { return }
            let entry = AuditEntry(
                .system("sync"), "sync.failed", "application \(job.application.number)", detail: "plan \(job.plan.number): \(problem)")
            try Self.write(entry, database, at: now)
        }
    }

    package func retrySyncs(of application: Key<DeveloperApp>, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "UPDATE plan_sync SET due_at = ?, attempts = 0 WHERE application = ? AND state = 'failed' AND blocked_at IS NULL",
                arguments: [now.milliseconds, application.number])
        }
        syncSignal.wake()
    }

    package func block(
        _ application: Key<DeveloperApp>, plan: Key<Plan>, reason: String?, entry: CaseEntry, mails: [OutgoingMail], audit: AuditEntry,
        at now: Timestamp
    ) async throws(Refusal) {
        try await change { database in
            if let reason {
                try database.execute(
                    sql: "UPDATE plan_sync SET blocked_at = ?, block_reason = ? WHERE application = ? AND plan = ? AND blocked_at IS NULL",
                    arguments: [now.milliseconds, reason, application.number, plan.number])
                guard database.changesCount == 1 else {
                    throw Refusal(.conflict, "The app is blocked already, or is not to be at this plan.")
                }
                try database.execute(
                    sql: "DELETE FROM app_plan WHERE plan = ? AND app = (SELECT app FROM application WHERE number = ?)",
                    arguments: [plan.number, application.number])
            } else {
                try database.execute(
                    sql: """
                        UPDATE plan_sync SET blocked_at = NULL, block_reason = NULL, state = 'waiting', problem = NULL, due_at = ?, attempts = 0,
                            leased_until = NULL WHERE application = ? AND plan = ? AND blocked_at IS NOT NULL
                        """, arguments: [now.milliseconds, application.number, plan.number])
                guard database.changesCount == 1 else { throw Refusal(.conflict, "The app is not blocked.") }
            }
            try CaseEntryRows.insert(entry, .application, application.number, database)
            for mail in mails { try Self.enqueue(mail, database, at: now) }
            try Self.write(audit, database, at: now)
        }
        wakeOutbox()
        syncSignal.wake()
    }

    package func fillSyncs(plan: Key<Plan>, isProduction: Bool, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            let cases = isProduction ? "production_request" : "verification"
            try database.execute(
                sql: """
                    INSERT INTO plan_sync (application, plan, state, due_at)
                    SELECT c.application, ?1, 'waiting', ?2 FROM \(cases) c JOIN application x ON x.number = c.application
                    WHERE c.state = 'approved' AND x.standing <> 'revoked'
                    ON CONFLICT (application, plan) DO NOTHING
                    """, arguments: [plan.number, now.milliseconds])
        }
        syncSignal.wake()
    }

    package func syncWakeups() -> AsyncStream<Void> { syncSignal.stream() }
}
