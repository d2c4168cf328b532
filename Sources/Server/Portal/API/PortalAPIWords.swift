import Exchange
import FHIR
import Pages
import Trust

/// What the JSON interface tells of each thing; the members are those of the schemas in the OpenAPI document.
enum PortalAPIWords {
    static func write(_ application: DeveloperApp, _ root: inout JSONWriter, _ call: PortalCall, secret: Secret? = nil) throws {
        root.member("clientId", application.clientID)
        if let secret { root.member("clientSecret", secret.text) }
        root.member("name", application.name)
        root.member("description", application.description)
        root.member("homePage", application.homePage)
        root.member("redirectUris", strings: application.redirectURIs)
        if let organization = application.organization { root.member("organization", organization) }
        root.member("standing", application.standing.rawValue)
        if let state = try call.store.verification(of: application.key)?.state { root.member("verification", state.rawValue) }
        if let state = try call.store.production(of: application.key)?.state { root.member("production", state.rawValue) }
        let syncs = try call.store.syncs(of: application.key)
        root.list("plans", call.site.plans.filter { plan in syncs.contains { $0.plan == plan.key } }) { entry, plan in
            guard let sync = syncs.first(where: { $0.plan == plan.key }) else { return }
            entry.member("plan", plan.id)
            entry.member("name", plan.name)
            entry.member("state", sync.blockReason != nil ? "blocked" : application.standing == .active ? sync.state.rawValue : "takenAway")
            if let at = sync.syncedAt { entry.member("syncedAt", at.instant) }
            if let problem = sync.blockReason ?? sync.problem { entry.member("problem", problem) }
        }
    }

    static func write(_ verification: Verification, _ root: inout JSONWriter, _ call: PortalCall) throws {
        root.member("state", verification.state.rawValue)
        root.member("company", verification.details.company)
        root.member("website", verification.details.website)
        root.member("workEmail", verification.details.workEmail)
        root.member("sponsorName", verification.details.sponsorName)
        root.member("sponsorEmail", verification.details.sponsorEmail)
        root.member("actions", strings: Verification.actions(verification.state, .developer).map(\.rawValue))
        thread(try call.store.thread(of: verification.key), &root)
    }

    static func write(_ request: ProductionRequest, _ application: DeveloperApp, _ root: inout JSONWriter, _ call: PortalCall) throws {
        root.member("state", request.state.rawValue)
        root.member("note", request.note)
        root.member("actions", strings: ProductionRequest.actions(request.state, .developer).map(\.rawValue))
        root.list("evidence", try call.store.evidence(of: request.key)) { entry, evidence in
            entry.member("number", Int(evidence.key.number))
            entry.member("title", evidence.title)
            entry.member("type", evidence.kind.contentType)
            entry.member("bytes", evidence.bytes)
            entry.member("addedAt", evidence.addedAt.instant)
        }
        root.list("calls", try ProductionSurface.calls(application, call)) { entry, seen in
            entry.member("kind", seen.kind)
            entry.member("count", seen.count)
            entry.member("lastAt", seen.last)
        }
        thread(try call.store.thread(of: request.key), &root)
    }

    static func write(_ request: RequestRecord, _ entry: inout JSONWriter) {
        entry.member("id", request.id)
        entry.member("at", request.at.instant)
        entry.member("kind", request.kind.rawValue)
        entry.member("method", request.method)
        entry.member("route", request.route)
        entry.member("status", request.status)
        entry.member("microseconds", request.microseconds)
        if let error = request.error { entry.member("error", error) }
        if let explanation = request.explanation { entry.member("explanation", explanation) }
        entry.member("isTried", request.isTried)
    }

    static func write(_ run: TryRun, _ root: inout JSONWriter) {
        root.member("id", run.id)
        root.member("member", run.memberID)
        if let problem = run.problem { root.member("problem", problem) }
        root.member("endsAt", run.endsAt.instant)
        root.member("isOver", run.isOver)
        root.list("steps", run.steps) { write($1, &$0) }
        if let query = run.query { root.member("query", object: { write(query, &$0) }) }
    }

    private static func write(_ step: TriedRequest, _ entry: inout JSONWriter) {
        entry.member("title", step.title)
        entry.member("request", step.line)
        entry.member("status", step.status)
        if let id = step.requestID { entry.member("requestId", id) }
        entry.member("answer", step.answer)
    }

    private static func thread(_ entries: [CaseEntry], _ root: inout JSONWriter) {
        root.list("thread", entries) { entry, step in
            entry.member("role", step.role.rawValue)
            entry.member("name", step.name)
            entry.member("action", step.action)
            entry.member("text", step.text)
            entry.member("at", step.at.instant)
        }
    }
}

extension JSONWriter {
    /// A list of objects, one for each element.
    mutating func list<Element>(
        _ name: String, _ elements: [Element], _ body: (inout JSONWriter, Element) throws -> Void
    ) rethrows {
        var objects: [[UInt8]] = []
        for element in elements {
            var inner = JSONWriter()
            try body(&inner, element)
            objects.append([UInt8(ascii: "{")] + inner.bytes + [UInt8(ascii: "}")])
        }
        self.name(name)
        raw([UInt8(ascii: "[")] + Array(objects.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "]")])
    }
}
