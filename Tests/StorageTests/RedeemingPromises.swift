import Exchange
import FHIR
import Testing
import Trust

@Suite("A store's promises: codes and tokens")
struct RedeemingPromises {
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    @Test("A code gives a token that opens the member's compartment", arguments: Engine.allCases)
    func redeemed(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let tokens = Scene.newTokens()
            let result = try await store.redeem(
                code: try await scene.code(), app: scene.app.key, plan: scene.plan, redirectURI: "https://other.example/callback",
                verifier: nil,
                tokens: tokens, at: today)
            guard case .issued(let grant, let scope) = result else {
                Issue.record("Nothing was issued: \(result)")
                return
            }
            #expect(scope == .clinicalRead)
            #expect(grant.compartment == scene.compartment)
            let access = try #require(try store.access(tokens.access, plan: scene.plan, at: today))
            #expect(access.grant == grant.key)
            #expect(access.app == scene.app.key)
            #expect(access.clientID == "client")
            #expect(access.compartment == scene.compartment)
            #expect(access.scope == ScopeSet.clinicalRead.text)
            #expect(access.issuedAt == today)
            #expect(access.expiresAt == tokens.accessExpiresAt)
            let refresh = try #require(try store.refreshGrant(tokens.refresh, plan: scene.plan, at: today))
            #expect(refresh.grant == grant.key)
            #expect(refresh.expiresAt == today.adding(seconds: 90 * 86_400))
            // A token of one kind is none of the other.
            #expect(try store.access(tokens.refresh, plan: scene.plan, at: today) == nil)
            #expect(try store.refreshGrant(tokens.access, plan: scene.plan, at: today) == nil)
        }
    }

    @Test("Of a hundred tries with one code exactly one is issued, and the others take it back", arguments: Engine.allCases)
    func hundredTries(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let code = try await scene.code()
            let all = (0..<100).map { _ in Scene.newTokens() }
            let endings = try await withThrowingTaskGroup(of: Scene.Ending.self) { group in
                for tokens in all { group.addTask { try await scene.redeem(code, tokens: tokens) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(endings.filter { $0 == .issued }.count == 1)
            #expect(endings.filter { $0 == .replayed }.count == 99)
            #expect(try all.filter { try scene.isLive($0.access) }.isEmpty)
            #expect(try all.filter { try store.refreshGrant($0.refresh, plan: scene.plan, at: today) != nil }.isEmpty)
            for tokens in all { #expect(try await scene.refresh(tokens.refresh) == .refused) }
        }
    }

    @Test("A code is refused to the wrong one and then still works for the right one", arguments: Engine.allCases)
    func refused(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try await store.enrol(planID: "other", name: "Other")
            let stranger = try await store.addApp("stranger", plans: [scene.plan, other])
            let code = try await scene.code(challenge: PKCE.Challenge(stored: PKCE.challenge(for: Self.verifier)))
            #expect(try await scene.redeem(code, app: stranger.key, verifier: Self.verifier) == .refused)
            #expect(try await scene.redeem(code, plan: other, verifier: Self.verifier) == .refused)
            #expect(try await scene.redeem(code, redirectURI: "https://other.example/callback/", verifier: Self.verifier) == .refused)
            #expect(try await scene.redeem(code) == .refused)
            #expect(try await scene.redeem(code, verifier: String(Self.verifier.reversed())) == .refused)
            #expect(try await scene.redeem(Secret.make(.authorizationCode).hash, verifier: Self.verifier) == .refused)
            #expect(try await scene.redeem(code, verifier: Self.verifier, at: today.adding(seconds: 300)) == .refused)
            #expect(
                try await scene.redeem(code, verifier: Self.verifier, at: Timestamp(milliseconds: today.milliseconds + 299_999)) == .issued)
        }
    }

    @Test("A stranger who presents a used code takes nothing back", arguments: Engine.allCases)
    func strangersReplay(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let stranger = try await store.addApp("stranger", plans: [scene.plan])
            let code = try await scene.code()
            let tokens = Scene.newTokens()
            #expect(try await scene.redeem(code, tokens: tokens) == .issued)
            #expect(try await scene.redeem(code, app: stranger.key) == .refused)
            #expect(try scene.isLive(tokens.access))
            #expect(try await scene.redeem(code) == .replayed)
            #expect(try !scene.isLive(tokens.access))
        }
    }

    @Test("A refresh token turns into new ones; used again it ends the grant", arguments: Engine.allCases)
    func rotation(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let first = try await scene.tokens()
            let second = Scene.newTokens()
            #expect(try await scene.refresh(first.refresh, tokens: second) == .issued)
            #expect(try scene.isLive(second.access))
            #expect(try store.refreshGrant(first.refresh, plan: scene.plan, at: today) == nil)
            let third = Scene.newTokens()
            #expect(try await scene.refresh(second.refresh, tokens: third) == .issued)
            #expect(try await scene.refresh(first.refresh) == .replayed)
            for tokens in [first, second, third] { #expect(try !scene.isLive(tokens.access)) }
            #expect(try await scene.refresh(third.refresh) == .refused)
        }
    }

    @Test("Of twenty refreshes at the same time one is issued, and the grant is ended", arguments: Engine.allCases)
    func concurrentRefresh(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let first = try await scene.tokens()
            let all = (0..<20).map { _ in Scene.newTokens() }
            let endings = try await withThrowingTaskGroup(of: Scene.Ending.self) { group in
                for tokens in all { group.addTask { try await scene.refresh(first.refresh, tokens: tokens) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(endings.filter { $0 == .issued }.count == 1)
            #expect(!endings.contains(.refused) || endings.contains(.replayed))
            #expect(try all.filter { try scene.isLive($0.access) }.isEmpty)
        }
    }

    @Test(
        "A refresh may narrow its access token, never widen it, and the refresh token keeps the grant's scope", arguments: Engine.allCases)
    func narrowed(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let first = try await scene.tokens()
            let narrow = try ScopeSet(parsing: "patient/Observation.rs")
            #expect(try await scene.refresh(first.refresh, scope: try ScopeSet(parsing: "user/*.read")) == .refused)
            let second = Scene.newTokens()
            #expect(try await scene.refresh(first.refresh, scope: narrow, tokens: second) == .issued)
            #expect(try store.access(second.access, plan: scene.plan, at: today)?.scope == "patient/Observation.rs")
            let third = Scene.newTokens()
            #expect(try await scene.refresh(second.refresh, tokens: third) == .issued)
            #expect(try store.access(third.access, plan: scene.plan, at: today)?.scope == ScopeSet.clinicalRead.text)
        }
    }

    @Test("A refresh token is refused to another app and another plan, and is not used up by it", arguments: Engine.allCases)
    func foreignRefresh(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try await store.enrol(planID: "other", name: "Other")
            let stranger = try await store.addApp("stranger", plans: [scene.plan, other])
            let tokens = try await scene.tokens()
            #expect(try await scene.refresh(tokens.refresh, app: stranger.key) == .refused)
            #expect(try await scene.refresh(tokens.refresh, plan: other) == .refused)
            #expect(try await scene.refresh(tokens.access) == .refused)
            #expect(try await scene.refresh(tokens.refresh) == .issued)
        }
    }

    @Test("Tokens end at their exact time, and a token never outlives its grant", arguments: Engine.allCases)
    func expiry(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let tokens = try await scene.tokens(days: 2)
            #expect(try scene.isLive(tokens.access, at: Timestamp(milliseconds: today.milliseconds + 3_599_999)))
            #expect(try !scene.isLive(tokens.access, at: Timestamp(milliseconds: today.milliseconds + 3_600_000)))
            let end = today.adding(seconds: 2 * 86_400)
            let justBefore = Timestamp(milliseconds: end.milliseconds - 1)
            #expect(try store.refreshGrant(tokens.refresh, plan: scene.plan, at: justBefore) != nil)
            #expect(try store.refreshGrant(tokens.refresh, plan: scene.plan, at: end) == nil)
            #expect(try await scene.refresh(tokens.refresh, at: end) == .refused)
            let last = Scene.newTokens(from: justBefore)
            #expect(try await scene.refresh(tokens.refresh, tokens: last, at: justBefore) == .issued)
            #expect(try store.access(last.access, plan: scene.plan, at: justBefore)?.expiresAt == end)
            #expect(try !scene.isLive(last.access, at: end))
        }
    }

    @Test("A token opens nothing at another plan", arguments: Engine.allCases)
    func wrongPlan(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try await store.enrol(planID: "other", name: "Other")
            _ = try await store.addApp(plans: [scene.plan, other])
            let tokens = try await scene.tokens()
            #expect(try scene.isLive(tokens.access))
            #expect(try store.access(tokens.access, plan: other, at: today) == nil)
            #expect(try store.refreshGrant(tokens.refresh, plan: other, at: today) == nil)
            #expect(try store.access(Secret.make(.accessToken).hash, plan: scene.plan, at: today) == nil)
        }
    }

    @Test("Revoking an access token ends it alone; revoking a refresh token ends all", arguments: Engine.allCases)
    func revoked(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let stranger = try await store.addApp("stranger", plans: [scene.plan])
            let other = try await store.enrol(planID: "other", name: "Other")
            let tokens = try await scene.tokens()
            let second = try await scene.tokens(walk: "walk-2")
            func revoke(_ hash: SecretHash, app: Key<App>? = nil, plan: Key<Plan>? = nil) async throws {
                try await store.revoke(
                    accessToken: hash, refreshToken: hash, app: app ?? scene.app.key, plan: plan ?? scene.plan, at: today)
            }
            try await revoke(tokens.access, app: stranger.key)
            try await revoke(tokens.refresh, app: stranger.key)
            try await revoke(tokens.access, plan: other)
            try await revoke(tokens.refresh, plan: other)
            try await revoke(Secret.make(.accessToken).hash)
            #expect(try scene.isLive(tokens.access))
            try await revoke(tokens.access)
            #expect(try !scene.isLive(tokens.access))
            let third = Scene.newTokens()
            #expect(try await scene.refresh(tokens.refresh, tokens: third) == .issued)
            #expect(try scene.isLive(third.access))
            try await revoke(third.refresh)
            #expect(try !scene.isLive(third.access))
            #expect(try await scene.refresh(third.refresh) == .refused)
            // The member's other grant is another matter.
            #expect(try scene.isLive(second.access))
        }
    }

    @Test("A refresh token that was used before still names its grant when it is revoked", arguments: Engine.allCases)
    func revokedRefreshToken(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let tokens = try await scene.tokens()
            let rotated = Scene.newTokens()
            #expect(try await scene.refresh(tokens.refresh, tokens: rotated) == .issued)
            try await store.revoke(
                accessToken: tokens.refresh, refreshToken: tokens.refresh, app: scene.app.key, plan: scene.plan, at: today)
            #expect(try !scene.isLive(rotated.access))
        }
    }

    @Test("A plan lists what a member allowed, newest first, and ends it once", arguments: Engine.allCases)
    func grants(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let member = scene.compartment.member
            let other = try await store.enrol(planID: "other", name: "Other")
            #expect(try store.grants(of: member, plan: scene.plan).isEmpty)
            let tokens = try await scene.tokens()
            let walk = try scene.walk("walk-2")
            let decider = Grant.Decider.representative(name: "Ana Lee", relationship: .powerOfAttorney)
            let unused = Secret.make(.authorizationCode).hash
            try await store.begin(walk, at: today)
            #expect(try await store.finish(walk, with: scene.newGrant(unused, days: 1, decider: decider), at: today.adding(seconds: 5)))
            let grants = try store.grants(of: member, plan: scene.plan)
            #expect(grants.map(\.decider) == [decider, .member])
            #expect(grants.map(\.createdAt) == [today.adding(seconds: 5), today])
            #expect(grants.map(\.expiresAt) == [today.adding(seconds: 86_400), today.adding(seconds: 90 * 86_400)])
            #expect(grants.allSatisfy { $0.appName == "Other Plan" && $0.revokedAt == nil })
            #expect(try store.grants(of: member, plan: other).isEmpty)
            #expect(try store.grants(of: Key(99), plan: scene.plan).isEmpty)

            let (second, first) = (try #require(grants.first?.key), try #require(grants.last?.key))
            #expect(try await !store.revoke(grant: first, plan: other, at: today))
            #expect(try await !store.revoke(grant: Key(99), plan: scene.plan, at: today))
            #expect(try scene.isLive(tokens.access))
            #expect(try await store.revoke(grant: first, plan: scene.plan, at: today.adding(seconds: 9)))
            #expect(try await !store.revoke(grant: first, plan: scene.plan, at: today.adding(seconds: 10)))
            #expect(try store.grants(of: member, plan: scene.plan).map(\.revokedAt) == [nil, today.adding(seconds: 9)])
            #expect(try !scene.isLive(tokens.access))
            #expect(try await scene.refresh(tokens.refresh) == .refused)
            // A code whose permission was taken back before it was presented gives nothing.
            #expect(try await store.revoke(grant: second, plan: scene.plan, at: today))
            #expect(try await scene.redeem(unused) == .refused)
        }
    }
}
