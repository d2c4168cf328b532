package import Exchange
package import FHIR
import Foundation
import Trust

extension Store: ProductionStore {
    package func production(of application: Key<DeveloperApp>) throws(Refusal) -> ProductionRequest? {
        try read { reader in
            let row = try reader.statement(
                "SELECT number, application, revision, state, note, submitted_at, changed_at FROM production_request WHERE application = ?")
            row.bind(1, application.number)
            return try Self.productions(row).first
        }
    }

    package func production(_ key: Key<ProductionRequest>) throws(Refusal) -> ProductionRequest? {
        try read { reader in
            let row = try reader.statement(
                "SELECT number, application, revision, state, note, submitted_at, changed_at FROM production_request WHERE number = ?")
            row.bind(1, key.number)
            return try Self.productions(row).first
        }
    }

    package func openProductions() throws(Refusal) -> [ProductionRequest] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, application, revision, state, note, submitted_at, changed_at FROM production_request
                WHERE state IN ('submitted', 'changesRequested', 'clarificationAsked') ORDER BY changed_at, number LIMIT 500
                """)
            return try Self.productions(row)
        }
    }

    private static func productions(_ row: any Statement) throws -> [ProductionRequest] {
        defer { row.reset() }
        var found: [ProductionRequest] = []
        while try row.step() {
            guard let state = ProductionRequest.State(rawValue: row.text(3)) else { continue }
            found.append(
                ProductionRequest(
                    key: Key(row.int(0)), application: Key(row.int(1)), revision: Int(row.int(2)), state: state, note: row.text(4),
                    submittedAt: row.optionalInt(5).map { Timestamp(milliseconds: $0) }, changedAt: Timestamp(milliseconds: row.int(6))))
        }
        return found
    }

    package func beginProduction(of application: Key<DeveloperApp>, audit: AuditEntry, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: """
                    INSERT INTO production_request (application, revision, state, note, changed_at) VALUES (?, 0, 'draft', '', ?)
                    ON CONFLICT (application) DO NOTHING
                    """, arguments: [application.number, now.milliseconds])
            if database.changesCount == 1 { try Self.write(audit, database, at: now) }
        }
    }

    package func keep(
        _ request: ProductionRequest, evidence: EvidenceChange, entry: CaseEntry, mails: [OutgoingMail], syncing plans: [Key<Plan>],
        audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) -> Bool {
        let kept = try await change { database in
            try database.execute(
                sql: """
                    UPDATE production_request SET revision = revision + 1, state = ?1, note = ?2, changed_at = ?3,
                        submitted_at = CASE WHEN ?1 = 'submitted' THEN ?3 ELSE submitted_at END
                    WHERE number = ?4 AND revision = ?5
                    """,
                arguments: [request.state.rawValue, request.note, now.milliseconds, request.key.number, request.revision])
            guard database.changesCount == 1 else { return false }
            switch evidence {
            case .none: break
            case .add(let new):
                try database.execute(
                    sql: "INSERT INTO evidence (request, name, title, type, bytes, digest, added_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    arguments: [
                        request.key.number, new.name, new.title, new.kind.rawValue, new.bytes, Data(new.digest.bytes), now.milliseconds,
                    ])
                try database.execute(sql: "DELETE FROM evidence_upload WHERE name = ?", arguments: [new.name])
            case .remove(let key):
                try database.execute(
                    sql: "UPDATE evidence SET removed_at = ? WHERE number = ? AND request = ? AND removed_at IS NULL",
                    arguments: [now.milliseconds, key.number, request.key.number])
                try database.execute(
                    sql: "DELETE FROM evidence_piece WHERE name IN (SELECT name FROM evidence WHERE number = ? AND request = ?)",
                    arguments: [key.number, request.key.number])
            }
            try Self.enqueueSyncs(of: request.application, to: plans, database, at: now)
            try CaseEntryRows.insert(entry, .production, request.key.number, database)
            for mail in mails { try Self.enqueue(mail, database, at: now) }
            try Self.write(audit, database, at: now)
            return true
        }
        if kept {
            wakeOutbox()
            syncSignal.wake()
        }
        return kept
    }

    package func evidence(of request: Key<ProductionRequest>) throws(Refusal) -> [Evidence] {
        try read { reader in
            let row = try reader.statement(
                "SELECT number, request, name, title, type, bytes, added_at FROM evidence WHERE request = ? AND removed_at IS NULL ORDER BY number"
            )
            row.bind(1, request.number)
            return try Self.evidence(row)
        }
    }

    package func evidence(name: String) throws(Refusal) -> Evidence? {
        try read { reader in
            let row = try reader.statement(
                "SELECT number, request, name, title, type, bytes, added_at FROM evidence WHERE name = ? AND removed_at IS NULL")
            row.bind(1, name)
            return try Self.evidence(row).first
        }
    }

    private static func evidence(_ row: any Statement) throws -> [Evidence] {
        defer { row.reset() }
        var found: [Evidence] = []
        while try row.step() {
            guard let kind = EvidenceKind(rawValue: row.text(4)) else { continue }
            found.append(
                Evidence(
                    key: Key(row.int(0)), request: Key(row.int(1)), name: row.text(2), title: row.text(3), kind: kind,
                    bytes: Int(row.int(5)),
                    addedAt: Timestamp(milliseconds: row.int(6))))
        }
        return found
    }

    package func thread(of request: Key<ProductionRequest>) throws(Refusal) -> [CaseEntry] {
        try read { try CaseEntryRows.all(.production, request.number, $0) }
    }

    // MARK: Calls

    package func calls(of app: Key<App>, plans: [Key<Plan>]) throws(Refusal) -> [ObservedCall] {
        var found: [ObservedCall] = []
        for plan in plans {
            found += try read { reader in
                let row = try reader.statement("SELECT kind, count, last_at FROM observed_call WHERE app = ? AND plan = ? ORDER BY kind")
                defer { row.reset() }
                row.bind(1, app.number)
                row.bind(2, plan.number)
                var calls: [ObservedCall] = []
                while try row.step() {
                    calls.append(
                        ObservedCall(kind: row.text(0), count: Int(row.int(1)), lastAt: Timestamp(milliseconds: row.int(2))))
                }
                return calls
            }
            found += try disclosed(to: app, plan: plan)
        }
        return found
    }

    /// What the portal tried is not the app's doing.
    private func triedGrants(of app: Key<App>) throws(Refusal) -> Set<Int64> {
        try read { reader in
            let row = try reader.statement(#"SELECT "grant" FROM tried_grant WHERE app = ?"#)
            defer { row.reset() }
            row.bind(1, app.number)
            var found: Set<Int64> = []
            while try row.step() { found.insert(row.int(0)) }
            return found
        }
    }

    /// What the log of disclosures tells of this app: its latest hundred thousand entries are looked through.
    private func disclosed(to app: Key<App>, plan: Key<Plan>) throws(Refusal) -> [ObservedCall] {
        let tried = try triedGrants(of: app)
        return try readDisclosures { reader in
            let row = try reader.statement(
                """
                SELECT interaction, type, "grant", COUNT(*), MAX(at) FROM (
                    SELECT app, plan, interaction, type, "grant", at FROM disclosure ORDER BY at DESC LIMIT 100000) AS latest
                WHERE app = ? AND plan = ? GROUP BY interaction, type, "grant" ORDER BY interaction, type
                """)
            defer { row.reset() }
            row.bind(1, app.number)
            row.bind(2, plan.number)
            var calls: [ObservedCall] = []
            while try row.step() {
                guard !tried.contains(row.int(2)),
                    let interaction = Disclosure.Interaction(rawValue: UInt8(truncatingIfNeeded: row.int(0))),
                    let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: row.int(1)))
                else { continue }
                let (kind, lastAt) = ("\(interaction.name) \(type.name)", Timestamp(milliseconds: row.int(4)))
                // The rows of one kind, one for each permission, follow each other.
                if let last = calls.last, last.kind == kind {
                    calls[calls.count - 1] = ObservedCall(
                        kind: kind, count: last.count + Int(row.int(3)), lastAt: max(last.lastAt, lastAt))
                } else {
                    calls.append(ObservedCall(kind: kind, count: Int(row.int(3)), lastAt: lastAt))
                }
            }
            return calls
        }
    }
}
