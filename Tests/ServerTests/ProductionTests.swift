import Exchange
import FHIR
import Foundation
import Storage
import TestSupport
import Testing
import Trust

@Suite("Production access")
struct ProductionTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Array(repeating: 7, count: 5000)
    private static let web = "https://app.lakeside.example/callback"

    @Test("A verified developer shows their app, and on approval it is at every real plan, with the directory open")
    func wholeRoad() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, reviewer) = try await site.verifiedApp(redirectURIs: Self.web)
            let root = "/portal/applications/\(app.clientID)/production"
            try await developer.open("/portal/directory")
            #expect(developer.text.contains("Not open yet"))
            try await developer.open("/portal/directory.json")
            #expect(developer.page.status == 403)

            // What the app does at the sandbox is seen by itself.
            let tokens = try await site.tokens(app)
            _ = try await site.get(site.authorize(app))
            #expect(try await site.get("\(site.demo.addresses.fhir)/Patient", tokens.bearer).status == 200)
            try await developer.open(root)
            #expect(developer.text.contains("A code was exchanged for a token") && developer.text.contains("search Patient"))

            try await developer.submit("/submit", ["note": "The whole flow."])
            #expect(developer.page.status == 422 && developer.text.contains("Add at least one picture"))
            try await developer.upload("/evidence", "screen 1.png", Self.png)
            #expect(developer.page.status == 200 && developer.text.contains("screen 1.png"))
            try await developer.submit("/submit", ["note": "The whole flow."])
            #expect(developer.text.contains("In review"))
            // What is judged stays as it is.
            try await developer.open("/portal/applications/\(app.clientID)/edit")
            #expect(developer.page.status == 403)

            try await reviewer.openCase("")
            #expect(reviewer.path.hasPrefix("/review/productions/") && reviewer.text.contains("Records were read"))
            let link = try #require(reviewer.markup.links.first { $0.hasPrefix("/evidence/") })
            // Without any cookie, as an attachment.
            let file = try await site.get(link)
            #expect(file.status == 200 && file.body == Self.png)
            #expect(file.header("Content-Type") == "image/png" && file.header("X-Content-Type-Options") == "nosniff")
            #expect(file.header("Content-Disposition")?.hasPrefix("attachment;") == true)
            #expect(file.header("Content-Security-Policy") == "sandbox; default-src 'none'")
            #expect(try await site.get(String(link.dropLast()) + (link.hasSuffix("0") ? "1" : "0")).status == 404)

            try await reviewer.submit(reviewer.path, ["decision": "ask", "message": "Which app is this?"])
            try await developer.open(root)
            try await developer.submit("/answer", ["message": "Ours."])
            try await reviewer.openCase("")
            try await reviewer.submit(reviewer.path, ["decision": "approve"])
            try await site.syncEnds(app, plan: site.other)
            let page = try await site.get(site.authorize(app, plan: site.other))
            #expect(page.status == 303, "the real plan knows the app")

            try await developer.open("/portal/directory")
            #expect(
                developer.text.contains("https://auth.example.com/oauth2/authorize/payer2payer")
                    && !developer.text.contains("Demo Health Plan"))
            try await developer.open("/portal/directory.json")
            #expect(developer.page.object["plans"] != nil)
            try await developer.open("/portal/directory.csv")
            #expect(developer.text.hasPrefix("id,name,authorize,token,fhir\r\n\"other\","))
            try await developer.open("/portal/directory.fhir.json")
            #expect(developer.page.string("resourceType") == "Bundle" && developer.text.contains("hl7-fhir-rest"))
            site.clock.advance(seconds: 16 * 60)
            #expect(try await site.get(link).status == 404, "the link has run out")
        }
    }

    @Test("A file is judged by its content and its size; what is refused leaves nothing behind")
    func files() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, _) = try await site.verifiedApp(redirectURIs: Self.web)
            let root = "/portal/applications/\(app.clientID)/production"
            try await developer.open(root)
            for (name, bytes) in [
                ("page.png", Array("<!DOCTYPE html><script>alert(1)</script>".utf8)), ("x.svg", Array("<svg onload=alert(1)>".utf8)),
                ("empty.png", []),
            ] {
                try await developer.upload("/evidence", name, bytes)
                #expect(developer.page.status == 422, "\(name)")
            }
            try await developer.upload("/evidence", "large.png", Self.png + [UInt8](repeating: 1, count: 10 << 20))
            #expect(developer.page.status == 422 && developer.text.contains("too large"))
            #expect(try Self.files(site).isEmpty)
            // A recording may be larger than a picture.
            let mp4 = [0, 0, 0, 0x20] + Array("ftypisom".utf8) + [UInt8](repeating: 9, count: 12 << 20)
            try await developer.upload("/evidence", #"a"><script>.mp4"#, mp4)
            #expect(developer.page.status == 200 && !developer.text.contains("<script>."))
            #expect(try Self.files(site).count == 1)
            try await developer.submit("/remove")
            #expect(try Self.files(site).isEmpty)
        }
    }

    @Test("Not a byte of a file is kept without the form's token, and none of a stranger's")
    func uploadToken() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, reviewer) = try await site.verifiedApp(redirectURIs: Self.web)
            let address = "/portal/applications/\(app.clientID)/production/evidence"
            try await developer.sendFile(address, token: "wrong", name: "x.png", bytes: Self.png)
            #expect(developer.page.status == 409)
            for visitor in [PortalVisitor(site), reviewer] {
                try await visitor.sendFile(address, token: "wrong", name: "x.png", bytes: Self.png)
                #expect(visitor.path.hasPrefix("/portal/sign-in"))
            }
            #expect(try Self.files(site).isEmpty)
        }
    }

    private static func files(_ site: RunningSite) throws -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: site.folder + "/evidence")) ?? []
    }

    @Test("localhost is refused for production when it is asked for, and again when it is synced")
    func localhost() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, _) = try await site.verifiedApp(redirectURIs: TestApps.loopback)
            try await developer.open("/portal/applications/\(app.clientID)/production")
            try await developer.upload("/evidence", "a.png", Self.png)
            try await developer.submit("/submit")
            #expect(developer.page.status == 422 && developer.text.contains("work only in the sandbox"))
            // As if it had been let through.
            let known = try #require(try site.store.application(clientID: app.clientID))
            let request = try #require(try site.store.production(of: known.key))
            var approved = request
            approved.state = .approved
            _ = try await site.store.keep(
                approved, evidence: .none, entry: CaseEntry(role: .reviewer, name: "R", action: "approve", text: "", at: site.clock.now),
                mails: [],
                syncing: [site.other.key], audit: AuditEntry(.system("test"), "x", "y"), at: site.clock.now)
            try await site.syncEnds(app, plan: site.other)
            let sync = try #require(try site.store.syncs(of: known.key).first { $0.plan == site.other.key })
            #expect(sync.state == .failed && sync.problem?.contains("work only in the sandbox") == true)
            #expect(try site.store.app(clientID: app.clientID, plan: site.other.key) == nil)
        }
    }

    @Test("Other redirect URIs of an approved app are live once a reviewer agrees, at every plan, and not before")
    func redirects() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, reviewer) = try await site.verifiedApp(redirectURIs: Self.web)
            let root = "/portal/applications/\(app.clientID)"
            try await developer.open(root + "/redirects")
            #expect(developer.page.status == 403, "what is not approved is changed at once")
            try await developer.open(root + "/production")
            try await developer.upload("/evidence", "a.png", Self.png)
            try await developer.submit("/submit")
            try await reviewer.openCase("")
            try await reviewer.submit(reviewer.path, ["decision": "approve"])
            try await site.syncEnds(app, plan: site.other)

            try await developer.open(root + "/redirects")
            try await developer.submit("/redirects", ["redirect_uris": "http://localhost/cb, https://new.lakeside.example/cb"])
            #expect(
                developer.page.status == 422 && developer.text.contains("Fill in “Why”") && developer.text.contains("http://localhost/cb"))
            let new = "https://new.lakeside.example/cb"
            try await developer.submit("/redirects", ["redirect_uris": "\(new)\n\(Self.web)", "reason": "A second server <b>soon</b>."])
            #expect(developer.text.contains("Waiting for a reviewer") && developer.text.contains(new))
            func asks(_ uri: String, at plan: Plan) async throws -> Int {
                try await site.get(site.authorize(TestApp(clientID: app.clientID, secret: nil, redirectURI: uri), plan: plan)).status
            }
            for plan in [site.demo, site.other] {
                #expect(try await asks(new, at: plan) == 400)
                #expect(try await asks(Self.web, at: plan) == 303)
            }

            try await reviewer.open("/review")
            let link = try #require(reviewer.markup.links.first { $0.hasPrefix("/review/redirects/") })
            try await reviewer.open(link)
            #expect(reviewer.text.contains("A second server &lt;b&gt;soon") && reviewer.text.contains("Stays"))
            try await reviewer.submit(link, ["decision": "refuse"])
            #expect(reviewer.page.status == 422, "a refusal says why")
            try await reviewer.submit(link, ["decision": "refuse", "message": "Whose server is it?"])
            #expect(try await asks(new, at: site.other) == 400)
            #expect(try site.store.mails(to: "ana@lakeside.example", limit: 1).first?.mail.text.contains("Whose server is it?") == true)

            // Asked again and withdrawn, and asked once more and approved.
            try await developer.open(root + "/redirects")
            try await developer.submit("/redirects", ["redirect_uris": new, "reason": "Ours."])
            try await developer.submit("/withdraw")
            try await developer.submit("/redirects", ["redirect_uris": new, "reason": "Ours, as the sponsor says."])
            try await reviewer.open("/review")
            let last = try #require(reviewer.markup.links.first { $0.hasPrefix("/review/redirects/") })
            try await reviewer.open(last)
            try await reviewer.submit(last, ["decision": "approve"])
            try await site.syncEnds(app, plan: site.other)
            for plan in [site.demo, site.other] {
                #expect(try await asks(new, at: plan) == 303)
                #expect(try await asks(Self.web, at: plan) == 400)
            }
            try await developer.open(root)
            #expect(developer.text.contains("approved the new redirect URIs"))
        }
    }

    @Test("What could not be synced is tried again by itself and when its developer asks")
    func retries() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, _) = try await site.verifiedApp()
            let known = try #require(try site.store.application(clientID: app.clientID))
            // As if it had been let through to a real plan, which takes no localhost.
            try await site.store.beginProduction(of: known.key, audit: AuditEntry(.system("test"), "x", "y"), at: site.clock.now)
            var approved = try #require(try site.store.production(of: known.key))
            approved.state = .approved
            _ = try await site.store.keep(
                approved, evidence: .none, entry: CaseEntry(role: .reviewer, name: "R", action: "approve", text: "", at: site.clock.now),
                mails: [], syncing: [site.other.key], audit: AuditEntry(.system("test"), "x", "y"), at: site.clock.now)
            try await site.syncEnds(app, plan: site.other)
            func sync() throws -> PlanSync { try #require(try site.store.syncs(of: known.key).first { $0.plan == site.other.key }) }
            let first = try #require(try sync().retriesAt)
            #expect(first > site.clock.now)
            try await developer.open("/portal/applications/\(app.clientID)")
            #expect(developer.text.contains("Tried again"))
            // The cause goes away; by itself nothing happens before its time.
            _ = try await site.register(app.clientID, redirectURI: "https://app.lakeside.example/cb")
            try await developer.submit("/sync")
            for _ in 0..<9000 where try sync().state != .synced { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try sync().state == .synced)
            #expect(try site.store.app(clientID: app.clientID, plan: site.other.key) != nil)
        }
    }

    @Test("A plan's operator keeps an app out of their own plan at once, and only there")
    func blocking() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, _, _) = try await site.verifiedApp()
            let tokens = try await site.tokens(app)
            let kim = try await site.planSide(.planOperator, plan: site.demo)
            let stranger = try await site.planSide(.planOperator, plan: site.other)
            let address = "/review/applications/\(app.clientID)"
            try await stranger.open(address)
            #expect(stranger.page.status == 404, "another plan's operator does not see it")
            try await kim.open(address)
            try await kim.submit(address, ["decision": "block", "message": "Not with us."])
            #expect(kim.page.status == 200 && kim.text.contains("Blocked by the plan: Not with us."))
            #expect(try await site.get("\(site.demo.addresses.fhir)/Patient", tokens.bearer).status == 401)
            #expect(try await site.get(site.authorize(app)).text.contains("has blocked the application"))
            try await kim.submit(address, ["decision": "unblock", "message": "Settled."])
            try await site.syncEnds(app, plan: site.demo)
            #expect(try await site.get("\(site.demo.addresses.fhir)/Patient", tokens.bearer).status == 200)
        }
    }

    @Test("What one plan's operator says of an application the developer and the reviewer read, and no other plan's operator")
    func words() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, reviewer) = try await site.approvedApp(redirectURIs: Self.web, evidence: Self.png)
            let root = "/portal/applications/\(app.clientID)"
            let operators = [
                (try await site.planSide(.planOperator, plan: site.demo), "Because of the demo."),
                (try await site.planSide(.planOperator, plan: site.other), "Because of the other."),
            ]
            let address = "/review/applications/\(app.clientID)"
            for (visitor, reason) in operators {
                try await visitor.open(address)
                try await visitor.submit(address, ["decision": "block", "message": reason])
            }
            for (visitor, reason) in operators {
                try await visitor.open(address)
                for (_, known) in operators { #expect(visitor.text.contains(known) == (known == reason)) }
            }
            try await reviewer.open(address)
            try await developer.open(root)
            for visitor in [reviewer, developer] {
                for (_, known) in operators { #expect(visitor.text.contains(known)) }
                #expect(visitor.text.contains("Robin operator, Other Health Plan"))
            }
            let mails = try site.store.mails(to: "ana@lakeside.example", limit: 2)
            #expect(mails.allSatisfy { $0.mail.subject.hasSuffix("Health Plan blocked the application") })
            // The demo's operator has no way to what is the other plan's own.
            try await operators[0].0.submit(address, ["decision": "unblock", "message": "Settled."])
            let known = try #require(try site.store.application(clientID: app.clientID))
            #expect(try site.store.syncs(of: known.key).first { $0.plan == site.other.key }?.blockReason == "Because of the other.")
        }
    }
}
