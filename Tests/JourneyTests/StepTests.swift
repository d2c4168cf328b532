import Exchange
import Storage
import Synthetic
import TestSupport
import Testing

/// Every page and form of a walk at every step: only the listed transitions happen.
struct StepTests {
    /// What a person may ask for; a form is filled in rightly.
    enum Move: String, CaseIterable {
        case start, account, signIn, email, code, consent
        case postAccount, postSignIn, postEmail, postCode, resend, allow, deny, cancel
    }

    struct Outcome: Equatable {
        let step: Authorization.Step
        let status: Int
        /// The end of `Location`, when that says what came of it.
        var leads: String?
    }

    /// What must come of each move; anything not listed changes nothing.
    private static func expected(_ step: Authorization.Step, _ move: Move) -> Outcome {
        func stays(_ status: Int, _ leads: String? = nil) -> Outcome { Outcome(step: step, status: status, leads: leads) }
        if step == .finished { return stays(410) }
        switch (move, step) {
        case (.start, _), (.account, _), (.signIn, _): return stays(200)
        case (.email, .matched), (.email, .codeSent): return stays(200)
        case (.code, .codeSent), (.consent, .verified): return stays(200)
        case (.email, _), (.code, _), (.consent, _): return stays(303, "start")
        case (.postAccount, _): return Outcome(step: .matched, status: 303, leads: "/email")
        case (.postSignIn, _): return Outcome(step: .codeSent, status: 303, leads: "/code")
        case (.postEmail, .matched), (.postEmail, .codeSent): return Outcome(step: .codeSent, status: 303, leads: "/code")
        case (.postCode, .codeSent): return Outcome(step: .verified, status: 303, leads: "/consent")
        case (.resend, .codeSent): return Outcome(step: .codeSent, status: 303, leads: "/code")
        case (.allow, .verified): return Outcome(step: .finished, status: 303, leads: "code=")
        case (.deny, .verified), (.cancel, _): return Outcome(step: .finished, status: 303, leads: "error=access_denied")
        case (.postEmail, _), (.postCode, _), (.resend, _), (.allow, _), (.deny, _): return stays(303, "start")
        }
    }

    @Test(arguments: Authorization.Step.allCases)
    func `only the listed transitions happen`(from step: Authorization.Step) async throws {
        try await RunningSite.with { site in
            for move in Move.allCases {
                let walk = try await Walk(site, at: site.authorize(site.apps.payer, [("state", "s")]))
                let (token, email) = (walk.formToken ?? "", "\(move.rawValue.lowercased())@example.com")
                try await bring(walk, to: step, email)
                #expect(try await self.step(of: walk) == step)
                let code = step == .codeSent ? try site.mailedCode(to: email) : "123456"
                site.clock.advance(seconds: 30)
                let answer = try await make(move, walk, token, email, code)
                let wanted = Self.expected(step, move)
                #expect(answer.status == wanted.status, "\(step) \(move): \(answer.status)")
                #expect(try await self.step(of: walk) == wanted.step, "\(step) \(move)")
                if let leads = wanted.leads {
                    let location = answer.header("Location") ?? "none"
                    #expect(leads == "start" ? location == walk.root : location.contains(leads), "\(step) \(move): \(location)")
                }
                if wanted.step != .finished || step == .finished { #expect(answer.locationParameter("code") == nil) }
            }
            #expect(try site.grantRows().count == (step == .finished ? Move.allCases.count : step == .verified ? 1 : 0))
        }
    }

    private func step(of walk: Walk) async throws -> Authorization.Step? {
        try walk.site.store.authorization(walk.id, plan: walk.site.demo.key)?.step
    }

    private func bring(_ walk: Walk, to step: Authorization.Step, _ email: String) async throws {
        guard step != .started else { return }
        try await walk.follow("/account")
        try await walk.submit("/account", Walk.details(walk.site.member))
        guard step != .matched else { return }
        try await walk.submit("/email", ["email": email])
        guard step != .codeSent else { return }
        try await walk.submit("/code", ["code": try walk.site.mailedCode(to: email)])
        guard step != .verified else { return }
        _ = try await walk.allow()
    }

    private func make(_ move: Move, _ walk: Walk, _ token: String, _ email: String, _ code: String) async throws -> WebAnswer {
        func get(_ page: String) async throws -> WebAnswer { try await walk.site.get(walk.root + page, walk.cookieHeader) }
        func post(_ page: String, _ fields: [(String, String)]) async throws -> WebAnswer {
            try await walk.site.post(walk.root + page, [("form_token", token)] + fields, walk.cookieHeader)
        }
        switch move {
        case .start: return try await get("")
        case .account: return try await get("/account")
        case .signIn: return try await get("/sign-in")
        case .email: return try await get("/email")
        case .code: return try await get("/code")
        case .consent: return try await get("/consent")
        case .postAccount: return try await post("/account", Walk.details(walk.site.member).map { ($0.key, $0.value) })
        case .postSignIn: return try await post("/sign-in", [("email", email)])
        case .postEmail: return try await post("/email", [("email", email)])
        case .postCode: return try await post("/code", [("code", code)])
        case .resend: return try await post("/code/resend", [])
        case .allow: return try await post("/consent", [("decider", "member"), ("decision", "allow")])
        case .deny: return try await post("/consent", [("decider", "member"), ("decision", "deny")])
        case .cancel: return try await post("/cancel", [])
        }
    }

    @Test func `a code works for ten minutes, five tries, and only the newest`() async throws {
        try await RunningSite.with { site in
            let email = "times@example.com"
            let walk = try await Walk(site, at: site.authorize(site.apps.payer))
            try await bring(walk, to: .codeSent, email)
            let first = try site.mailedCode(to: email)
            try await walk.submit("/code/resend")
            #expect(walk.page.status == 422, "too soon")
            site.clock.advance(seconds: 21)
            try await walk.open(walk.root + "/code")
            try await walk.submit("/code/resend")
            try walk.expect("code")
            let second = try site.mailedCode(to: email)
            if first != second {
                try await walk.submit("/code", ["code": first])
                #expect(walk.page.status == 422, "an older code is dead")
            }
            site.clock.advance(seconds: 600)
            try await walk.submit("/code", ["code": second])
            #expect(walk.page.status == 422 && walk.page.text.contains("too old"))
            try await walk.submit("/code/resend")
            try walk.expect("code")
            try await walk.submit(
                "/code", ["code": " \(try site.mailedCode(to: email).prefix(3)) \(try site.mailedCode(to: email).suffix(3)) "])
            try walk.expect("consent")
        }
    }

    @Test func `a walk ends after half an hour`() async throws {
        try await RunningSite.with { site in
            for step in Authorization.Step.allCases where step != .finished {
                let walk = try await Walk(site, at: site.authorize(site.apps.payer))
                let token = walk.formToken ?? ""
                try await bring(walk, to: step, "slow@example.com")
                site.clock.advance(seconds: 1800)
                for page in ["", "/consent"] { #expect(try await site.get(walk.root + page, walk.cookieHeader).status == 410) }
                let late = try await site.post(
                    walk.root + "/consent", [("form_token", token), ("decider", "member"), ("decision", "allow")], walk.cookieHeader)
                #expect(late.status == 410 && late.header("Location") == nil)
            }
            #expect(try site.grantRows().isEmpty)
        }
    }
}
