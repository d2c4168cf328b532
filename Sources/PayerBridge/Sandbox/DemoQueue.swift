import Exchange
import FHIR
import Storage
import Trust

/// The sandbox's reviewer, and a queue that is half filled: made-up payers whose requests wait at different places.
struct DemoQueue {
    static let reviewer = "reviewer@demo-health-plan.example.com"

    let password: String
    private let store: Store
    private let cost: PasswordCost

    init(_ composition: Composition, plan: Plan) throws {
        store = composition.store
        cost = composition.configuration.passwordCost
        let bytes = try KeyFile.bytes(composition.configuration.dataDirectory + "/reviewer-password") {
            Array(Secret.make(.session).text.suffix(24).utf8)
        }
        password = String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
    }

    /// Makes it once.
    func make() async throws {
        guard let address = EmailAddress(Self.reviewer), try store.account(address, realm: .review) == nil else { return }
        let now = World.real.now()
        let hash = try PasswordHash.make(password, cost: cost)
        let audit = AuditEntry(.system("sandbox"), "account.create", "account \(Self.reviewer)")
        _ = try await store.add(
            NewAccount(role: .reviewer, address: address, name: "Robin Reviewer", password: hash), audit: audit, at: now)
        for (index, payer) in Self.payers.enumerated() { try await make(payer, hoursAgo: 60 - index * 28, now) }
    }

    private struct Payer {
        let company: String
        let host: String
        let person: String
        let app: String
        let sponsor: String
        /// The sponsor has confirmed.
        let isConfirmed: Bool
        let mailHost: String
    }

    private static let payers = [
        Payer(
            company: "Lakeside Health Plan (made up)", host: "lakeside-health.example.com", person: "Ana Field", app: "Lakeside Records",
            sponsor: "Maria Stone", isConfirmed: true, mailHost: "lakeside-health.example.com"),
        Payer(
            company: "Prairie Mutual (made up)", host: "prairie-mutual.example.com", person: "Sam Hill", app: "Prairie Connect",
            sponsor: "Lee Brook", isConfirmed: true, mailHost: "consulting.example.net"),
        Payer(
            company: "Harbor Care (made up)", host: "harbor-care.example.com", person: "Kim Bay", app: "Harbor Transfer",
            sponsor: "Noor Quay", isConfirmed: false, mailHost: "harbor-care.example.com"),
    ]

    private func make(_ payer: Payer, hoursAgo: Int, _ now: Timestamp) async throws {
        let then = now.adding(seconds: -hoursAgo * 3600)
        guard let address = EmailAddress("developer@\(payer.mailHost)") else { return }
        // Nobody can sign in as one of them: no password has this hash.
        let hash = PasswordHash(stored: "none")
        let audit = AuditEntry(.system("sandbox"), "account.create", "account \(address.text)")
        guard
            let key = try await store.add(
                NewAccount(role: .developer, address: address, name: payer.person, password: hash), audit: audit, at: then),
            let account = try store.account(key)
        else { return }
        let clientID = "app-" + payer.app.lowercased().split(separator: " ").joined(separator: "-")
        try await store.add(
            ApplicationDetails(
                name: payer.app, description: "Receives the records of members who move to \(payer.company).",
                homePage: "https://www.\(payer.host)", redirectURIs: [try RedirectURI("https://p2p.\(payer.host)/callback", for: .sandbox)]),
            of: key, clientID: clientID, secret: Secret.make(.clientSecret).hash,
            audit: AuditEntry(account, "application.create", "application \(clientID)", detail: payer.app), at: then)
        guard let application = try store.application(clientID: clientID) else { return }
        let details = VerificationDetails(
            contactName: payer.person, company: payer.company, website: "https://www.\(payer.host)", workEmail: address.text,
            domainReason: payer.mailHost == payer.host ? nil : "I work for a consulting firm on their behalf.", naic: nil, ein: nil,
            npi: nil, sponsorName: payer.sponsor, sponsorRole: "Chief Information Officer", sponsorEmail: "sponsor@\(payer.host)")
        let link = Secret.make(.emailLink).hash
        let entry = CaseEntry(role: .developer, name: payer.person, action: Verification.Action.submit.rawValue, text: "", at: then)
        _ = try await store.submit(
            VerificationSubmission(
                application: application.key, details: details, sponsorLink: link,
                sponsorLinkExpiresAt: then.adding(seconds: Verification.sponsorDays * 86_400), entry: entry),
            mails: [], audit: AuditEntry(account, "verification.submit", "application \(clientID)", detail: payer.company), at: then)
        guard payer.isConfirmed, var verification = try store.verification(of: application.key),
            let move = Verification.move(verification.state, .sponsor, .confirm)
        else { return }
        let later = then.adding(seconds: 3600)
        verification.state = move.next
        verification.sponsorLink = nil
        verification.sponsorConfirmedAt = later
        _ = try await store.keep(
            verification,
            entry: CaseEntry(role: .sponsor, name: payer.sponsor, action: Verification.Action.confirm.rawValue, text: "", at: later),
            mails: [], organization: nil, syncing: [],
            audit: AuditEntry(.sponsor(name: payer.sponsor), "verification.confirm", "application \(clientID)"), at: later)
    }
}
