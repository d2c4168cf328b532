import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// A developer's request for production access.
enum ProductionSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/portal/applications/:client/production", .developer) { call in
            let (application, request) = try await opened(call)
            return try show(call, application, request, [])
        },
        PortalRoute(.post, "/portal/applications/:client/production/evidence", .developer, body: .upload, addEvidence),
        PortalRoute(.post, "/portal/applications/:client/production/evidence/:file/remove", .developer, removeEvidence),
        PortalRoute(.post, "/portal/applications/:client/production/submit", .developer, submit),
        PortalRoute(.post, "/portal/applications/:client/production/answer", .developer) { try await act(.answer, $0) },
        PortalRoute(.post, "/portal/applications/:client/production/withdraw", .developer) { try await act(.withdraw, $0) },
    ]

    private static func root(_ application: DeveloperApp) -> String { "/portal/applications/\(application.clientID)/production" }

    /// The request of an application that is verified; an empty draft is made when there is none.
    static func opened(_ call: PortalCall) async throws -> (DeveloperApp, ProductionRequest) {
        let application = try ApplicationSurface.own(call)
        guard try call.store.verification(of: application.key)?.state == .approved, application.standing == .active else {
            throw Refusal(.forbidden, "The organization is not verified.")
        }
        // What the app did until now is among its calls.
        try await call.keepRequests()
        if let request = try call.store.production(of: application.key) { return (application, request) }
        try await call.store.beginProduction(
            of: application.key, audit: AuditEntry(try call.account(), "production.begin", "application \(application.clientID)"),
            at: call.now)
        guard let request = try call.store.production(of: application.key) else { throw Refusal(.unavailable, "") }
        return (application, request)
    }

    private static func show(
        _ call: PortalCall, _ application: DeveloperApp, _ request: ProductionRequest, _ problems: [PortalProblem]
    ) throws -> Response {
        let page = ProductionPage(
            frame: call.frame, root: root(application), back: "/portal/applications/\(application.clientID)", state: request.state.rawValue,
            note: call.input.values[.note] ?? request.note, evidence: try rows(request, call),
            calls: try calls(application, call), timeline: try call.store.thread(of: request.key).map(\.timelineEntry),
            actions: ProductionRequest.actions(request.state, .developer).map(\.rawValue), values: call.input.values, problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    static func rows(_ request: ProductionRequest, _ call: PortalCall) throws -> [EvidenceRow] {
        try call.store.evidence(of: request.key).map {
            EvidenceRow(
                id: String($0.key.number), title: $0.title, type: $0.kind.rawValue.uppercased(), bytes: $0.bytes,
                address: try EvidenceFiles.address($0, call.site), at: $0.addedAt.instant)
        }
    }

    static func calls(_ application: DeveloperApp, _ call: PortalCall) throws(Refusal) -> [CallRow] {
        let plans = call.site.plans.filter { $0.policy.environment == .sandbox }.map(\.key)
        return try call.store.calls(of: application.app, plans: plans).map {
            CallRow(kind: $0.kind, count: $0.count, last: $0.lastAt.instant)
        }
    }

    // MARK: Files

    private static func addEvidence(_ call: PortalCall) async throws -> Response {
        let (application, request) = try await opened(call)
        let problems = try await add(to: request, of: application, call) { try await receive(call, &$0) }
        return problems.isEmpty ? Answer.seeOther(root(application)) : try show(call, application, request, problems)
    }

    /// Takes one file in; whatever goes wrong, nothing of it stays.
    static func add(
        to request: ProductionRequest, of application: DeveloperApp, _ call: PortalCall,
        _ receive: (inout EvidenceUpload?) async throws -> NewEvidence?
    ) async throws -> [PortalProblem] {
        guard ProductionRequest.move(request.state, .developer, .addEvidence) != nil,
            try call.store.evidence(of: request.key).count < Evidence.most
        else { return [.fileNotNow] }
        var incoming: EvidenceUpload?
        do {
            guard let new = try await receive(&incoming) else {
                await incoming?.discard()
                return [.missing(.file)]
            }
            let outcome = try await ProductionDesk(site: call.site).act(
                .addEvidence, on: request, of: application, by: .init(try call.account()), words: new.title, evidence: .add(new))
            guard outcome == .done else {
                await incoming?.discard()
                return [.changedMeanwhile]
            }
            return []
        } catch {
            await incoming?.discard()
            guard let problem = refusal(error) else { throw error }
            return [problem]
        }
    }

    private static func refusal(_ error: any Error) -> PortalProblem? {
        if let problem = error as? EvidenceUpload.Problem { return problem == .tooLarge ? .fileTooLarge : .fileNotTaken }
        if let problem = error as? MultipartReader<RequestBody>.Problem { return problem == .tooLarge ? .fileTooLarge : .fileNotTaken }
        return nil
    }

    private static func receive(_ call: PortalCall, _ incoming: inout EvidenceUpload?) async throws -> NewEvidence? {
        var file: EvidenceUpload?
        // Whatever is thrown on the way, what has begun is discarded.
        defer { incoming = file }
        let title = try await UploadForm(call: call).receive(
            upTo: EvidenceKind.mostBytes, begin: { file = try await call.evidenceUpload() }
        ) { try await file?.add($0) }
        guard let title else { return nil }
        guard file?.count ?? 0 > 0 else { throw EvidenceUpload.Problem.notTaken }
        return try await file?.finish(title: title)
    }

    private static func removeEvidence(_ call: PortalCall) async throws -> Response {
        let (application, request) = try await opened(call)
        let problems = try await remove(call.parameter("file"), of: request, application, call)
        return problems.isEmpty ? Answer.seeOther(root(application)) : try show(call, application, request, problems)
    }

    static func remove(
        _ number: String, of request: ProductionRequest, _ application: DeveloperApp, _ call: PortalCall
    ) async throws -> [PortalProblem] {
        guard let number = Int64(number),
            let evidence = try call.store.evidence(of: request.key).first(where: { $0.key.number == number })
        else { throw Refusal(.notFound, "There is no such file.") }
        let outcome = try await ProductionDesk(site: call.site).act(
            .removeEvidence, on: request, of: application, by: .init(try call.account()), words: evidence.title,
            evidence: .remove(evidence.key))
        guard outcome == .done else { return [.fileNotNow] }
        // The evidence is gone already; bytes of it that stay in a folder are tidied.
        try? await call.door.portal.evidence.remove(evidence.name)
        return []
    }

    // MARK: Steps

    private static func submit(_ call: PortalCall) async throws -> Response {
        let (application, request) = try await opened(call)
        let problems = try await send(request, application, call)
        return problems.isEmpty ? Answer.seeOther(root(application)) : try show(call, application, request, problems)
    }

    static func send(_ request: ProductionRequest, _ application: DeveloperApp, _ call: PortalCall) async throws -> [PortalProblem] {
        var problems = call.input.tooLong([.note], 4000)
        if try call.store.evidence(of: request.key).isEmpty { problems.append(.noEvidence) }
        // Asked here and once more at each plan's sync.
        let refused = application.redirectURIs.compactMap { uri -> String? in
            do throws(RedirectURI.Problem) { _ = try RedirectURI(uri, for: .production) } catch { return "\(uri): \(error.explanation)" }
            return nil
        }
        if !refused.isEmpty { problems.append(.notForProduction(refused)) }
        guard problems.isEmpty else { return problems }
        let outcome = try await ProductionDesk(site: call.site).act(
            .submit, on: request, of: application, by: .init(try call.account()), note: call.input[.note])
        return outcome == .done ? [] : [.changedMeanwhile]
    }

    private static func act(_ action: ProductionRequest.Action, _ call: PortalCall) async throws -> Response {
        let (application, request) = try await opened(call)
        let problems = try await move(action, request, application, call)
        return problems.isEmpty ? Answer.seeOther(root(application)) : try show(call, application, request, problems)
    }

    static func move(
        _ action: ProductionRequest.Action, _ request: ProductionRequest, _ application: DeveloperApp, _ call: PortalCall
    ) async throws -> [PortalProblem] {
        if action.needsWords, call.input[.message].isEmpty { return [.wordsNeeded] }
        guard call.input.tooLong([.message], 4000).isEmpty else { return [.tooLong(.message)] }
        let outcome = try await ProductionDesk(site: call.site).act(
            action, on: request, of: application, by: .init(try call.account()), words: call.input[.message])
        return outcome == .done ? [] : [.changedMeanwhile]
    }
}
