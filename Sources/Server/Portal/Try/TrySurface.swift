import Exchange
import FHIR
import Hummingbird
import Pages
import Trust

/// "Try it": the whole exchange as a test member, for the app's own developer, in a sandbox alone.
enum TrySurface {
    private static let start = "/portal/applications/:client/try"

    static let routes: [PortalRoute] = [
        PortalRoute(.get, start, .developer) { try show($0, []) },
        PortalRoute(.post, start, .developer, walk),
        PortalRoute(.post, start + "/reset", .developer, reset),
        PortalRoute(.get, start + "/:run", .developer) { try showRun($0, try opened($0, $0.parameter("run")).run, []) },
        PortalRoute(.post, start + "/:run/query", .developer, query),
        PortalRoute(.post, start + "/:run/end", .developer, end),
    ]

    private static let walkLimit = AttemptLimits.Limit(60, per: 3600)

    // MARK: What may be tried

    /// Where an app may be tried: a plan of the sandbox that knows it, whose codes go to the address that a member types.
    struct Place {
        let sandbox: Sandbox
        let plan: Plan
        let application: DeveloperApp
        var desk: TryDesk { TryDesk(site: site, plan: plan, application: application) }
        let site: Site
        var root: String { "/portal/applications/\(application.clientID)" }

        func member(_ memberID: String) -> Sandbox.TestMember? {
            sandbox.testMembers.first { $0.memberID.utf8.elementsEqual(memberID.utf8) }
        }

        /// The plan's own number of a test member.
        func key(_ member: Sandbox.TestMember) throws(Refusal) -> Key<Member>? {
            try site.store.members(memberID: member.memberID, plan: plan.key).first?.key
        }
    }

    static func isOpen(_ application: DeveloperApp, _ syncs: [PlanSync], _ site: Site) -> Bool {
        guard site.sandbox != nil, application.standing == .active, let plan = tried(site) else { return false }
        return syncs.contains { $0.plan == plan.key && $0.state == .synced && $0.blockReason == nil }
    }

    private static func tried(_ site: Site) -> Plan? {
        site.plans.first { $0.policy.environment == .sandbox && $0.policy.codeAddress == .typed }
    }

    static func place(_ call: PortalCall) throws(Refusal) -> Place {
        let application = try ApplicationSurface.own(call)
        guard isOpen(application, try call.store.syncs(of: application.key), call.site), let sandbox = call.site.sandbox,
            let plan = tried(call.site)
        else { throw Refusal(.forbidden, "The sandbox does not know this application yet.") }
        return Place(sandbox: sandbox, plan: plan, application: application, site: call.site)
    }

    private static func show(_ call: PortalCall, _ problems: [PortalProblem]) throws -> Response {
        let place = try place(call)
        let permissions = try call.store.livePermissions(of: place.application.app, plan: place.plan.key, at: call.now)
        let members = try place.sandbox.testMembers.map { member in
            TryPage.Member(
                memberID: member.memberID, name: "\(member.firstName) \(member.lastName)", summary: member.summary,
                permissions: try place.key(member).flatMap { permissions[$0] } ?? 0)
        }
        let reset = call.query("reset").flatMap { place.member($0) }
        let page = TryPage(
            frame: call.frame, root: place.root + "/try", back: place.root, members: members,
            redirectURIs: place.application.redirectURIs, wasReset: reset.map { "\($0.firstName) \($0.lastName)" },
            values: call.input.values, problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    // MARK: The walk

    private static func walk(_ call: PortalCall) async throws -> Response {
        switch try await begin(call) {
        case .success(let run): return Answer.seeOther("\(try place(call).root)/try/\(run.id)")
        case .failure(let problems): return try show(call, problems.all)
        }
    }

    struct Problems: Error { let all: [PortalProblem] }

    /// Walks as the member that was chosen, by the redirect URI that was chosen or the first.
    static func begin(_ call: PortalCall) async throws -> Result<TryRun, Problems> {
        let place = try place(call)
        guard let member = place.member(call.input[.member]) else { return .failure(Problems(all: [.missing(.member)])) }
        let wanted = call.input.optional(.redirectURI) ?? place.application.redirectURIs.first ?? ""
        guard place.application.redirectURIs.contains(where: { $0.utf8.elementsEqual(wanted.utf8) }) else {
            return .failure(Problems(all: [.missing(.redirectURI)]))
        }
        let account = try call.account()
        guard try await call.store.count(Attempt(.tryWalk, subject: "account \(account.key.number)"), limit: walkLimit) else {
            return .failure(Problems(all: [.tooManyWalks]))
        }
        let run = try await place.desk.walk(as: member, redirectURI: wanted)
        try await call.store.record(
            AuditEntry(account, "try.walk", "application \(place.application.clientID)", detail: member.memberID), at: call.now)
        try await call.door.tryRuns.keep(run)
        return .success(run)
    }

    static func opened(_ call: PortalCall, _ id: String) throws(Refusal) -> (place: Place, run: TryRun) {
        let place = try place(call)
        guard let run = try call.door.tryRuns.run(id, of: place.application.key) else {
            throw Refusal(.notFound, "There is no such walk.")
        }
        return (place, run)
    }

    private static func showRun(_ call: PortalCall, _ run: TryRun, _ problems: [PortalProblem]) throws -> Response {
        let place = try place(call)
        let page = TryRunPage(
            frame: call.frame, root: "\(place.root)/try/\(run.id)", back: place.root + "/try", log: place.root + "/requests",
            member: run.memberName, steps: run.steps, problem: run.problem, token: run.token, endsAt: run.endsAt.instant,
            isOver: run.isOver, queries: run.access == nil ? nil : queries(run.patient), query: run.query, queryPath: run.queryPath,
            problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    // MARK: The console

    private static func queries(_ patient: String) -> [(path: String, words: String)] {
        [
            ("Patient/\(patient)", "The Patient"), ("Patient/\(patient)/$everything?_count=20", "The whole record, in pages"),
            ("Observation?category=vital-signs&_sort=-date&_count=5", "Vital signs, newest first"),
            ("Observation?category=laboratory&_sort=-date&_count=5", "Laboratory results, newest first"),
            ("Condition?clinical-status=active", "Problems"), ("MedicationRequest?status=active", "Medications"),
            ("AllergyIntolerance?patient=\(patient)", "Allergies"), ("Immunization?_sort=-date&_count=5", "Immunizations"),
            ("DocumentReference/$docref?patient=\(patient)", "Documents"),
            ("ExplanationOfBenefit?patient=\(patient)", "Claims, which are never shared"),
        ]
    }

    /// What may stand below the FHIR address: printable ASCII without what would end the line or leave the address.
    private static func isPath(_ text: String) -> Bool {
        (1...500).contains(text.utf8.count) && text.utf8.first != 0x2F && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x23 }
    }

    private static func query(_ call: PortalCall) async throws -> Response {
        let id = call.parameter("run")
        switch try await ask(call, id, path: call.input.optional(.path) ?? call.input[.query]) {
        case .failure(let problems): return try showRun(call, try opened(call, id).run, problems.all)
        case .success(let run): return Answer.seeOther("\(try place(call).root)/try/\(run.id)#answer")
        }
    }

    static func ask(_ call: PortalCall, _ id: String, path: String) async throws -> Result<TryRun, Problems> {
        let (place, run) = try live(call, id)
        guard isPath(path) else { return .failure(Problems(all: [.invalidPath])) }
        let asked = try await place.desk.query(path, run)
        try await call.door.tryRuns.keep(asked)
        return .success(asked)
    }

    private static func live(_ call: PortalCall, _ id: String) throws(Refusal) -> (place: Place, run: TryRun) {
        let found = try opened(call, id)
        guard found.run.access != nil, !found.run.isOver else { throw Refusal(.forbidden, "This walk has ended.") }
        return found
    }

    private static func end(_ call: PortalCall) async throws -> Response {
        let run = try await revoke(call, call.parameter("run"))
        return Answer.seeOther("\(try place(call).root)/try/\(run.id)")
    }

    static func revoke(_ call: PortalCall, _ id: String) async throws -> TryRun {
        let (place, run) = try live(call, id)
        let ended = try await place.desk.end(run)
        try await call.door.tryRuns.keep(ended)
        return ended
    }

    // MARK: Beginning anew

    private static func reset(_ call: PortalCall) async throws -> Response {
        guard let member = try await reset(call, call.input[.member]) else { return try show(call, [.missing(.member)]) }
        return Answer.seeOther("\(try place(call).root)/try?reset=\(PercentEncoding.encoded(member))")
    }

    /// The member ID; nil for someone who is no test member.
    static func reset(_ call: PortalCall, _ memberID: String) async throws -> String? {
        let place = try place(call)
        guard let member = place.member(memberID), let key = try place.key(member) else { return nil }
        try await call.store.reset(
            key, of: place.application.app, plan: place.plan.key,
            audit: AuditEntry(
                try call.account(), "member.reset", "application \(place.application.clientID)", detail: member.memberID), at: call.now)
        call.door.forgetAccess()
        return member.memberID
    }
}
