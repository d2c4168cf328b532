import Exchange
import FHIR
import Hummingbird
import Pages
import Trust

/// An application as a whole, on the plans' side: a reviewer suspends it everywhere, an operator blocks it at their own plan.
enum ReviewApplicationSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/review/applications", .planSide, applications),
        PortalRoute(.get, "/review/applications/:client", .planSide) { call in try showApplication(call, try application(call), []) },
        PortalRoute(.post, "/review/applications/:client", .planSide, decideApplication),
    ]

    /// An operator sees those of the own plan alone.
    private static func application(_ call: PortalCall) throws(Refusal) -> DeveloperApp {
        guard let application = try call.store.application(clientID: call.parameter("client")) else { throw Refusal(.notFound, "") }
        if let plan = try call.account().plan {
            guard try call.store.syncs(of: application.key).contains(where: { $0.plan == plan }) else { throw Refusal(.notFound, "") }
        }
        return application
    }

    private static func applications(_ call: PortalCall) async throws -> Response {
        let own = try call.account().plan
        let plans = call.site.plans.filter { own == nil || $0.key == own }
        var found: [DeveloperApp] = []
        for plan in plans {
            for application in try call.store.applications(plan: plan.key) where !found.contains(where: { $0.key == application.key }) {
                found.append(application)
            }
        }
        let rows = found.map {
            (name: $0.name, organization: $0.organization, standing: $0.standing.rawValue, address: "/review/applications/\($0.clientID)")
        }
        let part = ListPart(rows, call, root: "/review/applications")
        return call.show(ReviewApplicationsPage(frame: call.frame, rows: part.rows, more: part.more).html())
    }

    private static func showApplication(
        _ call: PortalCall, _ application: DeveloperApp, _ problems: [PortalProblem]
    ) throws -> Response {
        let account = try call.account()
        let syncs = try call.store.syncs(of: application.key)
        let plans = call.site.plans.filter { account.plan == nil || $0.key == account.plan }
        let rows = plans.compactMap { plan in
            syncs.first { $0.plan == plan.key }.map { sync in
                ReviewApplicationPage.PlanRow(id: plan.id, name: plan.name, state: ApplicationSurface.state(sync, of: application))
            }
        }
        let page = ReviewApplicationPage(
            frame: call.frame, action: "/review/applications/\(application.clientID)", app: try ReviewSurface.facts(application, call),
            organization: application.organization, standing: application.standing.rawValue, plans: rows,
            cases: account.role == .reviewer ? try cases(of: application, call) : [],
            timeline: try thread(of: application, for: account, call).map(\.timelineEntry),
            actions: actions(application, syncs, account), revision: application.revision, values: call.input.values, problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    /// A case that has ended is in no queue, and is found by its application.
    private static func cases(
        of application: DeveloperApp, _ call: PortalCall
    ) throws(Refusal) -> [(words: String, state: StateTag, address: String)] {
        var cases: [(words: String, state: StateTag, address: String)] = []
        if let verification = try call.store.verification(of: application.key) {
            cases.append(
                (
                    "Verification of \(verification.details.company)", CaseWords.verification(verification.state.rawValue),
                    "/review/verifications/\(verification.key.number)"
                ))
        }
        if let request = try call.store.production(of: application.key), request.state != .draft {
            cases.append(
                ("Production access", CaseWords.production(request.state.rawValue), "/review/productions/\(request.key.number)"))
        }
        if let change = try call.store.redirectChange(of: application.key) {
            cases.append(("Redirect URIs", CaseWords.production(change.state.rawValue), "/review/redirects/\(change.key.number)"))
        }
        return cases
    }

    private static func plan(of account: Account, _ call: PortalCall) -> Plan? { call.site.plans.first { $0.key == account.plan } }

    /// The developer reads which plan's operator it was.
    private static func name(of account: Account, _ plan: Plan?) -> String { plan.map { "\(account.name), \($0.name)" } ?? account.name }

    /// An operator does not read why another plan keeps an application out.
    private static func thread(of application: DeveloperApp, for account: Account, _ call: PortalCall) throws(Refusal) -> [CaseEntry] {
        let all = try call.store.thread(of: application.key)
        guard account.role == .planOperator else { return all }
        guard let own = plan(of: account, call) else { return [] }
        return all.filter { $0.role != .planOperator || $0.name.hasSuffix(", " + own.name) }
    }

    private static func actions(_ application: DeveloperApp, _ syncs: [PlanSync], _ account: Account) -> [String] {
        if account.role == .reviewer {
            return DeveloperApp.Action.allCases.filter { DeveloperApp.move(application.standing, .reviewer, $0) != nil }.map(\.rawValue)
        }
        guard let sync = syncs.first(where: { $0.plan == account.plan }) else { return [] }
        return [sync.blockReason == nil ? "block" : "unblock"]
    }

    private static func decideApplication(_ call: PortalCall) async throws -> Response {
        let application = try application(call)
        let account = try call.account()
        guard call.input.form.value("revision") == String(application.revision) else {
            return try showApplication(call, application, [.changedMeanwhile])
        }
        let (wanted, words) = (call.input[.decision], call.input[.message])
        guard actions(application, try call.store.syncs(of: application.key), account).contains(wanted) else {
            return try showApplication(call, application, [.chooseDecision])
        }
        guard !words.isEmpty else { return try showApplication(call, application, [.wordsNeeded]) }
        guard call.input.tooLong([.message], 4000).isEmpty else { return try showApplication(call, application, [.tooLong(.message)]) }
        let own = plan(of: account, call)
        let entry = CaseEntry(role: account.caseRole, name: name(of: account, own), action: wanted, text: words, at: call.now)
        let audit = AuditEntry(account, "application.\(wanted)", "application \(application.clientID)", detail: words)
        let mails = try call.store.account(application.account).map { developer in
            [
                PortalMail.caseMoved(
                    app: application.name, what: PortalMail.application(wanted, plan: own?.name ?? "A health plan"), words: words,
                    link: call.url("/portal/applications/\(application.clientID)")
                ).outgoing(to: developer.address)
            ]
        }
        if let plan = account.plan {
            try await call.store.block(
                application.key, plan: plan, reason: wanted == "block" ? words : nil, entry: entry, mails: mails ?? [], audit: audit,
                at: call.now)
        } else {
            guard let action = DeveloperApp.Action(rawValue: wanted), let move = DeveloperApp.move(application.standing, .reviewer, action)
            else { return try showApplication(call, application, [.chooseDecision]) }
            guard
                try await call.store.move(
                    application, to: move.next, effects: move.effects, entry: entry, mails: mails ?? [], audit: audit, at: call.now)
            else { return try showApplication(call, application, [.changedMeanwhile]) }
        }
        call.door.forgetAccess()
        return Answer.seeOther("/review/applications/\(application.clientID)")
    }
}
