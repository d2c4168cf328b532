import Exchange
import FHIR
import Foundation
import Server
import Storage
import Synthetic
import TestSupport
import Testing
import Trust

@Suite("What must hold on every page of the portal")
struct PortalMustHoldTests {
    /// Ends an attribute, a tag and a script, in the ways that pages have been broken by.
    private static let hostile = #""'><script>alert(1)</script><img src=x onerror=alert(2)>{{name}}</textarea></option>"#
    private static let raw = ["<script>alert", "<img src=x", "{{name}}</", "onerror=alert(2)>"]
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Array(repeating: 7, count: 500)

    /// A developer who has filled every field that takes words with hostile ones, as far as production access is asked for.
    private static func hostileCase(
        _ site: RunningSite
    ) async throws -> (app: TestApp, developer: PortalVisitor, reviewer: PortalVisitor) {
        let developer = PortalVisitor(site)
        try await developer.signUp("ana@lakeside.example", name: hostile)
        try await developer.open("/portal/applications/new")
        try await developer.submit(
            "/new",
            [
                "app_name": String(hostile.prefix(100)), "description": hostile, "home_page": "https://www.lakeside.example/" + hostile,
                "redirect_uris": hostile,
            ])
        #expect(developer.page.status == 422)
        expectHarmless(developer)
        let app = try await developer.createApp(name: String(hostile.prefix(100)), redirectURIs: "https://app.lakeside.example/cb")
        try await developer.open("/portal/applications/\(app.clientID)/edit")
        try await developer.submit("/edit", ["description": hostile])
        try await developer.askVerification(
            app,
            [
                "contact_name": hostile, "company": hostile, "work_email": "ana@mail.example", "domain_reason": hostile,
                "sponsor_name": hostile, "sponsor_role": hostile,
            ])
        #expect(developer.text.contains("Waiting for your sponsor"))
        let sponsor = PortalVisitor(site)
        try await sponsor.open(try site.mailedLink(to: "maria@lakeside.example"))
        expectHarmless(sponsor)
        try await sponsor.submit(sponsor.path, index: 0)
        let reviewer = try await site.planSide()
        try await reviewer.openCase("")
        try await reviewer.submit(reviewer.path, ["decision": "ask", "message": hostile])
        try await developer.open("/portal/applications/\(app.clientID)/verification")
        try await developer.submit("/answer", ["message": hostile])
        try await reviewer.open(reviewer.path)
        try await reviewer.submit(reviewer.path, ["decision": "approve", "message": hostile])
        try await site.syncEnds(app, plan: site.demo)
        try await developer.open("/portal/applications/\(app.clientID)/production")
        try await developer.upload("/evidence", hostile + ".png", png)
        try await developer.submit("/submit", ["note": hostile])
        return (app, developer, reviewer)
    }

    private static func expectHarmless(_ visitor: PortalVisitor, at place: SourceLocation = #_sourceLocation) {
        for part in raw { #expect(!visitor.text.contains(part), "\(part) at \(visitor.path)", sourceLocation: place) }
    }

    @Test("Hostile words in every field that a stranger can fill are shown harmlessly, and no page weighs 60 KB or more")
    func everyPage() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, reviewer) = try await Self.hostileCase(site)
            let known = try #require(try site.store.application(clientID: app.clientID))
            let verification = try #require(try site.store.verification(of: known.key)).key.number
            let production = try #require(try site.store.production(of: known.key)).key.number
            try await developer.open("/portal/applications/\(app.clientID)/try")
            try await developer.submit("/try", ["member": site.member.memberID])
            let run = developer.path.split(separator: "/").last.map(String.init) ?? ""
            for _ in 0..<60 { _ = try await site.get(site.authorize(app)) }
            let table = PortalDoor(site: site.site, portal: try #require(site.site.portal)).table
            var seen = 0
            for row in table where row.method == "GET" && !row.path.contains(":link") {
                let visitor = row.admission.realm == .portal ? developer : reviewer
                let isProduction = row.path.hasPrefix("/review/productions")
                let path = row.path.replacing(":client", with: app.clientID).replacing(
                    ":case", with: String(isProduction ? production : verification)
                )
                .replacing(":run", with: run).replacing(":document", with: "guide").replacing(":chapter", with: "none")
                try await visitor.open(path)
                if visitor.page.header("Content-Type")?.hasPrefix("text/html") == true {
                    #expect(visitor.page.body.count < 60_000, "\(path): \(visitor.page.body.count)")
                    Self.expectHarmless(visitor)
                }
                if visitor.text.contains("&lt;script&gt;alert(1)") { seen += 1 }
            }
            #expect(seen >= 10, "the words were shown where they belong: \(seen)")
            // A member reads the app's name.
            let walk = try await Walk(site, at: site.authorize(TestApp(clientID: app.clientID, secret: nil, redirectURI: app.redirectURI)))
            for part in Self.raw { #expect(!walk.page.text.contains(part)) }
            #expect(walk.page.text.contains("&lt;script&gt;alert(1)"))
        }
    }
}
