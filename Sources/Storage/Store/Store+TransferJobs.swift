package import Exchange
package import FHIR
import Foundation

/// What workers do to transfers. Each call proves its lease first.
extension Store: TransferStore {
    package func claimTransfers(holder: String, limit: Int, perPayer: Int, lease: Duration, at now: Timestamp) async throws(Refusal)
        -> [TransferJob]
    {
        try await change { database in
            // Numbered within their payer, those in hand first, so that no sender gets more of us than it should.
            let taken = try Int64.fetchAll(
                database,
                sql: """
                    UPDATE transfer SET leased_until = ?1, lease_holder = ?2, attempts = attempts + 1 WHERE number IN (
                        SELECT number FROM (
                            SELECT number, due_at, leased_until, row_number() OVER (
                                PARTITION BY payer ORDER BY leased_until IS NULL OR leased_until <= ?3, due_at, number) AS place
                            FROM transfer WHERE state IN ('receiving', 'keeping', 'undoing') AND due_at <= ?3) AS numbered
                        WHERE place <= ?4 AND (leased_until IS NULL OR leased_until <= ?3) ORDER BY due_at, number LIMIT ?5)
                    RETURNING number
                    """,
                arguments: [now.milliseconds + lease.components.seconds * 1000, holder, now.milliseconds, perPayer, limit])
            return try taken.compactMap { try Self.job($0, holder, database) }
        }
    }

    private static func job(_ number: Int64, _ holder: String, _ database: Transaction) throws -> TransferJob? {
        let row = try database.statements.statement(
            text: """
                SELECT \(TransferRows.columns), t.redirect_uri, t.fhir_base, t.sealed_verifier, t.sealed_code, t.sealed_tokens, t.attempts,
                    p.number, p.name, p.address, p.client_id, p.sealed_secret, p.scope, p.standing, p.added_at, p.checked_at, p.check_words,
                    p.is_healthy
                FROM transfer t JOIN sending_payer p ON p.number = t.payer WHERE t.number = ?
                """)
        defer { row.reset() }
        row.bind(1, number)
        guard try row.step() else { return nil }
        let transfer = TransferRows.transfer(row)
        let first = TransferRows.count
        func bytes(_ column: Int32) -> [UInt8]? { row.isNull(column) ? nil : Array(row.bytes(column)) }
        return TransferJob(
            transfer: transfer, payer: payer(row, plan: transfer.plan, from: first + 6),
            lease: TransferLease(transfer: transfer.key, holder: holder), redirectURI: row.text(first), fhirBase: row.text(first + 1),
            sealedVerifier: bytes(first + 2), sealedCode: bytes(first + 3), sealedTokens: bytes(first + 4),
            attempts: Int(row.int(first + 5)) - 1)
    }

    package func renew(_ lease: TransferLease, until: Timestamp) async throws(Refusal) -> Bool {
        try await change { database in
            try database.execute(
                sql: """
                    UPDATE transfer SET leased_until = ? WHERE number = ? AND lease_holder = ? AND state IN ('receiving', 'keeping', 'undoing')
                    """, arguments: [until.milliseconds, lease.transfer.number, lease.holder])
            return database.changesCount == 1
        }
    }

    package func releaseLeases(at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(sql: "UPDATE transfer SET leased_until = NULL, lease_holder = NULL WHERE lease_holder IS NOT NULL")
        }
    }

    private static func prove(_ lease: TransferLease, _ database: Transaction) throws {
        try LeaseProof.prove(lease, database.statements.statement(text: LeaseProof.sql))
    }

    package func open(legs: [String], _ lease: TransferLease, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try Self.prove(lease, database)
            for (position, name) in legs.enumerated() {
                try database.execute(
                    sql: """
                        INSERT INTO transfer_leg (transfer, position, name, status) VALUES (?, ?, ?, 'open') ON CONFLICT DO NOTHING
                        """, arguments: [lease.transfer.number, position, name])
            }
        }
    }

    package func keep(sealedTokens: [UInt8], patientID: String, _ lease: TransferLease, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try Self.prove(lease, database)
            try database.execute(
                sql: """
                    UPDATE transfer SET sealed_tokens = ?, patient_id = ?, sealed_code = NULL, sealed_verifier = NULL WHERE number = ?
                    """, arguments: [Data(sealedTokens), patientID, lease.transfer.number])
        }
    }

    package func land(_ page: LandedPage, requests: Int, retries: Int, _ lease: TransferLease, until: Timestamp, at now: Timestamp)
        async throws(Refusal)
    {
        try await change { writer in
            let held = try writer.statement(
                """
                UPDATE transfer SET leased_until = ?1, requests = requests + ?2, retries = retries + ?3
                WHERE number = ?4 AND lease_holder = ?5 AND state = 'receiving' RETURNING plan, member
                """)
            held.bind(1, until.milliseconds)
            held.bind(2, Int64(requests))
            held.bind(3, Int64(retries))
            held.bind(4, lease.transfer.number)
            held.bind(5, lease.holder)
            guard try held.step() else {
                held.reset()
                throw Refusal(.conflict, "The transfer is in other hands.")
            }
            let (plan, member) = (held.int(0), held.int(1))
            while try held.step() {}
            held.reset()
            try Self.stage(page.resources, lease, plan: plan, member: member, writer)
            try Self.note(page.issues, lease, writer)
            let leg = try writer.statement(
                """
                UPDATE transfer_leg SET status = ?, reason = ?, next = ?, pages = ?, announced = ? WHERE transfer = ? AND name = ?
                """)
            leg.bind(1, page.leg.status.rawValue)
            if let reason = page.leg.reason { leg.bind(2, reason) }
            if let next = page.leg.next { leg.bind(3, next) }
            leg.bind(4, Int64(page.leg.pages))
            if let announced = page.leg.announced { leg.bind(5, Int64(announced)) }
            leg.bind(6, lease.transfer.number)
            leg.bind(7, page.leg.name)
            _ = try leg.step()
            leg.reset()
        }
    }

    private static func stage(_ resources: [StagedResource], _ lease: TransferLease, plan: Int64, member: Int64, _ writer: Transaction)
        throws
    {
        let insert = try writer.statement(
            """
            INSERT INTO staged_resource (plan, member, transfer, type, source_id, digest, body) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)
        for resource in resources {
            insert.bind(1, plan)
            insert.bind(2, member)
            insert.bind(3, lease.transfer.number)
            insert.bind(4, Int64(resource.type.rawValue))
            insert.bind(5, resource.id.text)
            insert.bind(6, resource.digest)
            try resource.body.withUnsafeBytes { body in
                insert.bind(7, lent: body)
                _ = try insert.step()
                insert.reset()
            }
        }
    }

    private static func note(_ issues: [TransferIssue], _ lease: TransferLease, _ writer: Transaction) throws {
        let insert = try writer.statement(
            """
            INSERT INTO transfer_issue (transfer, kind, type, source_id, reason, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """)
        for issue in issues {
            insert.bind(1, lease.transfer.number)
            insert.bind(2, issue.kind.rawValue)
            insert.bind(3, issue.type)
            insert.bind(4, issue.id)
            insert.bind(5, issue.reason)
            if let body = issue.body { insert.bind(6, body) }
            _ = try insert.step()
            insert.reset()
        }
    }

    package func eachStaged(_ transfer: Transfer, _ body: (ResourceType, String, UnsafeRawBufferPointer) throws -> Void) throws {
        try read { reader in
            try reader.snapshot {
                let row = try reader.statement(
                    """
                    SELECT type, source_id, body FROM staged_resource WHERE plan = ? AND member = ? AND transfer = ? ORDER BY type, source_id
                    """)
                defer { row.reset() }
                Self.bind(row, transfer)
                while try row.step() {
                    guard let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: row.int(0))) else { continue }
                    try body(type, row.text(1), row.bytes(2))
                }
            }
        }
    }

    package func staged(_ type: ResourceType, id: String, of transfer: Transfer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try read { reader in
            let row = try reader.statement(
                "SELECT body FROM staged_resource WHERE plan = ? AND member = ? AND transfer = ? AND type = ? AND source_id = ?")
            defer { row.reset() }
            Self.bind(row, transfer)
            row.bind(4, Int64(type.rawValue))
            row.bind(5, id)
            if try row.step() { try body(row.bytes(0)) }
        }
    }

    package func stagedIDs(_ transfer: Transfer) throws(Refusal) -> [ResourceType: Set<String>] {
        try read { reader in
            let row = try reader.statement("SELECT type, source_id FROM staged_resource WHERE plan = ? AND member = ? AND transfer = ?")
            defer { row.reset() }
            Self.bind(row, transfer)
            var found: [ResourceType: Set<String>] = [:]
            while try row.step() {
                guard let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: row.int(0))) else { continue }
                found[type, default: []].insert(row.text(1))
            }
            return found
        }
    }

    package func stagedCounts(of transfer: Transfer) throws(Refusal) -> [StagedCount] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT type, count(*), CAST(sum(length(body)) AS BIGINT) FROM staged_resource WHERE plan = ? AND member = ? AND transfer = ?
                GROUP BY type
                """)
            defer { row.reset() }
            Self.bind(row, transfer)
            var found: [StagedCount] = []
            while try row.step() {
                guard let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: row.int(0))) else { continue }
                found.append(StagedCount(type: type, count: Int(row.int(1)), bytes: Int(row.int(2))))
            }
            return found.sorted { $0.type.name < $1.type.name }
        }
    }

    static func bind(_ row: any Statement, _ transfer: Transfer) {
        row.bind(1, transfer.plan.number)
        row.bind(2, transfer.member.number)
        row.bind(3, transfer.key.number)
    }

    package func postpone(_ lease: TransferLease, because problem: TransferProblem, until: Timestamp, at now: Timestamp)
        async throws(Refusal)
    {
        try await change { database in
            try database.execute(
                sql: """
                    UPDATE transfer SET leased_until = NULL, lease_holder = NULL, due_at = ?, problem_kind = ?, problem_words = ?
                    WHERE number = ? AND lease_holder = ?
                    """,
                arguments: [until.milliseconds, problem.kind.rawValue, problem.words, lease.transfer.number, lease.holder])
        }
    }

    package func finish(
        _ job: TransferJob, _ action: Transfer.Action, problem: TransferProblem?, report: TransferReport?, change: TransferChange?,
        at now: Timestamp
    ) async throws(Refusal) {
        let transfer = job.transfer
        guard let (next, effects) = Transfer.move(transfer.state, .job, action) else {
            throw Refusal(.conflict, "This cannot be done with the transfer as it stands.")
        }
        try await self.change { database in
            try database.execute(
                sql: """
                    UPDATE transfer SET state = ?1, moved_at = ?2, due_at = ?2, attempts = 0, leased_until = NULL, lease_holder = NULL,
                        problem_kind = ?3, problem_words = ?4, report = coalesce(?5, report),
                        arrived_at = CASE WHEN ?6 = 1 THEN ?2 ELSE arrived_at END, added = coalesce(?7, added), updated = coalesce(?8, updated),
                        unchanged = coalesce(?9, unchanged), disappeared = coalesce(?10, disappeared)
                    WHERE number = ?11 AND state = ?12 AND lease_holder = ?13
                    """,
                arguments: [
                    next.rawValue, now.milliseconds, problem?.kind.rawValue, problem?.words, report.map { Data($0.json) },
                    action == .arrive || action == .differ, change?.added, change?.updated, change?.unchanged, change?.disappeared,
                    transfer.key.number, transfer.state.rawValue, job.lease.holder,
                ])
            guard database.changesCount == 1 else { throw Refusal(.conflict, "The transfer is in other hands.") }
            try Self.apply(effects, transfer, database)
            let entry = AuditEntry(.system("transfer"), "transfer.\(action.rawValue)", "transfer \(transfer.id)", detail: next.rawValue)
            try Self.write(entry, database, at: now)
        }
        if effects.contains(.wakeJob) { transferSignal.wake() }
    }

    package func expireTransfers(before: Timestamp, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: """
                    UPDATE transfer SET state = 'cancelled', moved_at = ?, sealed_verifier = NULL
                    WHERE state = 'authorizing' AND created_at < ?
                    """, arguments: [now.milliseconds, before.milliseconds])
        }
    }
}
