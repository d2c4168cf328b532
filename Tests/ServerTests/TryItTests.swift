import Exchange
import FHIR
import Server
import Storage
import Synthetic
import TestSupport
import Testing
import Trust

@Suite("Trying the exchange from the portal")
struct TryItTests {
    @Test("One click walks the whole flow, shows both sides of it without a secret, and leaves a token of an hour that can be revoked")
    func walk() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, reviewer) = try await site.verifiedApp()
            let root = "/portal/applications/\(app.clientID)"
            try await developer.open(root + "/try")
            try await developer.submit("/try", ["member": site.member.memberID])
            #expect(developer.page.status == 200, "\(developer.text.suffix(600))")
            let text = developer.text
            #expect(!text.contains("The walk stopped"), "\(text)")
            for part in [
                "1. Authorize", "The member agrees", "Code for tokens", "Inspect the token", "Read the record", "code=p2pc_",
                "Works now (active)", "launch/patient", "\(app.clientID)", "&quot;resourceType&quot;: &quot;Bundle&quot;",
            ] { #expect(text.contains(part), "\(part)") }
            Self.expectNoSecret(in: text)
            #expect(text.utf8.count < 60_000, "\(text.utf8.count)")
            let run = developer.path

            // Each query is asked for real, and what is never shared is refused for real.
            try await developer.submit("/query", ["query": "ExplanationOfBenefit?patient=\(try Self.patient(in: text))"])
            #expect(developer.text.contains("is not shared in this exchange") && developer.text.contains("403 Forbidden"))
            try await developer.submit("/query", ["path": "Observation?_count=3"])
            #expect(developer.text.contains("200 OK") && developer.text.utf8.count < 60_000)
            try await developer.submit("/query", ["path": "Observation? bad"])
            #expect(developer.page.status == 422)

            // It is an ordinary permission of this app and member, but none that speaks for the app itself.
            let known = try #require(try site.store.application(clientID: app.clientID))
            let member = try #require(try site.store.members(memberID: site.member.memberID, plan: site.demo.key).first)
            #expect(try site.store.livePermissions(of: known.app, plan: site.demo.key, at: site.clock.now) == [member.key: 1])
            #expect(
                try site.store.livePermissions(of: known.app, plan: site.demo.key, at: site.clock.now.adding(seconds: 3601)).isEmpty)
            try await site.site.requests?.flush(to: site.store, world: site.clock.world)
            #expect(try site.store.calls(of: known.app, plans: [site.demo.key]).isEmpty)
            #expect(try site.store.secrets(of: known.app, at: site.clock.now).count == 1, "a lent secret is nobody's")
            try await developer.open(root + "/requests")
            #expect(developer.text.contains("Try it</span>") && developer.text.contains("ExplanationOfBenefit"))

            try await developer.open(run)
            try await developer.submit("/end")
            #expect(developer.text.contains("This walk has ended") && developer.text.contains(">No<"))
            #expect(try site.store.livePermissions(of: known.app, plan: site.demo.key, at: site.clock.now).isEmpty)
            #expect(!developer.markup.forms.contains { $0.action.hasSuffix("/query") })

            let ben = PortalVisitor(site)
            try await ben.signUp("ben@prairie.example", name: "Ben Hill")
            try await ben.open(run)
            #expect(ben.page.status == 404)
            try await reviewer.open("/review/audit")
            #expect(reviewer.text.contains("try.walk"))
        }
    }

    /// No secret of any kind stands whole in the page.
    private static func expectNoSecret(in text: String) {
        for kind in ["p2ps_", "p2pc_", "p2pa_", "p2pr_", "p2px_"] {
            var rest = text[...]
            while let found = rest.firstRange(of: kind) {
                let tail = rest[found.upperBound...]
                #expect(tail.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }.count < 12, "\(kind)")
                rest = tail
            }
        }
    }

    private static func patient(in text: String) throws -> String {
        let start = try #require(text.firstRange(of: "ExplanationOfBenefit?patient="))
        return String(text[start.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." })
    }

    @Test("It is closed before the sandbox knows the app, at a suspended app, and outside a sandbox")
    func closed() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let app = try await developer.createApp()
            try await developer.open("/portal/applications/\(app.clientID)/try")
            #expect(developer.page.status == 403)
        }
        try await RunningSite.with(isSandbox: false, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let app = try await developer.createApp()
            try await developer.open("/portal/applications/\(app.clientID)/try")
            #expect(developer.page.status == 403)
        }
    }

    @Test("A reset ends what this app has of the member, and nothing that another developer has")
    func reset() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, _) = try await site.verifiedApp()
            let mine = try await site.tokens(app)
            let second = try await site.tokens(app, member: site.second)
            let others = try await site.tokens()
            let patient = "\(site.demo.addresses.fhir)/Patient"
            for tokens in [mine, others, second] { #expect(try await site.get(patient, tokens.bearer).status == 200) }
            let root = "/portal/applications/\(app.clientID)/try"
            try await developer.open(root)
            try await developer.submit("/try", ["member": site.member.memberID])
            try await developer.open(root)
            try await developer.submit("/reset", ["member": site.member.memberID])
            #expect(developer.text.contains("as new to this application"))
            #expect(try await site.get(patient, mine.bearer).status == 401)
            #expect(try await site.refresh(mine.refresh, app).status == 400)
            #expect(try await site.get(patient, others.bearer).status == 200)
            #expect(try await site.get(patient, second.bearer).status == 200)
            let address = "\(site.member.memberID)@\(app.clientID).example"
            #expect(try site.store.account(email: address.lowercased(), plan: site.demo.key) == nil)
            // The journey of the other app's walk made this account, and it stays.
            #expect(try site.store.account(email: "someone@example.com", plan: site.demo.key) != nil)
        }
    }
}
