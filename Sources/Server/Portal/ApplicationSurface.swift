import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// A developer's applications.
enum ApplicationSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/portal/applications", .developer, list),
        PortalRoute(.get, "/portal/applications/new", .developer) { newForm($0, [], []) },
        PortalRoute(.post, "/portal/applications/new", .developer, create),
        PortalRoute(.get, "/portal/applications/:client", .developer, show),
        PortalRoute(.get, "/portal/applications/:client/edit", .developer, edit),
        PortalRoute(.post, "/portal/applications/:client/edit", .developer, postEdit),
        PortalRoute(.post, "/portal/applications/:client/sync", .developer, retrySync),
    ]

    private static func root(_ clientID: String) -> String { "/portal/applications/\(clientID)" }

    /// The application of the path, when it is this developer's own; another's is not there.
    static func own(_ call: PortalCall) throws(Refusal) -> DeveloperApp {
        guard let application = try call.store.application(clientID: call.parameter("client")),
            application.account == (try call.account()).key
        else { throw Refusal(.notFound, "There is no such application.") }
        return application
    }

    private static func list(_ call: PortalCall) async throws -> Response {
        let rows = try call.store.applications(of: try call.account().key).map { application in
            ApplicationsPage.Row(
                name: application.name, clientID: application.clientID, address: root(application.clientID),
                state: try call.store.verification(of: application.key)?.state.rawValue, standing: application.standing.rawValue)
        }
        return call.show(ApplicationsPage(frame: call.frame, rows: rows, add: "/portal/applications/new").html())
    }

    // MARK: The form

    private static func newForm(
        _ call: PortalCall, _ problems: [PortalProblem], _ checked: [ApplicationFormPage.CheckedURI]
    ) -> Response {
        call.show(
            ApplicationFormPage(
                frame: call.frame, action: "/portal/applications/new", back: "/portal/applications", isNew: true, values: call.input.values,
                problems: problems, checked: checked
            ).html(), isProblem: !problems.isEmpty)
    }

    static let mostURIs = 20

    struct Read {
        var details: ApplicationDetails?
        var problems: [PortalProblem] = []
        var checked: [ApplicationFormPage.CheckedURI] = []
    }

    /// Reads the form; every redirect URI comes back with what is wrong with it.
    static func read(_ input: PortalInputValues) -> Read {
        var read = Read()
        read.problems = input.missing([.appName, .description, .homePage, .redirectURIs])
        read.problems += input.tooLong([.appName], 100) + input.tooLong([.description], 1000) + input.tooLong([.homePage], 300)
        if !input[.homePage].isEmpty, OrganizationDomain.host(ofWebsite: input[.homePage]) == nil {
            read.problems.append(.invalidWebAddress(.homePage))
        }
        var uris: [RedirectURI] = []
        var lines: [String] = []
        for (text, result) in RedirectURI.list(input[.redirectURIs], for: .sandbox) {
            switch result {
            case .success(let uri):
                uris.append(uri)
                read.checked.append(.init(text: text, problem: nil))
            case .failure(let problem):
                lines.append("\(text): \(problem.explanation)")
                read.checked.append(.init(text: text, problem: problem.explanation))
            }
        }
        if !lines.isEmpty { read.problems.append(.redirectURIs(lines)) }
        if uris.count > mostURIs { read.problems.append(.redirectURIs(["There are more than \(mostURIs) addresses. Register fewer."])) }
        if uris.isEmpty, lines.isEmpty, !input[.redirectURIs].isEmpty { read.problems.append(.missing(.redirectURIs)) }
        // Without a problem there is nothing to show back.
        if lines.isEmpty { read.checked = [] }
        if read.problems.isEmpty {
            read.details = ApplicationDetails(
                name: input[.appName], description: input[.description], homePage: input[.homePage], redirectURIs: uris)
        }
        return read
    }

    private static func create(_ call: PortalCall) async throws -> Response {
        let read = read(call.input)
        guard let details = read.details else { return newForm(call, read.problems, read.checked) }
        let made = try await add(details, call)
        return try showOnce(made.secret, made.clientID, call)
    }

    static func add(_ details: ApplicationDetails, _ call: PortalCall) async throws -> (clientID: String, secret: Secret) {
        let account = try call.account()
        let clientID = ClientID.make()
        let secret = Secret.make(.clientSecret)
        try await call.store.add(
            details, of: account.key, clientID: clientID, secret: secret.hash,
            audit: AuditEntry(account, "application.create", "application \(clientID)", detail: details.name), at: call.now)
        return (clientID, secret)
    }

    /// To the application's page, which shows the secret this once: it travels sealed in a cookie of that page.
    static func showOnce(_ secret: Secret, _ clientID: String, _ call: PortalCall) throws -> Response {
        let sealed = try call.site.keys.seal(place: secret.text, context: "secret|\(clientID)|\(try call.account().key.number)")
        let cookie = PortalCookie(.portal, publicAddress: call.site.publicAddress)
        return Answer.seeOther(root(clientID), [.setCookie: cookie.flash(sealed, path: root(clientID))])
    }

    private static func edit(_ call: PortalCall) async throws -> Response {
        let application = try changeable(call)
        let values: [PortalField: String] = [
            .appName: application.name, .description: application.description, .homePage: application.homePage,
            .redirectURIs: application.redirectURIs.joined(separator: "\n"),
        ]
        return editForm(call, application, values, [], [])
    }

    private static func editForm(
        _ call: PortalCall, _ application: DeveloperApp, _ values: [PortalField: String], _ problems: [PortalProblem],
        _ checked: [ApplicationFormPage.CheckedURI]
    ) -> Response {
        call.show(
            ApplicationFormPage(
                frame: call.frame, action: root(application.clientID) + "/edit", back: root(application.clientID), isNew: false,
                values: values, problems: problems, checked: checked
            ).html(), isProblem: !problems.isEmpty)
    }

    private static func postEdit(_ call: PortalCall) async throws -> Response {
        let application = try changeable(call)
        let read = read(call.input)
        guard let details = read.details else { return editForm(call, application, call.input.values, read.problems, read.checked) }
        guard try await change(application, details, call) else {
            return editForm(call, application, call.input.values, [.changedMeanwhile], [])
        }
        return Answer.seeOther(root(application.clientID))
    }

    private static func retrySync(_ call: PortalCall) async throws -> Response {
        let application = try own(call)
        try await call.store.retrySyncs(of: application.key, at: call.now)
        return Answer.seeOther(root(application.clientID))
    }

    static func change(_ application: DeveloperApp, _ details: ApplicationDetails, _ call: PortalCall) async throws -> Bool {
        let audit = AuditEntry(
            try call.account(), "application.change", "application \(application.clientID)",
            detail: details.redirectURIs.map(\.text).joined(separator: " "))
        return try await call.store.change(application, to: details, audit: audit, at: call.now)
    }

    /// What a reviewer has let onto the real plans is not changed behind their back.
    static func mayChange(_ application: DeveloperApp, _ call: PortalCall) throws(Refusal) -> Bool {
        guard application.standing == .active else { return false }
        return try call.store.production(of: application.key)?.freezesApplication != true
    }

    static func changeable(_ call: PortalCall) throws(Refusal) -> DeveloperApp {
        let application = try own(call)
        guard try mayChange(application, call) else { throw Refusal(.forbidden, "This application cannot be changed now.") }
        return application
    }

    // MARK: One application

    private static func show(_ call: PortalCall) async throws -> Response {
        let application = try own(call)
        let verification = try call.store.verification(of: application.key)
        let syncs = try call.store.syncs(of: application.key)
        let account = try call.account()
        let shown = PortalCookie.flash(call.request).flatMap {
            call.site.keys.open($0, context: "secret|\(application.clientID)|\(account.key.number)")
        }
        let plans = call.site.plans.compactMap { plan in
            syncs.first { $0.plan == plan.key }.map { sync in
                ApplicationPage.Plan(
                    name: plan.name, isProduction: plan.policy.environment == .production, state: state(sync, of: application))
            }
        }
        let page = ApplicationPage(
            frame: call.frame, root: root(application.clientID), name: application.name, clientID: application.clientID, newSecret: shown,
            secrets: try call.store.secrets(of: application.app, at: call.now).map {
                .init(
                    mark: $0.mark, createdAt: $0.createdAt.instant, lastUsedAt: $0.lastUsedAt?.instant, retiresAt: $0.retiresAt?.instant)
            },
            description: application.description, homePage: application.homePage, redirectURIs: application.redirectURIs,
            organization: application.organization, standing: application.standing.rawValue, verification: verification?.state.rawValue,
            sponsor: verification?.details.sponsorName ?? "",
            production: .some(try call.store.production(of: application.key)?.state.rawValue), plans: plans,
            timeline: try call.store.thread(of: application.key).map(\.timelineEntry), authorize: authorize(application, syncs, call),
            tryIt: TrySurface.isOpen(application, syncs, call.site) ? root(application.clientID) + "/try" : nil,
            logo: try LogoSurface.address(application.app, call.site),
            mayChange: try mayChange(application, call), mayAskForRedirects: try RedirectChangeSurface.isOpen(application, call),
            mayReplaceSecret: application.standing == .active,
            directory: try DirectorySurface.isOpen(call) ? "/portal/directory" : nil)
        var response = call.show(page.html())
        if shown != nil {
            let cookie = PortalCookie(.portal, publicAddress: call.site.publicAddress)
            response.headers[.setCookie] = cookie.flash("", path: root(application.clientID), seconds: 0)
        }
        return response
    }

    static func state(_ sync: PlanSync, of application: DeveloperApp) -> ApplicationPage.Plan.State {
        guard application.standing == .active else { return .takenAway }
        if let reason = sync.blockReason { return .blocked(reason) }
        return switch sync.state {
        case .waiting: .waiting
        case .synced: .synced(at: sync.syncedAt?.instant ?? "")
        case .failed: .failed(sync.problem ?? "", retriesAt: sync.retriesAt?.instant)
        }
    }

    /// The link that a developer tries first.
    private static func authorize(_ application: DeveloperApp, _ syncs: [PlanSync], _ call: PortalCall) -> String? {
        guard let plan = call.site.plans.first(where: { $0.policy.environment == .sandbox }),
            syncs.contains(where: { $0.plan == plan.key && $0.state == .synced && $0.blockReason == nil }),
            application.standing == .active, let redirectURI = application.redirectURIs.first
        else { return nil }
        return RedirectQuery.appending(
            [("client_id", application.clientID), ("state", "try-me"), ("redirect_uri", redirectURI)], to: plan.addresses.authorize)
    }
}

extension CaseEntry {
    var timelineEntry: TimelineEntry { TimelineEntry(who: name, role: role.rawValue, action: action, text: text, at: at.instant) }
}

/// The public name of an app.
enum ClientID {
    static func make() -> String {
        let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)
        var generator = SystemRandomNumberGenerator()
        return "app-"
            + String(decoding: (0..<20).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }, as: UTF8.self)
    }
}
