package import Exchange
package import FHIR
package import Trust

extension Store: RedirectChangeStore {
    package func redirectChange(of application: Key<DeveloperApp>) throws(Refusal) -> RedirectChange? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, application, revision, state, redirect_uris, reason, submitted_at FROM redirect_change
                WHERE application = ? ORDER BY number DESC LIMIT 1
                """)
            row.bind(1, application.number)
            return try Self.changes(row).first
        }
    }

    package func redirectChange(_ key: Key<RedirectChange>) throws(Refusal) -> RedirectChange? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, application, revision, state, redirect_uris, reason, submitted_at FROM redirect_change WHERE number = ?
                """)
            row.bind(1, key.number)
            return try Self.changes(row).first
        }
    }

    package func openRedirectChanges() throws(Refusal) -> [RedirectChange] {
        try read { reader in
            try Self.changes(
                try reader.statement(
                    """
                    SELECT number, application, revision, state, redirect_uris, reason, submitted_at FROM redirect_change
                    WHERE state = 'submitted' ORDER BY submitted_at
                    """))
        }
    }

    private static func changes(_ row: any Statement) throws -> [RedirectChange] {
        defer { row.reset() }
        var found: [RedirectChange] = []
        while try row.step() {
            guard let state = RedirectChange.State(rawValue: row.text(3)) else { continue }
            found.append(
                RedirectChange(
                    key: Key(row.int(0)), application: Key(row.int(1)), revision: Int(row.int(2)), state: state,
                    redirectURIs: row.text(4).split(separator: "\n").map(String.init), reason: row.text(5),
                    submittedAt: Timestamp(milliseconds: row.int(6))))
        }
        return found
    }

    package func submit(
        _ redirectURIs: [RedirectURI], reason: String, of application: Key<DeveloperApp>, entry: CaseEntry, audit: AuditEntry,
        at now: Timestamp
    ) async throws(Refusal) -> Bool {
        try await change { database in
            let isWaiting = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM redirect_change WHERE application = ? AND state = 'submitted')",
                arguments: [application.number])
            guard isWaiting == false else { return false }
            try database.execute(
                sql: """
                    INSERT INTO redirect_change (application, revision, state, redirect_uris, reason, submitted_at, changed_at)
                    VALUES (?, 0, 'submitted', ?, ?, ?, ?)
                    """,
                arguments: [
                    application.number, redirectURIs.map(\.text).joined(separator: "\n"), reason, now.milliseconds, now.milliseconds,
                ])
            try CaseEntryRows.insert(entry, .application, application.number, database)
            try Self.write(audit, database, at: now)
            return true
        }
    }

    package func move(
        _ change: RedirectChange, to state: RedirectChange.State, entry: CaseEntry, mails: [OutgoingMail], audit: AuditEntry,
        at now: Timestamp
    ) async throws(Refusal) -> Bool {
        let moved = try await self.change { database in
            try database.execute(
                sql: "UPDATE redirect_change SET state = ?, revision = revision + 1, changed_at = ? WHERE number = ? AND revision = ?",
                arguments: [state.rawValue, now.milliseconds, change.key.number, change.revision])
            guard database.changesCount == 1 else { return false }
            if state == .approved {
                let app = try Int64.fetchOne(
                    database, sql: "UPDATE application SET revision = revision + 1 WHERE number = ? RETURNING app",
                    arguments: [change.application.number])
                guard let app else { return false }
                // Asked once more, since the rules may have changed while it waited.
                try Self.write(try change.redirectURIs.map { try RedirectURI($0, for: .production) }, of: app, database)
                try database.execute(
                    sql: """
                        UPDATE plan_sync SET state = 'waiting', problem = NULL, due_at = ?, leased_until = NULL, attempts = 0
                        WHERE application = ? AND blocked_at IS NULL
                        """, arguments: [now.milliseconds, change.application.number])
            }
            try CaseEntryRows.insert(entry, .application, change.application.number, database)
            for mail in mails { try Self.enqueue(mail, database, at: now) }
            try Self.write(audit, database, at: now)
            return true
        }
        if moved { wakeOutbox(); syncSignal.wake() }
        return moved
    }
}
