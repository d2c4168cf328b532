package import Exchange
package import FHIR
import Foundation
package import Trust

extension Store: VerificationStore {
    package func verification(of application: Key<DeveloperApp>) throws(Refusal) -> Verification? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, application, revision, state, contact_name, company, website, work_email, domain_reason, naic, ein, npi,
                    sponsor_name, sponsor_role, sponsor_email, sponsor_link, sponsor_link_expires_at, sponsor_confirmed_at, submitted_at, changed_at
                FROM verification WHERE application = ?
                """)
            row.bind(1, application.number)
            return try Self.verifications(row).first
        }
    }

    package func verification(_ key: Key<Verification>) throws(Refusal) -> Verification? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, application, revision, state, contact_name, company, website, work_email, domain_reason, naic, ein, npi,
                    sponsor_name, sponsor_role, sponsor_email, sponsor_link, sponsor_link_expires_at, sponsor_confirmed_at, submitted_at, changed_at
                FROM verification WHERE number = ?
                """)
            row.bind(1, key.number)
            return try Self.verifications(row).first
        }
    }

    package func verification(sponsorLink: SecretHash, at now: Timestamp) throws(Refusal) -> Verification? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, application, revision, state, contact_name, company, website, work_email, domain_reason, naic, ein, npi,
                    sponsor_name, sponsor_role, sponsor_email, sponsor_link, sponsor_link_expires_at, sponsor_confirmed_at, submitted_at, changed_at
                FROM verification WHERE sponsor_link = ? AND sponsor_link_expires_at > ?
                """)
            row.bind(1, sponsorLink.bytes)
            row.bind(2, now.milliseconds)
            return try Self.verifications(row).first
        }
    }

    package func openVerifications() throws(Refusal) -> [Verification] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, application, revision, state, contact_name, company, website, work_email, domain_reason, naic, ein, npi,
                    sponsor_name, sponsor_role, sponsor_email, sponsor_link, sponsor_link_expires_at, sponsor_confirmed_at, submitted_at, changed_at
                FROM verification WHERE state IN ('waitingForSponsor', 'sponsorDeclined', 'inReview', 'questionAsked', 'changesRequested')
                ORDER BY changed_at, number LIMIT 500
                """)
            return try Self.verifications(row)
        }
    }

    private static func verifications(_ row: any Statement) throws -> [Verification] {
        defer { row.reset() }
        var found: [Verification] = []
        while try row.step() {
            guard let state = Verification.State(rawValue: row.text(3)) else { continue }
            let details = VerificationDetails(
                contactName: row.text(4), company: row.text(5), website: row.text(6), workEmail: row.text(7),
                domainReason: row.optionalText(8), naic: row.optionalText(9), ein: row.optionalText(10), npi: row.optionalText(11),
                sponsorName: row.text(12), sponsorRole: row.text(13), sponsorEmail: row.text(14))
            found.append(
                Verification(
                    key: Key(row.int(0)), application: Key(row.int(1)), revision: Int(row.int(2)), state: state, details: details,
                    sponsorLink: row.isNull(15) ? nil : SecretHash(row.bytes(15)),
                    sponsorLinkExpiresAt: row.optionalInt(16).map { Timestamp(milliseconds: $0) },
                    sponsorConfirmedAt: row.optionalInt(17).map { Timestamp(milliseconds: $0) },
                    submittedAt: Timestamp(milliseconds: row.int(18)), changedAt: Timestamp(milliseconds: row.int(19))))
        }
        return found
    }

    package func submit(
        _ submission: VerificationSubmission, mails: [OutgoingMail], audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) -> Bool {
        let kept = try await change { database in
            let details = submission.details
            guard
                let number = try Int64.fetchOne(
                    database,
                    sql: """
                        INSERT INTO verification (application, revision, state, contact_name, company, website, work_email, domain_reason, naic,
                            ein, npi, sponsor_name, sponsor_role, sponsor_email, sponsor_link, sponsor_link_expires_at, submitted_at, changed_at)
                        VALUES (?, 0, 'waitingForSponsor', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (application) DO NOTHING RETURNING number
                        """,
                    arguments: [
                        submission.application.number, details.contactName, details.company, details.website, details.workEmail,
                        details.domainReason, details.naic, details.ein, details.npi, details.sponsorName, details.sponsorRole,
                        details.sponsorEmail, Data(submission.sponsorLink.bytes), submission.sponsorLinkExpiresAt.milliseconds,
                        now.milliseconds, now.milliseconds,
                    ])
            else { return false }
            try CaseEntryRows.insert(submission.entry, .verification, number, database)
            for mail in mails { try Self.enqueue(mail, database, at: now) }
            try Self.write(audit, database, at: now)
            return true
        }
        if kept { wakeOutbox() }
        return kept
    }

    package func keep(
        _ verification: Verification, entry: CaseEntry, mails: [OutgoingMail], organization: String?, syncing plans: [Key<Plan>],
        audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) -> Bool {
        let kept = try await change { database in
            let details = verification.details
            try database.execute(
                sql: """
                    UPDATE verification SET revision = revision + 1, state = ?, contact_name = ?, company = ?, website = ?, work_email = ?,
                        domain_reason = ?, naic = ?, ein = ?, npi = ?, sponsor_name = ?, sponsor_role = ?, sponsor_email = ?, sponsor_link = ?,
                        sponsor_link_expires_at = ?, sponsor_confirmed_at = ?, changed_at = ?
                    WHERE number = ? AND revision = ?
                    """,
                arguments: [
                    verification.state.rawValue, details.contactName, details.company, details.website, details.workEmail,
                    details.domainReason, details.naic, details.ein, details.npi, details.sponsorName, details.sponsorRole,
                    details.sponsorEmail, (verification.sponsorLink?.bytes).map { Data($0) },
                    verification.sponsorLinkExpiresAt?.milliseconds, verification.sponsorConfirmedAt?.milliseconds, now.milliseconds,
                    verification.key.number, verification.revision,
                ])
            guard database.changesCount == 1 else { return false }
            if let organization {
                try database.execute(
                    sql: "UPDATE app SET organization = ? WHERE number = (SELECT app FROM application WHERE number = ?)",
                    arguments: [organization, verification.application.number])
            }
            try Self.enqueueSyncs(of: verification.application, to: plans, database, at: now)
            try CaseEntryRows.insert(entry, .verification, verification.key.number, database)
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

    package func thread(of verification: Key<Verification>) throws(Refusal) -> [CaseEntry] {
        try read { try CaseEntryRows.all(.verification, verification.number, $0) }
    }
}
