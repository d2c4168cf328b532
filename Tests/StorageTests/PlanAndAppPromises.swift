import Exchange
import FHIR
import Testing
import Trust

@Suite("A store's promises: plans and apps")
struct PlanAndAppPromises {
    @Test("A plan keeps its number, and takes its new name", arguments: Engine.allCases)
    func plans(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let demo = try await store.enrol(planID: "demo", name: "Demo")
            let other = try await store.enrol(planID: "other", name: "Other")
            #expect(demo != other)
            #expect(try await store.enrol(planID: "demo", name: "Demo Health Plan") == demo)
            #expect(try store.planKey("demo") == demo)
            #expect(try store.planKey("Demo") == nil)
            #expect(try store.planKey("") == nil)
        }
    }

    @Test("An app is known at the plans it was synced to and nowhere else", arguments: Engine.allCases)
    func synced(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let demo = try await store.enrol(planID: "demo", name: "Demo")
            let other = try await store.enrol(planID: "other", name: "Other")
            let made = try await store.addApp("client", plans: [demo])
            let app = try #require(try store.app(clientID: "client", plan: demo))
            #expect(app.key == made.key)
            #expect(app.name == "Other Plan")
            #expect(app.organization == "Other Health")
            #expect(app.kind == .confidential)
            #expect(app.redirectURIs == ["https://other.example/callback"])
            #expect(app.scope == .clinicalRead)
            #expect(app.syncedAt == today)
            #expect(try store.app(clientID: "client", plan: other) == nil)
            #expect(try store.app(clientID: "CLIENT", plan: demo) == nil)
            #expect(try store.app(clientID: "", plan: demo) == nil)
            #expect(try store.apps(plan: demo).map(\.clientID) == ["client"])
            #expect(try store.apps(plan: other).isEmpty)
        }
    }

    @Test("Registering a client id again changes the app and keeps its key", arguments: Engine.allCases)
    func again(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let first = try await store.addApp("client", plans: [plan])
            let registration = AppRegistration(
                name: "New", organization: nil, kind: .public,
                redirectURIs: try ["https://b.example/2", "https://a.example/1"].map { try RedirectURI($0, for: .sandbox) },
                scope: try ScopeSet(parsing: "patient/Observation.rs"), clientID: "client", secretHash: nil)
            let second = try await store.register(registration, plans: [plan], at: today.adding(seconds: 60))
            #expect(second.key == first.key)
            let app = try #require(try store.app(clientID: "client", plan: plan))
            #expect(app.name == "New")
            #expect(app.syncedAt == today)
            #expect(app.organization == nil)
            #expect(app.kind == .public)
            #expect(app.redirectURIs == ["https://b.example/2", "https://a.example/1"])
            #expect(app.scope.text == "patient/Observation.rs")
            #expect(app.hasRegistered("https://a.example/1"))
            #expect(!app.hasRegistered("https://a.example/1/"))
        }
    }

    @Test("A registration that cannot be kept leaves nothing behind", arguments: Engine.allCases)
    func wholeOrNothing(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let twice = try RedirectURI("https://a.example/1", for: .sandbox)
            await #expect(throws: Refusal.self) {
                _ = try await store.register(
                    AppRegistration(
                        name: "X", organization: nil, kind: .public, redirectURIs: [twice, twice], clientID: "broken", secretHash: nil),
                    plans: [plan], at: today)
            }
            #expect(try store.app(clientID: "broken", plan: plan) == nil)
            await #expect(throws: Refusal.self) { _ = try await store.addApp("nowhere", plans: [plan, Key(99)]) }
            #expect(try store.apps(plan: plan).isEmpty)
        }
    }

    @Test("A secret opens its own app only; a second one is live beside the first", arguments: Engine.allCases)
    func secrets(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let (one, two, foreign) = (Secret.make(.clientSecret).hash, Secret.make(.clientSecret).hash, Secret.make(.clientSecret).hash)
            let app = try await store.addApp("a", plans: [plan], secret: one)
            let other = try await store.addApp("b", plans: [plan], secret: foreign)
            #expect(try store.hasSecret(app.key, hash: one, at: today))
            #expect(try !store.hasSecret(app.key, hash: two, at: today))
            #expect(try !store.hasSecret(app.key, hash: foreign, at: today))
            #expect(try !store.hasSecret(other.key, hash: one, at: today))
            _ = try await store.addApp("a", plans: [plan], secret: two)
            #expect(try store.hasSecret(app.key, hash: one, at: today))
            #expect(try store.hasSecret(app.key, hash: two, at: today))
        }
    }
}
