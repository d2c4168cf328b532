package import Exchange
package import FHIR
import Foundation
package import Trust

/// What people see of transfers, and what they do to them.
extension Store {
    package func begin(_ new: NewTransfer, audit: AuditEntry, at now: Timestamp) async throws(Refusal) -> Transfer {
        try await change { database in
            let underWay = Transfer.State.allCases.filter(\.isUnderWay).map { "'\($0.rawValue)'" }.joined(separator: ", ")
            let place: Arguments = [new.plan.number, new.member.number, new.payer.number]
            let busy = try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM transfer WHERE plan = ? AND member = ? AND payer = ? AND state IN (\(underWay)))",
                arguments: place)
            guard busy == false else { throw Refusal(.conflict, "A transfer from this plan is under way already.") }
            try database.execute(
                sql: """
                    UPDATE transfer SET state = 'cancelled', moved_at = ?, sealed_verifier = NULL
                    WHERE plan = ? AND member = ? AND payer = ? AND state = 'authorizing'
                    """, arguments: [now.milliseconds] + place)
            let optIn = try Int64.fetchOne(
                database,
                sql: """
                    INSERT INTO opt_in (plan, member, payer, wording, language, given_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING number
                    """, arguments: place + [new.wording, new.language, now.milliseconds])
            let number = try database.number(
                sql: """
                    INSERT INTO transfer (id, plan, member, payer, opt_in, state, created_at, moved_at, state_hash, redirect_uri, fhir_base,
                        issuer, needs_issuer, sealed_verifier, due_at)
                    VALUES (?, ?, ?, ?, ?, 'authorizing', ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number
                    """,
                arguments: [
                    new.id, new.plan.number, new.member.number, new.payer.number, optIn, now.milliseconds, now.milliseconds,
                    Data(new.stateHash.bytes), new.redirectURI, new.fhirBase, new.issuer, new.needsIssuer, Data(new.sealedVerifier),
                    now.milliseconds,
                ])
            try Self.write(audit, database, at: now)
            return Transfer(
                key: Key(number), id: new.id, plan: new.plan, member: new.member, payer: new.payer,
                state: .authorizing, createdAt: now, startedAt: nil, arrivedAt: nil, movedAt: now, patientID: nil, problem: nil,
                report: nil,
                change: nil, requests: 0, retries: 0, dueAt: now)
        }
    }

    package func awaited(state: SecretHash, plan: Key<Plan>) throws(Refusal) -> AwaitedAnswer? {
        try read { reader in
            let row = try reader.statement(
                text: "SELECT \(TransferRows.columns), t.issuer, t.needs_issuer FROM transfer t WHERE t.plan = ? AND t.state_hash = ?")
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, state.bytes)
            guard try row.step() else { return nil }
            return AwaitedAnswer(
                transfer: TransferRows.transfer(row), issuer: row.optionalText(TransferRows.count),
                needsIssuer: row.int(TransferRows.count + 1) == 1)
        }
    }

    package func transfer(id: String, plan: Key<Plan>) throws(Refusal) -> Transfer? {
        try read { reader in
            let row = try reader.statement(text: "SELECT \(TransferRows.columns) FROM transfer t WHERE t.plan = ? AND t.id = ?")
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, id)
            return try row.step() ? TransferRows.transfer(row) : nil
        }
    }

    package func transfers(of member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> [Transfer] {
        try read { reader in
            let row = try reader.statement(
                text: "SELECT \(TransferRows.columns) FROM transfer t WHERE t.plan = ? AND t.member = ? ORDER BY t.number DESC LIMIT 200")
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, member.number)
            var found: [Transfer] = []
            while try row.step() { found.append(TransferRows.transfer(row)) }
            return found
        }
    }

    package func transfers(plan: Key<Plan>, states: [Transfer.State], limit: Int) throws(Refusal) -> [Transfer] {
        try read { reader in
            var found: [Transfer] = []
            for state in states {
                let row = try reader.statement(
                    text: "SELECT \(TransferRows.columns) FROM transfer t WHERE t.plan = ? AND t.state = ? ORDER BY t.number DESC LIMIT ?")
                defer { row.reset() }
                row.bind(1, plan.number)
                row.bind(2, state.rawValue)
                row.bind(3, Int64(limit))
                while try row.step() { found.append(TransferRows.transfer(row)) }
            }
            return Array(found.sorted { $0.key.number > $1.key.number }.prefix(limit))
        }
    }

    package func transferCounts(plan: Key<Plan>) throws(Refusal) -> [Transfer.State: Int] {
        try read { reader in
            let row = try reader.statement("SELECT state, count(*) FROM transfer WHERE plan = ? GROUP BY state")
            defer { row.reset() }
            row.bind(1, plan.number)
            var counts: [Transfer.State: Int] = [:]
            while try row.step() {
                if let state = Transfer.State(rawValue: row.text(0)) { counts[state] = Int(row.int(1)) }
            }
            return counts
        }
    }

    package func legs(of transfer: Key<Transfer>) throws(Refusal) -> [TransferLeg] {
        try read { reader in
            let row = try reader.statement(
                "SELECT name, status, reason, next, pages, announced FROM transfer_leg WHERE transfer = ? ORDER BY position, name")
            defer { row.reset() }
            row.bind(1, transfer.number)
            var found: [TransferLeg] = []
            while try row.step() {
                found.append(
                    TransferLeg(
                        row.text(0), status: TransferLeg.Status(rawValue: row.text(1)) ?? .failed, reason: row.optionalText(2),
                        next: row.optionalText(3), pages: Int(row.int(4)), announced: row.optionalInt(5).map { Int($0) }))
            }
            return found
        }
    }

    package func issues(of transfer: Key<Transfer>, limit: Int) throws(Refusal) -> [TransferIssue] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT kind, type, source_id, reason, body FROM transfer_issue WHERE transfer = ?
                ORDER BY kind, type, source_id, reason LIMIT ?
                """)
            defer { row.reset() }
            row.bind(1, transfer.number)
            row.bind(2, Int64(limit))
            var found: [TransferIssue] = []
            while try row.step() {
                found.append(
                    TransferIssue(
                        TransferIssue.Kind(rawValue: row.text(0)) ?? .quarantined, type: row.text(1), id: row.text(2), reason: row.text(3),
                        body: row.isNull(4) ? nil : Array(row.bytes(4))))
            }
            return found
        }
    }

    package func move(
        _ transfer: Transfer, _ actor: Transfer.Actor, _ action: Transfer.Action, sealedCode: [UInt8]?, problem: TransferProblem?,
        audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) {
        guard let (next, effects) = Transfer.move(transfer.state, actor, action) else {
            throw Refusal(.conflict, "This cannot be done with the transfer as it stands.")
        }
        try await change { database in
            try database.execute(
                sql: """
                    UPDATE transfer SET state = ?1, moved_at = ?2, due_at = ?2, attempts = 0, leased_until = NULL, lease_holder = NULL,
                        problem_kind = ?3, problem_words = ?4, sealed_code = ?5,
                        started_at = CASE WHEN ?6 = 1 THEN coalesce(started_at, ?2) ELSE started_at END
                    WHERE number = ?7 AND plan = ?8 AND state = ?9
                    """,
                arguments: [
                    next.rawValue, now.milliseconds, problem?.kind.rawValue, problem?.words, sealedCode.map { Data($0) },
                    action == .authorize, transfer.key.number, transfer.plan.number, transfer.state.rawValue,
                ])
            guard database.changesCount == 1 else { throw Refusal(.conflict, "The transfer stands elsewhere by now. Look again.") }
            if action == .retry {
                try database.execute(
                    sql: "UPDATE transfer_leg SET status = 'open', reason = NULL WHERE transfer = ? AND status = 'failed'",
                    arguments: [transfer.key.number])
            }
            try Self.apply(effects, transfer, database)
            try Self.write(audit, database, at: now)
        }
        if effects.contains(.wakeJob) { transferSignal.wake() }
    }

    static func apply(_ effects: [Transfer.Effect], _ transfer: Transfer, _ database: Transaction) throws {
        for effect in effects {
            switch effect {
            case .wakeJob: break
            case .dropTokens:
                try database.execute(
                    sql: "UPDATE transfer SET sealed_code = NULL, sealed_tokens = NULL, sealed_verifier = NULL WHERE number = ?",
                    arguments: [transfer.key.number])
            case .dropStaged:
                try database.execute(
                    sql: "DELETE FROM staged_resource WHERE plan = ? AND member = ? AND transfer = ?",
                    arguments: [transfer.plan.number, transfer.member.number, transfer.key.number])
                // What was wrong with them is told by the report; the bytes need not stay.
                try database.execute(
                    sql: "UPDATE transfer_issue SET body = NULL WHERE transfer = ?", arguments: [transfer.key.number])
            }
        }
    }

    package func transferWakeups() -> AsyncStream<Void> { transferSignal.stream() }
}

extension Store: OptInStore {
    package func optIns(of member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> [OptIn] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, member, payer, wording, language, given_at, withdrawn_at FROM opt_in
                WHERE plan = ? AND member = ? ORDER BY number DESC LIMIT 200
                """)
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, member.number)
            var found: [OptIn] = []
            while try row.step() {
                found.append(
                    OptIn(
                        key: Key(row.int(0)), member: Key(row.int(1)), payer: Key(row.int(2)), wording: row.text(3), language: row.text(4),
                        givenAt: Timestamp(milliseconds: row.int(5)),
                        withdrawnAt: row.optionalInt(6).map { Timestamp(milliseconds: $0) }))
            }
            return found
        }
    }

    package func withdraw(
        _ payer: Key<SendingPayer>, member: Key<Member>, plan: Key<Plan>, audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) {
        try await change { database in
            let place: Arguments = [plan.number, member.number, payer.number]
            try database.execute(
                sql: "UPDATE opt_in SET withdrawn_at = ? WHERE plan = ? AND member = ? AND payer = ? AND withdrawn_at IS NULL",
                arguments: [now.milliseconds] + place)
            try database.execute(
                sql: """
                    DELETE FROM staged_resource WHERE plan = ?1 AND member = ?2 AND transfer IN (
                        SELECT number FROM transfer WHERE plan = ?1 AND member = ?2 AND payer = ?3
                            AND state IN ('authorizing', 'receiving', 'ready', 'differs', 'failed'))
                    """, arguments: place)
            try database.execute(
                sql: """
                    UPDATE transfer SET state = CASE WHEN state IN ('authorizing', 'receiving') THEN 'cancelled' ELSE 'discarded' END, moved_at = ?4,
                        sealed_code = NULL, sealed_tokens = NULL, sealed_verifier = NULL, leased_until = NULL, lease_holder = NULL
                    WHERE plan = ?1 AND member = ?2 AND payer = ?3 AND state IN ('authorizing', 'receiving', 'ready', 'differs', 'failed')
                    """, arguments: place + [now.milliseconds])
            try Self.write(audit, database, at: now)
        }
    }
}
