import Exchange
import Foundation
import Server
import Storage
import Synthetic
import TestSupport
import Testing
import Trust

/// The tests that are made from the tables of routes: what is one developer's is not there for another.
@Suite("What is another developer's")
struct PortalOwnershipTests {
    private static let png: [UInt8] =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + [0, 0, 0, 64, 0, 0, 0, 64]
        + Array(repeating: 0, count: 100)

    /// An application with everything it can have, and somebody else who is signed in.
    private static func with(
        _ use: (RunningSite, _ app: TestApp, _ places: [String: String], _ other: PortalVisitor, _ state: () throws -> [String])
            async throws
            -> Void
    ) async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, ana, _) = try await site.verifiedApp(redirectURIs: "https://app.lakeside.example/callback")
            let root = "/portal/applications/\(app.clientID)"
            try await ana.open(root + "/try")
            try await ana.submit("/try", ["member": site.member.memberID])
            let run = try #require(ana.path.split(separator: "/").last.map(String.init))
            try await ana.open(root + "/production")
            try await ana.upload("/evidence", "a.png", png)
            let known = try #require(try site.store.application(clientID: app.clientID))
            let request = try #require(try site.store.production(of: known.key))
            let file = try #require(try site.store.evidence(of: request.key).first)
            let ben = PortalVisitor(site)
            try await ben.signUp("ben@prairie.example", name: "Ben Hill")
            try await ben.open("/portal/applications/new")
            func state() throws -> [String] {
                let now = try #require(try site.store.application(clientID: app.clientID))
                return [
                    "\(now)", "\(try site.store.secrets(of: now.app, at: site.clock.now))",
                    "\(try site.store.logoName(of: now.app) ?? "-")",
                    "\(try #require(try site.store.verification(of: now.key)))",
                    "\(try #require(try site.store.production(of: now.key)))", "\(try site.store.evidence(of: request.key))",
                    "\(try site.store.syncs(of: now.key))", "\(try site.store.redirectChange(of: now.key) == nil)",
                    "\(try site.store.thread(of: now.key))", "\(try site.store.thread(of: request.key))",
                    "\(try site.store.livePermissions(of: now.app, plan: site.demo.key, at: site.clock.now))",
                ]
            }
            let places = ["client": app.clientID, "file": String(file.key.number), "number": String(file.key.number), "run": run]
            try await use(site, app, places.merging(["walk": run, "member": site.member.memberID]) { $1 }, ben, state)
        }
    }

    @Test("Every page and every form of another's application answers as if it were not there, and changes nothing")
    func pages() async throws {
        try await Self.with { site, _, places, ben, state in
            let table = PortalDoor(site: site.site, portal: try #require(site.site.portal)).table
            let token = try #require(ben.markup.forms.last?.values.first { $0.name == "form_token" }?.value)
            let before = try state()
            let rows = table.filter { $0.admission == .developer && $0.path.contains(":client") }
            #expect(rows.count > 25)
            for row in rows {
                let path = places.reduce(row.path) { $0.replacing(":\($1.key)", with: $1.value) }
                if row.path.hasSuffix("/evidence") || (row.method == "POST" && row.path.hasSuffix("/logo")) {
                    try await ben.sendFile(path, token: token, name: "b.png", bytes: Self.png)
                } else if row.method == "POST" {
                    let fields =
                        PortalVisitor.organization.map { ($0.key, $0.value) } + [
                            ("form_token", token), ("app_name", "Ben's"), ("description", "x"), ("home_page", "https://b.example"),
                            ("redirect_uris", "https://b.example/cb"), ("overlap", "0"), ("message", "x"), ("note", "x"), ("reason", "x"),
                            ("member", site.member.memberID), ("path", "Patient"),
                        ]
                    try await ben.post(path, fields)
                } else {
                    try await ben.send("GET", path)
                }
                #expect(ben.page.status == 404, "\(row.method) \(row.path): \(ben.page.status)")
            }
            #expect(try state() == before)
        }
    }

    @Test("Every request of the JSON interface about another's application answers as if it were not there, and changes nothing")
    func requests() async throws {
        try await Self.with { site, _, places, ben, state in
            let bearer = try #require(ben.cookies.first { $0.key.hasPrefix("payerbridge-portal") }?.value)
            let document = try await site.get("/api/portal/openapi.json")
            let paths = try #require(document.object["paths"] as? [String: [String: [String: Any]]])
            let before = try state()
            var count = 0
            for (path, operations) in paths where path.contains("{client}") {
                for (method, operation) in operations {
                    let content = (operation["requestBody"] as? [String: Any])?["content"] as? [String: [String: Any]]
                    let isFile = content?["application/octet-stream"] != nil
                    let address = places.reduce(path) { $0.replacing("{\($1.key)}", with: $1.value) }
                    let answer = try await site.web.send(
                        method.uppercased(), site.absolute(address),
                        headers: [
                            ("Authorization", "Bearer \(bearer)"),
                            ("Content-Type", isFile ? "application/octet-stream" : "application/json"),
                        ], body: isFile ? Self.png : try content.flatMap { try Self.body($0) })
                    #expect(answer.status == 404, "\(method) \(path): \(answer.status) \(answer.text)")
                    count += 1
                }
            }
            #expect(count > 25)
            #expect(try state() == before)
        }
    }

    /// A body as the schema wants it.
    private static func body(_ content: [String: [String: Any]]) throws -> [UInt8]? {
        guard let schema = content["application/json"]?["schema"] as? [String: Any],
            let properties = schema["properties"] as? [String: [String: Any]]
        else { return nil }
        let values = properties.mapValues { property -> Any in
            switch property["type"] as? String {
            case "array": ["https://b.example/cb"]
            case "integer": (property["enum"] as? [Int])?.first ?? 0
            default: "x"
            }
        }
        return Array(try JSONSerialization.data(withJSONObject: values))
    }

    @Test("Of two decisions at once one counts, and the other reviewer reads that the case has changed")
    func twoReviewers() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let app = try await developer.createApp()
            try await developer.askVerification(app)
            let sponsor = PortalVisitor(site)
            try await sponsor.open(try site.mailedLink(to: "maria@lakeside.example"))
            try await sponsor.submit(sponsor.path, index: 0)
            var forms: [(path: String, fields: [(String, String)], cookies: [(String, String)])] = []
            for decision in ["approve", "refuse", "requestChanges", "ask"] {
                let reviewer = try await site.planSide()
                try await reviewer.openCase("")
                let hidden = try #require(reviewer.markup.forms.last?.values.filter { $0.name != "decision" && $0.name != "message" })
                forms.append(
                    (
                        reviewer.path, hidden.map { ($0.name, $0.value) } + [("decision", decision), ("message", decision)],
                        reviewer.cookieHeader
                    ))
            }
            let answers = try await withThrowingTaskGroup(of: WebAnswer.self) { group in
                for form in forms { group.addTask { try await site.post(form.path, form.fields, form.cookies) } }
                return try await group.reduce(into: [WebAnswer]()) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 303 } == 1)
            #expect(answers.count { $0.status == 422 && $0.text.contains("This case changed while you were reading") } == 3)
            let known = try #require(try site.store.application(clientID: app.clientID))
            let verification = try #require(try site.store.verification(of: known.key))
            let decided = try site.store.thread(of: verification.key).filter { $0.role == .reviewer }
            #expect(decided.count == 1)
            let names: [Verification.State: String] = [
                .approved: "approve", .refused: "refuse", .changesRequested: "requestChanges", .questionAsked: "ask",
            ]
            #expect(decided.first?.action == names[verification.state])
        }
    }
}
