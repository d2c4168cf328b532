import Exchange
import FHIR
import Hummingbird
import Pages
import Trust

/// Other redirect URIs for an application with production access: the developer asks, a reviewer decides.
enum RedirectChangeSurface {
    private static let path = "/portal/applications/:client/redirects"

    static let routes: [PortalRoute] = [
        PortalRoute(.get, path, .developer) { try show($0, try own($0), Read()) },
        PortalRoute(.post, path, .developer, submit),
        PortalRoute(.post, path + "/withdraw", .developer, withdraw),
        PortalRoute(.get, "/review/redirects/:case", .reviewer) { try showCase($0, try opened($0), []) },
        PortalRoute(.post, "/review/redirects/:case", .reviewer, decide),
    ]

    /// Only what was approved is changed this way; what was not is changed at once.
    static func isOpen(_ application: DeveloperApp, _ call: PortalCall) throws(Refusal) -> Bool {
        guard application.standing == .active else { return false }
        return try call.store.production(of: application.key)?.state == .approved
    }

    static func own(_ call: PortalCall) throws(Refusal) -> DeveloperApp {
        let application = try ApplicationSurface.own(call)
        guard try isOpen(application, call) else { throw Refusal(.forbidden, "The redirect URIs can be changed at once.") }
        return application
    }

    // MARK: The developer's side

    private struct Read {
        var uris: [RedirectURI] = []
        var checked: [ApplicationFormPage.CheckedURI] = []
        var problems: [PortalProblem] = []
    }

    /// By the rules of a real plan.
    private static func read(_ input: PortalInputValues) -> Read {
        var read = Read()
        read.problems = input.missing([.redirectURIs, .reason]) + input.tooLong([.reason], 1000)
        var lines: [String] = []
        for (text, result) in RedirectURI.list(input[.redirectURIs], for: .production) {
            switch result {
            case .success(let uri):
                read.uris.append(uri)
                read.checked.append(.init(text: text, problem: nil))
            case .failure(let problem):
                lines.append("\(text): \(problem.explanation)")
                read.checked.append(.init(text: text, problem: problem.explanation))
            }
        }
        if !lines.isEmpty { read.problems.append(.redirectURIs(lines)) }
        if read.uris.count > ApplicationSurface.mostURIs {
            read.problems.append(.redirectURIs(["There are more than \(ApplicationSurface.mostURIs) addresses. Register fewer."]))
        }
        if lines.isEmpty { read.checked = [] }
        return read
    }

    private static func show(_ call: PortalCall, _ application: DeveloperApp, _ read: Read) throws -> Response {
        let root = "/portal/applications/\(application.clientID)"
        let change = try call.store.redirectChange(of: application.key).flatMap { $0.state == .submitted ? $0 : nil }
        var values = call.input.values
        if values[.redirectURIs] == nil { values[.redirectURIs] = application.redirectURIs.joined(separator: "\n") }
        let page = RedirectChangePage(
            frame: call.frame, root: root + "/redirects", back: root, now: application.redirectURIs, waiting: change?.redirectURIs,
            checked: read.checked, values: values, problems: read.problems)
        return call.show(page.html(), isProblem: !read.problems.isEmpty)
    }

    private static func submit(_ call: PortalCall) async throws -> Response {
        let application = try own(call)
        var read = read(call.input)
        if read.problems.isEmpty { read.problems = try await send(read.uris, application, call) }
        guard read.problems.isEmpty else { return try show(call, application, read) }
        return Answer.seeOther("/portal/applications/\(application.clientID)/redirects")
    }

    private static func send(_ uris: [RedirectURI], _ application: DeveloperApp, _ call: PortalCall) async throws -> [PortalProblem] {
        let account = try call.account()
        let list = uris.map(\.text).joined(separator: " ")
        let isSent = try await call.store.submit(
            uris, reason: call.input[.reason], of: application.key,
            entry: CaseEntry(role: .developer, name: account.name, action: "askRedirects", text: list, at: call.now),
            audit: AuditEntry(account, "redirects.ask", "application \(application.clientID)", detail: list), at: call.now)
        return isSent ? [] : [.changedMeanwhile]
    }

    /// The same for the JSON interface.
    static func ask(_ application: DeveloperApp, _ call: PortalCall) async throws -> [PortalProblem] {
        let read = read(call.input)
        return read.problems.isEmpty ? try await send(read.uris, application, call) : read.problems
    }

    private static func withdraw(_ call: PortalCall) async throws -> Response {
        let application = try own(call)
        _ = try await withdraw(application, call)
        return Answer.seeOther("/portal/applications/\(application.clientID)/redirects")
    }

    /// False when a reviewer was faster.
    static func withdraw(_ application: DeveloperApp, _ call: PortalCall) async throws(Refusal) -> Bool {
        guard let change = try call.store.redirectChange(of: application.key), change.state == .submitted else {
            throw Refusal(.notFound, "Nothing waits.")
        }
        return try await move(change, .withdraw, of: application, by: try call.account(), words: "", call)
    }

    // MARK: The reviewer's side

    private static func opened(_ call: PortalCall) throws(Refusal) -> RedirectChange {
        guard let number = Int64(call.parameter("case")), let change = try call.store.redirectChange(Key<RedirectChange>(number)) else {
            throw Refusal(.notFound, "There is no such case.")
        }
        return change
    }

    private static func showCase(_ call: PortalCall, _ change: RedirectChange, _ problems: [PortalProblem]) throws -> Response {
        guard let application = try call.store.application(change.application) else { throw Refusal(.notFound, "") }
        let home = OrganizationDomain.host(ofWebsite: application.homePage) ?? ""
        let foreign = change.redirectURIs.filter { uri in
            guard let host = OrganizationDomain.host(ofWebsite: uri) else { return true }
            return !host.utf8.elementsEqual(home.utf8) && !host.utf8.reversed().starts(with: ("." + home).utf8.reversed())
        }
        let page = ReviewRedirectChangePage(
            frame: call.frame, action: "/review/redirects/\(change.key.number)", app: try ReviewSurface.facts(application, call),
            wanted: change.redirectURIs, reason: change.reason, state: change.state.rawValue,
            findings: [
                Finding(
                    "Domain", foreign.isEmpty,
                    foreign.isEmpty
                        ? "All of the home page’s domain" : "Of another domain than the home page: \(foreign.joined(separator: ", "))")
            ],
            actions: RedirectChange.Action.allCases.filter { RedirectChange.move(change.state, .reviewer, $0) != nil }.map(\.rawValue),
            revision: change.revision, values: call.input.values, problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    private static func decide(_ call: PortalCall) async throws -> Response {
        let change = try opened(call)
        guard let application = try call.store.application(change.application) else { throw Refusal(.notFound, "") }
        let read = CaseDecision<RedirectChange.Action>.read(
            call, revision: change.revision, may: { RedirectChange.move(change.state, .reviewer, $0) != nil }, needsWords: \.needsWords)
        switch read {
        case .failure(let found): return try showCase(call, change, [found.problem])
        case .success(let decision):
            let isDone = try await move(
                change, decision.action, of: application, by: try call.account(), words: decision.words, call)
            guard isDone else { return try showCase(call, try opened(call), [.changedMeanwhile]) }
            return Answer.seeOther("/review/redirects/\(change.key.number)")
        }
    }

    private static func move(
        _ change: RedirectChange, _ action: RedirectChange.Action, of application: DeveloperApp, by account: Account, words: String,
        _ call: PortalCall
    ) async throws(Refusal) -> Bool {
        guard let next = RedirectChange.move(change.state, account.caseRole, action) else { return false }
        var mails: [OutgoingMail] = []
        if account.role == .reviewer, let developer = try call.store.account(application.account) {
            let mail = PortalMail.caseMoved(
                app: application.name,
                what: next == .approved ? "your new redirect URIs are approved" : "your new redirect URIs were refused", words: words,
                link: call.url("/portal/applications/\(application.clientID)"))
            mails.append(mail.outgoing(to: developer.address))
        }
        return try await call.store.move(
            change, to: next,
            entry: CaseEntry(role: account.caseRole, name: account.name, action: action.rawValue + "Redirects", text: words, at: call.now),
            mails: mails, audit: AuditEntry(account, "redirects.\(action.rawValue)", "application \(application.clientID)", detail: words),
            at: call.now)
    }
}
