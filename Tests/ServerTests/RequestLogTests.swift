import Exchange
import FHIR
import Foundation
import Storage
import TestSupport
import Testing
import Trust

@testable import Server

@Suite("The request log of an app")
struct RequestLogTests {
    /// The app's requests as the JSON interface's own words: kind, method, route, status, error.
    private static func lines(_ site: RunningSite, _ app: TestApp, _ filter: RequestFilter = RequestFilter()) async throws -> [String] {
        try await site.site.requests?.flush(to: site.store, world: site.clock.world)
        let known = try #require(try site.store.application(clientID: app.clientID))
        return try site.store.requests(of: known.app, filter, limit: 500).requests.reversed().map {
            "\($0.kind.rawValue) \($0.method) \($0.route) \($0.status) \($0.error ?? "-")"
        }
    }

    @Test("Every kind of request appears with its exact error, the fast way to the FHIR API among them, and names itself to the client")
    func kinds() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, _) = try await site.verifiedApp()
            let fhir = site.demo.addresses.fhir
            let begun = try await site.get(site.authorize(app))
            #expect(begun.status == 303 && begun.header("X-Request-Id")?.utf8.count == 13)
            _ = try await site.get(site.authorize(app, [("scope", "nothing/known")]))
            _ = try await site.get(
                site.demo.addresses.authorize + "?client_id=\(app.clientID)&redirect_uri=https%3A%2F%2Felsewhere.example%2F")
            let tokens = try await site.tokens(app)
            let replay = try await site.exchange("p2pc_" + String(repeating: "A", count: 43), app)
            #expect(replay.status == 400)
            _ = try await site.post(
                site.demo.addresses.token,
                [("grant_type", "authorization_code"), ("code", "x"), ("client_id", app.clientID), ("client_secret", "wrong")])
            _ = try await site.post(site.demo.addresses.introspect, app.fields + [("token", tokens.access)])
            // The record is loaded the router's way; from then on the lane answers.
            for _ in 0..<3 { #expect(try await site.get("\(fhir)/Patient/\(tokens.patient)", tokens.bearer).status == 200) }
            let refused = try await site.get("\(fhir)/ExplanationOfBenefit?patient=\(tokens.patient)", tokens.bearer)
            #expect(refused.status == 403)
            _ = try await site.get("\(fhir)/Observation/somebody-elses", tokens.bearer)
            _ = try await site.get("\(fhir)/Observation?unknown=secret-value", tokens.bearer + [("Prefer", "handling=strict")])
            _ = try await site.post(site.demo.addresses.revoke, app.fields + [("token", tokens.refresh)])
            let after = try await site.get("\(fhir)/Patient", tokens.bearer)
            #expect(after.status == 401)

            let lines = try await Self.lines(site, app)
            #expect(
                lines == [
                    "authorize GET /oauth2/authorize/payer2payer 303 -",
                    "authorize GET /oauth2/authorize/payer2payer 303 invalid_scope",
                    "authorize GET /oauth2/authorize/payer2payer 400 invalid_request",
                    "token POST /oauth2/token 200 -",
                    "token POST /oauth2/token 400 invalid_grant",
                    "token POST /oauth2/token 401 invalid_client",
                    "introspect POST /oauth2/introspect 200 -",
                    "fhir GET /Patient/{id} 200 -",
                    "fhir GET /Patient/{id} 200 -",
                    "fhir GET /Patient/{id} 200 -",
                    "fhir GET /ExplanationOfBenefit 403 forbidden",
                    "fhir GET /Observation/{id} 404 not-found",
                    "fhir GET /Observation 400 not-supported",
                    "revoke POST /oauth2/revoke 200 -",
                    "fhir GET /Patient 401 login",
                ], "\(lines.joined(separator: "\n"))")

            let root = "/portal/applications/\(app.clientID)/requests"
            try await developer.open(root)
            #expect(developer.page.status == 200)
            #expect(developer.text.contains("ExplanationOfBenefit is not shared in this exchange."))
            #expect(developer.text.contains("redirect_uri must equal, byte for byte"))
            #expect(developer.text.contains(try #require(refused.header("X-Request-Id"))))
            for hidden in [tokens.access, tokens.refresh, tokens.patient, "somebody-elses"] { #expect(!developer.text.contains(hidden)) }
            try await developer.open(root + "?kind=fhir&status=4&id=\(try #require(after.header("X-Request-Id")))")
            #expect(developer.text.contains("unknown, expired or revoked") && !developer.text.contains("is not shared"))
            try await developer.open(root + "?to=2020-01-01")
            #expect(developer.text.contains("No request is like that"))
            try await developer.open(root + "?from=yesterday")
            #expect(developer.page.status == 422 && developer.text.contains("Write a day or a time"))
        }
    }

    @Test("Whoever sends a wrong secret in an app's name, or asks before it is verified, is seen by its developer")
    func claimed() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let app = try await developer.createApp()
            #expect(try await site.get(site.authorize(app)).status == 403)
            #expect(try await site.exchange("x", app).status == 401)
            #expect(
                try await Self.lines(site, app) == [
                    "authorize GET /oauth2/authorize/payer2payer 403 unauthorized_client", "token POST /oauth2/token 401 invalid_client",
                ])
        }
    }

    @Test("Another developer's app has no log, a real plan is not noted, and a page goes on where the one before ended")
    func others() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, _) = try await site.verifiedApp()
            let ben = PortalVisitor(site)
            try await ben.signUp("ben@prairie.example", name: "Ben Hill")
            try await ben.open("/portal/applications/\(app.clientID)/requests")
            #expect(ben.page.status == 404)
            let real = try await site.get(site.authorize(app, plan: site.other))
            #expect(real.status == 403 && real.header("X-Request-Id") == nil)
            for _ in 0..<60 { _ = try await site.get(site.authorize(app)) }
            try await developer.open("/portal/applications/\(app.clientID)/requests")
            #expect(developer.text.components(separatedBy: "/oauth2/authorize/payer2payer").count == 51)
            let older = try #require(developer.markup.links.first { $0.contains("before=") })
            try await developer.open(older)
            #expect(developer.text.components(separatedBy: "/oauth2/authorize/payer2payer").count == 11)
        }
    }

    @Test("What comes too fast is counted and not kept; what is older than seven days goes")
    func bounds() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let app = try await developer.createApp()
            for _ in 0..<305 { _ = try await site.get(site.authorize(app)) }
            #expect(try await Self.lines(site, app).count == 300)
            let known = try #require(try site.store.application(clientID: app.clientID))
            #expect(try site.store.droppedRequests(of: known.app, since: site.clock.now.adding(seconds: -3600)) == 5)
            try await developer.open("/portal/applications/\(app.clientID)/requests")
            #expect(developer.text.contains("5 requests came too fast"))
            try await site.store.tidy(at: site.clock.now.adding(seconds: 6 * 86_400))
            #expect(try await Self.lines(site, app).count == 300)
            try await site.store.tidy(at: site.clock.now.adding(seconds: 8 * 86_400))
            #expect(try await Self.lines(site, app).isEmpty)
        }
    }

    /// A store that is down.
    private struct Unreachable: RequestStore {
        private let refusal = Refusal(.unavailable, "The database is away.")
        func keep(_ gathered: GatheredRequests, at now: Timestamp) async throws(Refusal) { throw refusal }
        func requests(of app: Key<App>, _ filter: RequestFilter, limit: Int) throws(Refusal) -> RequestPage { throw refusal }
        func droppedRequests(of app: Key<App>, since: Timestamp) throws(Refusal) -> Int { throw refusal }
        func app(ofToken token: SecretHash, plan: Key<Plan>) throws(Refusal) -> Key<App>? { throw refusal }
    }

    /// A store that has begun to keep and ends when it may.
    private actor Slow: RequestStore {
        private(set) var kept: [String] = []
        private var hasBegun = false
        private var begun: CheckedContinuation<Void, Never>?, held: CheckedContinuation<Void, Never>?

        func keep(_ gathered: GatheredRequests, at now: Timestamp) async throws(Refusal) {
            if !hasBegun {
                hasBegun = true
                await withCheckedContinuation { continuation in
                    held = continuation
                    begun?.resume()
                }
            }
            kept += gathered.requests.map(\.id)
        }

        func untilBegun() async { if !hasBegun { await withCheckedContinuation { begun = $0 } } }
        func end() { held?.resume() }

        nonisolated func requests(of app: Key<App>, _ filter: RequestFilter, limit: Int) -> RequestPage {
            RequestPage(requests: [], next: nil)
        }
        nonisolated func droppedRequests(of app: Key<App>, since: Timestamp) -> Int { 0 }
        nonisolated func app(ofToken token: SecretHash, plan: Key<Plan>) -> Key<App>? { nil }
    }

    @Test("Whoever flushes has everything kept on return, also what another call is keeping")
    func together() async throws {
        let buffer = RequestBuffer(), store = Slow(), world = World.real
        buffer.add(Self.record("first", Key(1), at: world.now()), isProven: true)
        async let other: Void = buffer.flush(to: store, world: world)
        await store.untilBegun()
        buffer.add(Self.record("second", Key(1), at: world.now()), isProven: true)
        async let held: Void = {
            // Long enough that a call that does not wait is back before; nothing depends on it otherwise.
            try? await Task.sleep(for: .milliseconds(50))
            await store.end()
        }()
        try await buffer.flush(to: store, world: world)
        #expect(await store.kept == ["first", "second"])
        _ = try await (other, held)
    }

    private static func record(_ id: String, _ app: Key<App>, _ plan: Key<Plan> = Key(1), at: Timestamp) -> RequestRecord {
        RequestRecord(
            id: id, app: app, plan: plan, at: at, kind: .fhir, method: "GET", route: "/Patient", status: 200, microseconds: 1, error: nil,
            explanation: nil, isTried: false)
    }

    @Test("What could not be kept while the store was away is kept when it is back, in its order")
    func away() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, _, _) = try await site.verifiedApp()
            let key = try #require(try site.store.application(clientID: app.clientID)).app
            // The site's own is flushed by itself now and then.
            let buffer = RequestBuffer()
            for id in ["first", "second"] {
                buffer.add(Self.record(id, key, site.demo.key, at: site.clock.world.now()), isProven: true)
                await #expect(throws: Refusal.self) { try await buffer.flush(to: Unreachable(), world: site.clock.world) }
            }
            for _ in 0..<2 { try await buffer.flush(to: site.store, world: site.clock.world) }
            let kept = try site.store.requests(of: key, RequestFilter(), limit: 500).requests.map(\.id)
            #expect(kept.filter { ["first", "second"].contains($0) } == ["second", "first"])
        }
    }

    @Test("What has gathered twice stays within its capacity, and what does not is counted")
    func capacity() {
        func gathered(_ ids: [String], app: Int64, at second: Int64) -> GatheredRequests {
            let at = Timestamp(milliseconds: second * 1000)
            var gathered = GatheredRequests()
            gathered.requests = ids.map {
                RequestRecord(
                    id: $0, app: Key(app), plan: Key(1), at: at, kind: .fhir, method: "GET", route: "/Patient", status: 200,
                    microseconds: 1,
                    error: nil, explanation: nil, isTried: false)
            }
            gathered.dropped = [Key(app): 2]
            gathered.count("fhir", by: Key(7), plan: Key(1), at: at)
            return gathered
        }
        var first = gathered(["a", "b"], app: 1, at: 10)
        first.add(gathered(["c", "d", "e"], app: 2, at: 20), capacity: 3)
        #expect(first.requests.map(\.id) == ["a", "b", "c"])
        #expect(first.dropped == [Key(1): 2, Key(2): 4])
        let call = first.calls.values.first
        #expect(first.calls.count == 1 && call?.count == 2 && call?.first.seconds == 10 && call?.last.seconds == 20)
    }
}
