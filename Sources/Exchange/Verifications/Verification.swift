package import FHIR
package import Trust

/// The proof that an app belongs to a payer: what the developer says, what the sponsor answers, what the reviewer decides.
package struct Verification: Sendable {
    package let key: Key<Verification>
    package let application: Key<DeveloperApp>
    package let revision: Int
    package var state: State
    package var details: VerificationDetails
    /// The link that was mailed to the sponsor last.
    package var sponsorLink: SecretHash?
    package var sponsorLinkExpiresAt: Timestamp?
    package var sponsorConfirmedAt: Timestamp?
    package let submittedAt: Timestamp
    package let changedAt: Timestamp

    package init(
        key: Key<Verification>, application: Key<DeveloperApp>, revision: Int, state: State, details: VerificationDetails,
        sponsorLink: SecretHash?, sponsorLinkExpiresAt: Timestamp?, sponsorConfirmedAt: Timestamp?, submittedAt: Timestamp,
        changedAt: Timestamp
    ) {
        (self.key, self.application, self.revision, self.state, self.details) = (key, application, revision, state, details)
        (self.sponsorLink, self.sponsorLinkExpiresAt, self.sponsorConfirmedAt) = (sponsorLink, sponsorLinkExpiresAt, sponsorConfirmedAt)
        (self.submittedAt, self.changedAt) = (submittedAt, changedAt)
    }

    /// Days for the sponsor to answer.
    package static let sponsorDays = 14
}

/// What is asked of a payer's organisation.
package struct VerificationDetails: Sendable, Equatable {
    package var contactName: String
    package var company: String
    package var website: String
    package var workEmail: String
    /// Why the work address is not of the website's domain.
    package var domainReason: String?
    package var naic: String?
    package var ein: String?
    package var npi: String?
    package var sponsorName: String
    package var sponsorRole: String
    package var sponsorEmail: String

    package init(
        contactName: String, company: String, website: String, workEmail: String, domainReason: String?, naic: String?, ein: String?,
        npi: String?, sponsorName: String, sponsorRole: String, sponsorEmail: String
    ) {
        (self.contactName, self.company, self.website, self.workEmail) = (contactName, company, website, workEmail)
        (self.domainReason, self.naic, self.ein, self.npi) = (domainReason, naic, ein, npi)
        (self.sponsorName, self.sponsorRole, self.sponsorEmail) = (sponsorName, sponsorRole, sponsorEmail)
    }

    package var workDomainMatches: Bool { OrganizationDomain.matches(email: workEmail, website: website) }
    package var sponsorDomainMatches: Bool { OrganizationDomain.matches(email: sponsorEmail, website: website) }
}

package protocol VerificationStore: Sendable {
    func verification(of application: Key<DeveloperApp>) throws(Refusal) -> Verification?
    func verification(_ key: Key<Verification>) throws(Refusal) -> Verification?
    /// The case whose sponsor holds this link, while the link is live.
    func verification(sponsorLink: SecretHash, at now: Timestamp) throws(Refusal) -> Verification?
    /// Those that are not ended, the one that waits longest first.
    func openVerifications() throws(Refusal) -> [Verification]
    /// The first request of an application; false when there is one.
    func submit(_ submission: VerificationSubmission, mails: [OutgoingMail], audit: AuditEntry, at now: Timestamp) async throws(Refusal)
        -> Bool
    /// Keeps a step with its words, mails and syncs, all or nothing. False when another request changed the case first.
    func keep(
        _ verification: Verification, entry: CaseEntry, mails: [OutgoingMail], organization: String?, syncing plans: [Key<Plan>],
        audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) -> Bool
    func thread(of verification: Key<Verification>) throws(Refusal) -> [CaseEntry]
}

package struct VerificationSubmission: Sendable {
    package let application: Key<DeveloperApp>
    package let details: VerificationDetails
    package let sponsorLink: SecretHash
    package let sponsorLinkExpiresAt: Timestamp
    package let entry: CaseEntry

    package init(
        application: Key<DeveloperApp>, details: VerificationDetails, sponsorLink: SecretHash, sponsorLinkExpiresAt: Timestamp,
        entry: CaseEntry
    ) {
        (self.application, self.details, self.sponsorLink) = (application, details, sponsorLink)
        (self.sponsorLinkExpiresAt, self.entry) = (sponsorLinkExpiresAt, entry)
    }
}
