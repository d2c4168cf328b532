import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// The console of the people who decide.
enum ReviewSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/review", .reviewer, queue),
        PortalRoute(.get, "/review/verifications/:case", .reviewer) { call in try showVerification(call, try verification(call), []) },
        PortalRoute(.post, "/review/verifications/:case", .reviewer, decideVerification),
        PortalRoute(.get, "/review/productions/:case", .reviewer) { call in try await showProduction(call, try production(call), []) },
        PortalRoute(.post, "/review/productions/:case", .reviewer, decideProduction),
        PortalRoute(.get, "/review/audit", .reviewer, audit),
    ]

    private static func queue(_ call: PortalCall) async throws -> Response {
        let rows = try call.store.openVerifications().compactMap { verification -> ReviewQueuePage.Row? in
            guard let application = try call.store.application(verification.application) else { return nil }
            return row(
                .verification, application, verification.details.company, verification.state.rawValue,
                "/review/verifications/\(verification.key.number)", since: verification.changedAt, call)
        }
        let productions = try call.store.openProductions().compactMap { request -> ReviewQueuePage.Row? in
            guard let application = try call.store.application(request.application) else { return nil }
            return row(
                .production, application, application.organization ?? "", request.state.rawValue,
                "/review/productions/\(request.key.number)", since: request.changedAt, call)
        }
        let redirects = try call.store.openRedirectChanges().compactMap { change -> ReviewQueuePage.Row? in
            guard let application = try call.store.application(change.application) else { return nil }
            return row(
                .redirects, application, application.organization ?? "", change.state.rawValue,
                "/review/redirects/\(change.key.number)", since: change.submittedAt, call)
        }
        let all = (rows + productions + redirects).sorted { $0.since < $1.since }
        let part = ListPart(all.filter(\.waitsForReviewer) + all.filter { !$0.waitsForReviewer }, call, root: "/review")
        return call.show(ReviewQueuePage(frame: call.frame, rows: part.rows, more: part.more).html())
    }

    private static func row(
        _ kind: ReviewQueuePage.Row.Kind, _ application: DeveloperApp, _ company: String, _ state: String, _ address: String,
        since: Timestamp, _ call: PortalCall
    ) -> ReviewQueuePage.Row {
        .init(
            kind: kind, app: application.name, company: company, state: state, address: address, since: since.instant,
            ageHours: Int((call.now.milliseconds - since.milliseconds) / 3_600_000))
    }

    // MARK: A verification

    private static func verification(_ call: PortalCall) throws(Refusal) -> Verification {
        guard let number = Int64(call.parameter("case")), let verification = try call.store.verification(Key<Verification>(number)) else {
            throw Refusal(.notFound, "There is no such case.")
        }
        return verification
    }

    private static func showVerification(
        _ call: PortalCall, _ verification: Verification, _ problems: [PortalProblem]
    ) throws -> Response {
        guard let application = try call.store.application(verification.application) else { throw Refusal(.notFound, "") }
        let page = ReviewCasePage(
            frame: call.frame, action: "/review/verifications/\(verification.key.number)",
            tag: CaseWords.verification(verification.state.rawValue), title: "Verification of \(verification.details.company)",
            app: try facts(application, call), findings: findings(verification, application), facts: verification.details.facts,
            timeline: try call.store.thread(of: verification.key).map(\.timelineEntry),
            actions: Verification.actions(verification.state, .reviewer).map(\.rawValue), revision: verification.revision,
            values: call.input.values, problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    /// What can be seen without asking anyone.
    private static func findings(_ verification: Verification, _ application: DeveloperApp) -> [Finding] {
        let details = verification.details
        let domain = OrganizationDomain.host(ofWebsite: details.website) ?? "?"
        return [
            Finding(
                "Sponsor", verification.sponsorConfirmedAt != nil,
                verification.sponsorConfirmedAt.map { "Confirmed on \($0.date)" } ?? "Has not confirmed"),
            Finding(
                "Contact’s address", details.workDomainMatches,
                details.workDomainMatches ? "Of the website’s domain \(domain)" : "Not of the website’s domain \(domain)"),
            Finding(
                "Sponsor’s address", details.sponsorDomainMatches,
                details.sponsorDomainMatches ? "Of the website’s domain \(domain)" : "Not of the website’s domain \(domain)"),
            redirectFinding(application),
        ]
    }

    /// Whether every redirect URI would be let onto a real plan.
    static func redirectFinding(_ application: DeveloperApp) -> Finding {
        let kept = application.redirectURIs.filter { (try? RedirectURI($0, for: .production)) == nil }
        return Finding(
            "Redirect URIs", kept.isEmpty,
            kept.isEmpty ? "All can be used in production" : "Only for the sandbox: \(kept.joined(separator: ", "))")
    }

    static func facts(_ application: DeveloperApp, _ call: PortalCall) throws(Refusal) -> ReviewCasePage.AppFacts {
        let developer = try call.store.account(application.account)
        return .init(
            name: application.name, clientID: application.clientID, address: "/review/applications/\(application.clientID)",
            description: application.description, homePage: application.homePage, redirectURIs: application.redirectURIs,
            developer: developer.map { "\($0.name), \($0.address)" } ?? "", logo: try LogoSurface.address(application.app, call.site))
    }

    private static func decideVerification(_ call: PortalCall) async throws -> Response {
        let verification = try verification(call)
        guard let application = try call.store.application(verification.application) else { throw Refusal(.notFound, "") }
        let read = CaseDecision<Verification.Action>.read(
            call, revision: verification.revision, may: { Verification.move(verification.state, .reviewer, $0) != nil },
            needsWords: \.needsWords)
        switch read {
        case .failure(let found): return try showVerification(call, verification, [found.problem])
        case .success(let decision):
            let outcome = try await VerificationDesk(site: call.site).act(
                decision.action, on: verification, of: application, by: .init(try call.account()), words: decision.words)
            guard outcome == .done else { return try showVerification(call, try self.verification(call), [.changedMeanwhile]) }
            return Answer.seeOther("/review/verifications/\(verification.key.number)")
        }
    }

    // MARK: A production request

    private static func production(_ call: PortalCall) throws(Refusal) -> ProductionRequest {
        // A draft is its developer's own.
        guard let number = Int64(call.parameter("case")), let request = try call.store.production(Key<ProductionRequest>(number)),
            request.state != .draft
        else { throw Refusal(.notFound, "There is no such case.") }
        return request
    }

    private static func showProduction(
        _ call: PortalCall, _ request: ProductionRequest, _ problems: [PortalProblem]
    ) async throws -> Response {
        guard let application = try call.store.application(request.application) else { throw Refusal(.notFound, "") }
        try await call.keepRequests()
        let verification = try call.store.verification(of: application.key)
        let calls = try ProductionSurface.calls(application, call)
        let page = ReviewCasePage(
            frame: call.frame, action: "/review/productions/\(request.key.number)", tag: CaseWords.production(request.state.rawValue),
            title: "Production access of \(application.name)", app: try facts(application, call),
            findings: findings(application, verification, calls), facts: verification?.details.facts,
            evidence: try ProductionSurface.rows(request, call), calls: calls, note: request.note,
            timeline: try call.store.thread(of: request.key).map(\.timelineEntry),
            actions: ProductionRequest.actions(request.state, .reviewer).map(\.rawValue), revision: request.revision,
            values: call.input.values, problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    private static func findings(_ application: DeveloperApp, _ verification: Verification?, _ calls: [CallRow]) -> [Finding] {
        let isVerified = verification?.state == .approved
        let hasToken = calls.contains { $0.kind == "code" }
        // Those of the log of disclosures name an interaction and a type.
        let hasRead = calls.contains { $0.kind.contains(" ") }
        return [
            Finding("Organization", isVerified, "\(application.organization ?? "Unknown"), \(isVerified ? "verified" : "not verified")"),
            redirectFinding(application),
            Finding("Token at the Demo Health Plan", hasToken, hasToken ? "A code was exchanged" : "No code was ever exchanged"),
            Finding("Record at the Demo Health Plan", hasRead, hasRead ? "Records were read" : "No record was ever read"),
        ]
    }

    private static func decideProduction(_ call: PortalCall) async throws -> Response {
        let request = try production(call)
        guard let application = try call.store.application(request.application) else { throw Refusal(.notFound, "") }
        let read = CaseDecision<ProductionRequest.Action>.read(
            call, revision: request.revision, may: { ProductionRequest.move(request.state, .reviewer, $0) != nil }, needsWords: \.needsWords
        )
        switch read {
        case .failure(let found): return try await showProduction(call, request, [found.problem])
        case .success(let decision):
            let outcome = try await ProductionDesk(site: call.site).act(
                decision.action, on: request, of: application, by: .init(try call.account()), words: decision.words)
            guard outcome == .done else { return try await showProduction(call, try production(call), [.changedMeanwhile]) }
            return Answer.seeOther("/review/productions/\(request.key.number)")
        }
    }

    // MARK: The audit log

    /// A page of a hundred entries stays small; the words are whole in the case and in the store.
    private static func shortened(_ detail: String) -> String {
        detail.utf8.count <= 240 ? detail : String(detail.unicodeScalars.prefix(240).map(Character.init)) + "…"
    }

    private static func audit(_ call: PortalCall) async throws -> Response {
        let size = 100
        let records = try call.store.audit(before: call.query("before").flatMap { Int64($0) }, limit: size)
        let rows = records.map {
            AuditPage.Row(
                at: $0.at.instant, who: $0.name.isEmpty ? $0.role : "\($0.name) (\($0.role))", action: $0.action, subject: $0.subject,
                detail: shortened($0.detail))
        }
        let older = records.count == size ? records.last.map { "/review/audit?before=\($0.number)" } : nil
        return call.show(AuditPage(frame: call.frame, rows: rows, older: older).html())
    }
}
