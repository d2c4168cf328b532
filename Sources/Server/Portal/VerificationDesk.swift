import Exchange
import FHIR
import Pages
import Trust

/// Moves a verification one step: the life cycle says what follows, this makes the mails and keeps it all at once.
struct VerificationDesk: Sendable {
    let site: Site

    struct Actor {
        let role: CaseRole
        let name: String
        let audit: AuditEntry.Actor

        init(_ account: Account) {
            role = account.caseRole
            name = account.name
            audit = .account(account.key, role: account.role.rawValue, name: account.name)
        }

        init(sponsor: String) { (role, name, audit) = (.sponsor, sponsor, .sponsor(name: sponsor)) }
    }

    enum Outcome: Equatable { case done, notNow, changedMeanwhile }

    /// The first request; false when there is one already.
    func begin(_ application: DeveloperApp, _ details: VerificationDetails, by actor: Actor) async throws(Refusal) -> Bool {
        let now = site.world.now()
        let link = Secret.make(.emailLink)
        let submission = VerificationSubmission(
            application: application.key, details: details, sponsorLink: link.hash,
            sponsorLinkExpiresAt: now.adding(seconds: Verification.sponsorDays * 86_400),
            entry: CaseEntry(role: actor.role, name: actor.name, action: Verification.Action.submit.rawValue, text: "", at: now))
        return try await site.store.submit(
            submission, mails: [sponsorMail(link, details, application)],
            audit: AuditEntry(actor.audit, "verification.submit", "application \(application.clientID)", detail: details.company), at: now)
    }

    func act(
        _ action: Verification.Action, on verification: Verification, of application: DeveloperApp, by actor: Actor, words: String = "",
        details: VerificationDetails? = nil
    ) async throws(Refusal) -> Outcome {
        guard let move = Verification.move(verification.state, actor.role, action) else { return .notNow }
        let now = site.world.now()
        var next = verification
        next.state = move.next
        if let details { next.details = details }
        // Whoever has answered, or need not any more, has no link.
        if move.next != .waitingForSponsor { next.sponsorLink = nil }
        var mails: [OutgoingMail] = []
        var plans: [Key<Plan>] = []
        var organization: String?
        for effect in move.effects {
            switch effect {
            case .mailSponsor:
                let link = Secret.make(.emailLink)
                next.sponsorLink = link.hash
                next.sponsorLinkExpiresAt = now.adding(seconds: Verification.sponsorDays * 86_400)
                mails.append(sponsorMail(link, next.details, application))
            case .forgetSponsor: next.sponsorConfirmedAt = nil
            case .noteSponsor: next.sponsorConfirmedAt = now
            case .tellDeveloper:
                if let developer = try site.store.account(application.account) {
                    let mail = PortalMail.caseMoved(
                        app: application.name, what: PortalMail.verification(move.next.rawValue), words: words,
                        link: "\(site.publicAddress)/portal/applications/\(application.clientID)/verification")
                    mails.append(mail.outgoing(to: developer.address))
                }
            case .sync:
                organization = next.details.company
                plans = site.plans.filter { $0.policy.environment == .sandbox }.map(\.key)
            }
        }
        let kept = try await site.store.keep(
            next, entry: CaseEntry(role: actor.role, name: actor.name, action: action.rawValue, text: words, at: now), mails: mails,
            organization: organization, syncing: plans,
            audit: AuditEntry(actor.audit, "verification.\(action.rawValue)", "application \(application.clientID)", detail: words), at: now
        )
        return kept ? .done : .changedMeanwhile
    }

    private func sponsorMail(_ link: Secret, _ details: VerificationDetails, _ application: DeveloperApp) -> OutgoingMail {
        PortalMail.sponsor(
            link: "\(site.publicAddress)/portal/sponsor/\(link.text)", sponsor: details.sponsorName, contact: details.contactName,
            company: details.company, app: application.name, days: Verification.sponsorDays
        ).outgoing(to: details.sponsorEmail)
    }
}
