import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// A developer's request that their organization be verified, and the sponsor's answer to it.
enum VerificationSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/portal/applications/:client/verification", .developer, show),
        PortalRoute(.post, "/portal/applications/:client/verification", .developer, submit),
        PortalRoute(.post, "/portal/applications/:client/verification/answer", .developer) { try await act(.answer, $0) },
        PortalRoute(.post, "/portal/applications/:client/verification/remind", .developer) { try await act(.remind, $0) },
        PortalRoute(.post, "/portal/applications/:client/verification/withdraw", .developer) { try await act(.withdraw, $0) },
        PortalRoute(.get, "/portal/sponsor/:link", .anyone(.portal), sponsor),
        PortalRoute(.post, "/portal/sponsor/:link", .anyone(.portal), postSponsor),
    ]

    private static func root(_ application: DeveloperApp) -> String { "/portal/applications/\(application.clientID)" }

    // MARK: The developer

    private static func show(_ call: PortalCall) async throws -> Response {
        let application = try ApplicationSurface.own(call)
        guard let verification = try call.store.verification(of: application.key) else {
            let account = try call.account()
            let values: [PortalField: String] = [
                .contactName: account.name, .workEmail: account.address, .website: application.homePage,
            ]
            return form(call, application, values, [], reason: nil)
        }
        if call.query("form") != nil, Verification.move(verification.state, .developer, .submit) != nil {
            let reason = try call.store.thread(of: verification.key).last { $0.role != .developer && !$0.text.isEmpty }?.text
            return form(call, application, values(verification.details), [], reason: reason)
        }
        return try page(call, application, verification, [])
    }

    private static func form(
        _ call: PortalCall, _ application: DeveloperApp, _ values: [PortalField: String], _ problems: [PortalProblem], reason: String?
    ) -> Response {
        call.show(
            VerificationFormPage(
                frame: call.frame, action: root(application) + "/verification", back: root(application), clientID: application.clientID,
                values: values, problems: problems, reason: reason
            ).html(), isProblem: !problems.isEmpty)
    }

    private static func page(
        _ call: PortalCall, _ application: DeveloperApp, _ verification: Verification, _ problems: [PortalProblem]
    ) throws(Refusal) -> Response {
        call.show(
            VerificationPage(
                frame: call.frame, root: root(application) + "/verification", back: root(application), state: verification.state.rawValue,
                facts: verification.details.facts, timeline: try call.store.thread(of: verification.key).map(\.timelineEntry),
                actions: Verification.actions(verification.state, .developer).map(\.rawValue), problems: problems,
                values: call.input.values
            ).html(), isProblem: !problems.isEmpty)
    }

    private static func submit(_ call: PortalCall) async throws -> Response {
        let application = try ApplicationSurface.own(call)
        let problems = try await send(application, call)
        return problems.isEmpty
            ? Answer.seeOther(root(application) + "/verification") : form(call, application, call.input.values, problems, reason: nil)
    }

    /// Sends the request, or sends it again.
    static func send(_ application: DeveloperApp, _ call: PortalCall) async throws -> [PortalProblem] {
        guard application.standing == .active else { throw Refusal(.forbidden, "This application is \(application.standing.rawValue).") }
        let account = try call.account()
        let (details, problems) = VerificationForm.read(call.input, account: account)
        guard let details else { return problems }
        guard try await mayMail(details.sponsorEmail, about: application, call) else { return [.tooManyMails] }
        let desk = VerificationDesk(site: call.site)
        if let verification = try call.store.verification(of: application.key) {
            let outcome = try await desk.act(.submit, on: verification, of: application, by: .init(account), details: details)
            guard outcome == .done else { throw Refusal(.conflict, "The request moved on meanwhile.") }
        } else if try await !desk.begin(application, details, by: .init(account)) {
            throw Refusal(.conflict, "The request was sent already.")
        }
        return []
    }

    private static let mailLimit = AttemptLimits.Limit(10, per: 86_400)
    private static let accountMailLimit = AttemptLimits.Limit(20, per: 86_400)

    /// A mail to someone who never asked for it, in words that the developer chose: so many a day about one application, from one account,
    /// and to one mailbox, whoever asks.
    private static func mayMail(_ sponsor: String, about application: DeveloperApp, _ call: PortalCall) async throws(Refusal) -> Bool {
        let mailbox = EmailAddress(sponsor)?.accountKey ?? sponsor
        let limits = [
            (application.clientID, mailLimit), ("account \(application.account.number)", accountMailLimit), ("to \(mailbox)", mailLimit),
        ]
        for (subject, limit) in limits {
            guard try await call.store.count(Attempt(.sponsorMail, subject: subject), limit: limit) else { return false }
        }
        return true
    }

    private static func act(_ action: Verification.Action, _ call: PortalCall) async throws -> Response {
        let application = try ApplicationSurface.own(call)
        let problems = try await move(action, application, call)
        guard problems.isEmpty else {
            guard let verification = try call.store.verification(of: application.key) else { throw Refusal(.notFound, "") }
            return try page(call, application, verification, problems)
        }
        return Answer.seeOther(root(application) + "/verification")
    }

    static func move(_ action: Verification.Action, _ application: DeveloperApp, _ call: PortalCall) async throws -> [PortalProblem] {
        guard let verification = try call.store.verification(of: application.key) else { throw Refusal(.notFound, "There is no request.") }
        if action.needsWords, call.input[.message].isEmpty { return [.wordsNeeded] }
        guard call.input.tooLong([.message], 4000).isEmpty else { return [.tooLong(.message)] }
        if action == .remind, try await !mayMail(verification.details.sponsorEmail, about: application, call) { return [.tooManyMails] }
        let outcome = try await VerificationDesk(site: call.site).act(
            action, on: verification, of: application, by: .init(try call.account()), words: call.input[.message])
        guard outcome == .done else { throw Refusal(.conflict, "The request moved on meanwhile.") }
        return []
    }

    private static func values(_ details: VerificationDetails) -> [PortalField: String] {
        var values: [PortalField: String] = [
            .contactName: details.contactName, .company: details.company, .website: details.website, .workEmail: details.workEmail,
            .sponsorName: details.sponsorName, .sponsorRole: details.sponsorRole, .sponsorEmail: details.sponsorEmail,
        ]
        values[.domainReason] = details.domainReason
        values[.naic] = details.naic
        values[.ein] = details.ein
        values[.npi] = details.npi
        return values
    }

    // MARK: The sponsor

    private static func asked(_ call: PortalCall) throws(Refusal) -> (Verification, DeveloperApp)? {
        guard let link = call.link(), let verification = try call.store.verification(sponsorLink: link, at: call.now),
            let application = try call.store.application(verification.application)
        else { return nil }
        return (verification, application)
    }

    private static func sponsor(_ call: PortalCall) async throws -> Response {
        guard let (verification, application) = try asked(call) else { return call.notice(.linkUsed, .gone) }
        return sponsorPage(call, verification, application, [])
    }

    private static func sponsorPage(
        _ call: PortalCall, _ verification: Verification, _ application: DeveloperApp, _ problems: [PortalProblem]
    ) -> Response {
        call.show(
            SponsorPage(
                frame: call.frame, action: call.request.uri.path, facts: verification.details.facts, appName: application.name,
                values: call.input.values, problems: problems
            ).html(), isProblem: !problems.isEmpty)
    }

    private static func postSponsor(_ call: PortalCall) async throws -> Response {
        guard let (verification, application) = try asked(call) else { return call.notice(.linkUsed, .gone) }
        guard let action = Verification.Action(rawValue: call.input[.decision]), action == .confirm || action == .decline else {
            return try await sponsor(call)
        }
        let problems = call.input.tooLong([.message], 2000)
        guard problems.isEmpty else { return sponsorPage(call, verification, application, problems) }
        let outcome = try await VerificationDesk(site: call.site).act(
            action, on: verification, of: application, by: .init(sponsor: verification.details.sponsorName), words: call.input[.message])
        guard outcome == .done else { return call.notice(.linkUsed, .gone) }
        return call.notice(.sponsorThanks(confirmed: action == .confirm), .ok)
    }
}

extension VerificationDetails {
    var facts: VerificationFacts {
        VerificationFacts(
            contactName: contactName, company: company, website: website, workEmail: workEmail, domainReason: domainReason, naic: naic,
            ein: ein, npi: npi, sponsorName: sponsorName, sponsorRole: sponsorRole, sponsorEmail: sponsorEmail)
    }
}
