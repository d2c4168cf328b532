import Exchange
import FHIR
import Foundation
import Server
import Storage
import Synthetic
import TestSupport
import Testing
import Trust

@Suite("The portal as JSON")
struct PortalAPITests {
    /// Asks with a token and a JSON body.
    private static func ask(
        _ site: RunningSite, _ method: String, _ path: String, token: String? = nil, _ body: [String: Any]? = nil
    ) async throws -> WebAnswer {
        var headers: [(String, String)] = []
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        let bytes = try body.map { Array(try JSONSerialization.data(withJSONObject: $0)) }
        if bytes != nil { headers.append(("Content-Type", "application/json")) }
        return try await site.web.send(method, site.absolute("/api/portal" + path), headers: headers, body: bytes)
    }

    private static func signUp(_ site: RunningSite, _ email: String) async throws -> String {
        let wish: [String: Any] = ["name": "Ana Field", "email": email, "password": PortalVisitor.password]
        #expect(try await ask(site, "POST", "/accounts", wish).status == 202)
        let link = try #require(try site.mailedLink(to: email).split(separator: "/").last)
        let confirmed = try await ask(
            site, "POST", "/accounts/confirmation", ["link": String(link), "password": PortalVisitor.password])
        #expect(confirmed.status == 201)
        return try #require(confirmed.string("token"))
    }

    @Test("The whole road as JSON: account, application, verification, synced")
    func wholeRoad() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let token = try await Self.signUp(site, "ana@lakeside.example")
            let details: [String: Any] = [
                "app_name": "Records", "description": "D", "home_page": "https://www.lakeside.example",
                "redirect_uris": [TestApps.loopback],
            ]
            let made = try await Self.ask(site, "POST", "/applications", token: token, details)
            #expect(made.status == 201)
            let (clientID, secret) = (try #require(made.string("clientId")), try #require(made.string("clientSecret")))
            let path = "/applications/\(clientID)"
            #expect(try await Self.ask(site, "GET", path, token: token).string("clientSecret") == nil)
            let wrong = try await Self.ask(
                site, "PUT", path, token: token, details.merging(["redirect_uris": ["http://a.example", "x"]]) { $1 })
            #expect(wrong.status == 422 && wrong.text.contains("redirect_uris") && wrong.text.contains("Use https://"))
            #expect(try await Self.ask(site, "GET", path + "/verification", token: token).status == 404)
            let asked = try await Self.ask(site, "POST", path + "/verification", token: token, PortalVisitor.organization)
            #expect(asked.status == 200 && asked.string("state") == "waitingForSponsor")
            #expect(try await Self.ask(site, "GET", path + "/production", token: token).status == 403)

            let sponsor = PortalVisitor(site)
            try await sponsor.open(try site.mailedLink(to: "maria@lakeside.example"))
            try await sponsor.submit(sponsor.path, index: 0)
            let reviewer = try await site.planSide()
            try await reviewer.openCase("")
            try await reviewer.submit(reviewer.path, ["decision": "ask", "message": "Where?"])
            let answered = try await Self.ask(site, "POST", path + "/verification/answer", token: token, ["message": "Maine."])
            #expect(answered.status == 200 && answered.text.contains("Where?"))
            try await reviewer.openCase("")
            try await reviewer.submit(reviewer.path, ["decision": "approve"])
            let app = TestApp(clientID: clientID, secret: Secret(secret, kind: .clientSecret), redirectURI: TestApps.loopback)
            try await site.syncEnds(app, plan: site.demo)
            let known = try await Self.ask(site, "GET", path, token: token)
            #expect(known.text.contains(#""state":"synced""#) && known.string("organization") == "Lakeside Health Plan")
            _ = try await site.tokens(app)
            #expect(try await Self.ask(site, "GET", path + "/production", token: token).string("state") == "draft")
            #expect(try await Self.ask(site, "POST", path + "/production/submission", token: token, [:]).status == 422)
            #expect(try await Self.ask(site, "GET", "/directory", token: token).status == 403)
            #expect(
                try await Self.ask(site, "POST", path + "/secrets", token: token, ["overlap": 7]).string("clientSecret")?.hasPrefix("p2ps_")
                    == true)
            #expect(try await Self.ask(site, "POST", path + "/secrets", token: token, ["overlap": 8]).status == 400)
            #expect(try await Self.ask(site, "DELETE", "/session", token: token).status == 204)
            #expect(try await Self.ask(site, "GET", "/applications", token: token).status == 401)
        }
    }

    @Test("Every path of the document is served, and asks for a token unless it says it does not")
    func document() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let document = try await site.get("/api/portal/openapi.json")
            #expect(document.status == 200 && document.string("openapi") == "3.1.0")
            let paths = try #require(document.object["paths"] as? [String: [String: [String: Any]]])
            #expect(paths.count > 12)
            for (path, operations) in paths {
                for (method, operation) in operations {
                    let address = path.replacing("{client}", with: "app-none")
                    let answer = try await site.web.send(method.uppercased(), site.absolute(address))
                    let declared = (operation["responses"] as? [String: Any])?.keys.map { $0 } ?? []
                    #expect(declared.contains(String(answer.status)), "\(method) \(path): \(answer.status)")
                    #expect((answer.status == 401) == (operation["security"] != nil), "\(method) \(path): \(answer.status)")
                }
                let other = try await site.web.send("PATCH", site.absolute(path.replacing("{client}", with: "app-none")))
                #expect(other.status == 405)
            }
        }
    }

    /// What each form of a developer's pages is as JSON; nil for what needs a person at a browser, which the document says.
    private static let forms: [String: String?] = [
        "/portal/sign-up": "createAccount", "/portal/confirm/:link": "confirmAccount", "/portal/sign-in": "signIn",
        "/portal/sign-out": "signOut", "/portal/password": "askPassword", "/portal/password/:link": "setPassword",
        "/portal/account/sessions/:session/end": "endSession", "/portal/account/second-factor/remove": nil,
        "/portal/account/recovery-codes": nil, "/portal/second-factor": nil, "/portal/sponsor/:link": nil,
        "/portal/applications/new": "createApplication", "/portal/applications/:client/edit": "changeApplication",
        "/portal/applications/:client/sync": "retrySyncs", "/portal/applications/:client/secret": "replaceSecret",
        "/portal/applications/:client/secret/retire": "retireSecret", "/portal/applications/:client/logo": "setLogo",
        "/portal/applications/:client/logo/remove": "removeLogo", "/portal/applications/:client/verification": "submitVerification",
        "/portal/applications/:client/verification/answer": "answerVerification",
        "/portal/applications/:client/verification/remind": "remindVerification",
        "/portal/applications/:client/verification/withdraw": "withdrawVerification",
        "/portal/applications/:client/production/evidence": "addEvidence",
        "/portal/applications/:client/production/evidence/:file/remove": "removeEvidence",
        "/portal/applications/:client/production/submit": "submitProduction",
        "/portal/applications/:client/production/answer": "answerProduction",
        "/portal/applications/:client/production/withdraw": "withdrawProduction",
        "/portal/applications/:client/redirects": "askRedirectChange",
        "/portal/applications/:client/redirects/withdraw": "withdrawRedirectChange", "/portal/applications/:client/try": "tryWalk",
        "/portal/applications/:client/try/reset": "resetTestMember", "/portal/applications/:client/try/:run/query": "queryWalk",
        "/portal/applications/:client/try/:run/end": "endWalk",
    ]

    @Test("Every form of a developer's pages is a request of the document, or the document says why it is for a browser alone")
    func sameSteps() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let table = PortalDoor(site: site.site, portal: try #require(site.site.portal)).table
            let posts = Set(table.filter { $0.method == "POST" && $0.admission.realm == .portal }.map(\.path))
            #expect(posts == Set(Self.forms.keys))
            let document = try await site.get("/api/portal/openapi.json")
            for case let (path, name?) in Self.forms {
                #expect(document.text.contains(#""operationId":"\#(name)""#), "\(path)")
            }
            for words in ["second factor", "recovery code", "sponsor"] { #expect(document.text.contains(words)) }
        }
    }

    @Test("Sessions are listed and ended, and a new password ends them all, as JSON")
    func account() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let token = try await Self.signUp(site, "ana@lakeside.example")
            let other = try await Self.signUp(site, "ben@prairie.example")
            let words: [String: Any] = ["email": "ana@lakeside.example", "password": PortalVisitor.password]
            let second = try #require(try await Self.ask(site, "POST", "/session", words).string("token"))
            let listed = try #require(
                try await Self.ask(site, "GET", "/sessions", token: token).object["sessions"] as? [[String: Any]])
            #expect(listed.count == 2 && listed.filter { $0["isThis"] as? Bool == true }.count == 1)
            let number = try #require(listed.first { $0["isThis"] as? Bool == false }?["number"] as? Int)
            #expect(try await Self.ask(site, "DELETE", "/sessions/\(number)", token: other).status == 404)
            #expect(try await Self.ask(site, "GET", "/applications", token: second).status == 200)
            #expect(try await Self.ask(site, "DELETE", "/sessions/\(number)", token: token).status == 204)
            #expect(try await Self.ask(site, "GET", "/applications", token: second).status == 401)

            #expect(try await Self.ask(site, "POST", "/password", ["email": "no address"]).status == 422)
            #expect(try await Self.ask(site, "POST", "/password", ["email": "ana@lakeside.example"]).status == 202)
            let link = String(try #require(try site.mailedLink(to: "ana@lakeside.example").split(separator: "/").last))
            func set(_ password: String) async throws -> Int {
                try await Self.ask(site, "POST", "/password/confirmation", ["link": link, "password": password]).status
            }
            #expect(try await set("short") == 422)
            #expect(try await set("another teapot of gravel") == 204)
            #expect(try await set("another teapot of gravel") == 410, "once")
            #expect(try await Self.ask(site, "GET", "/applications", token: token).status == 401)
            #expect(try await Self.ask(site, "POST", "/session", words).status == 422)
        }
    }

    @Test("A body that is not what the document says is refused, and another's application is not there")
    func refusals() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let ana = try await Self.signUp(site, "ana@lakeside.example")
            let ben = try await Self.signUp(site, "ben@prairie.example")
            let details: [String: Any] = [
                "app_name": "Records", "description": "D", "home_page": "https://www.lakeside.example",
                "redirect_uris": [TestApps.loopback],
            ]
            let made = try await Self.ask(site, "POST", "/applications", token: ana, details)
            let path = "/applications/\(try #require(made.string("clientId")))"
            #expect(try await Self.ask(site, "GET", path, token: ben).status == 404)
            #expect(try await Self.ask(site, "PUT", path, token: ben, details).status == 404)
            for body: [String: Any] in [
                [:], ["email": 1, "password": "x"], ["email": "a@b.example"], ["email": "a", "password": "b", "more": "c"],
            ] {
                #expect(try await Self.ask(site, "POST", "/session", body).status == 400, "\(body)")
            }
            // A session of a browser's cookie is no token of this interface unless it is sent as one.
            let browser = PortalVisitor(site)
            try await browser.signIn("ana@lakeside.example")
            #expect(try await site.get("/api/portal/applications", browser.cookieHeader).status == 401)
        }
    }

    @Test("Files, the log, a walk and a reset work as JSON's neighbours, for the app's own developer alone")
    func more() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, _, _) = try await site.verifiedApp(redirectURIs: "https://app.lakeside.example/cb")
            let words: [String: Any] = ["email": "ana@lakeside.example", "password": PortalVisitor.password]
            let token = try #require(try await Self.ask(site, "POST", "/session", words).string("token"))
            let other = try await Self.signUp(site, "ben@prairie.example")
            let path = "/applications/\(app.clientID)"
            func send(_ method: String, _ part: String, _ bytes: [UInt8], _ token: String) async throws -> WebAnswer {
                try await site.web.send(
                    method, site.absolute("/api/portal" + path + part),
                    headers: [("Authorization", "Bearer \(token)"), ("Content-Type", "application/octet-stream")], body: bytes)
            }
            let head: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
            let png = head + [0, 0, 0, 64, 0, 0, 0, 64] + Array(repeating: 0, count: 60)
            #expect(try await send("PUT", "/logo", png, other).status == 404)
            #expect(try await send("PUT", "/logo", Array("<svg/>".utf8), token).status == 422)
            #expect(try await send("PUT", "/logo", png, token).status == 204)
            #expect(try await Self.ask(site, "DELETE", path + "/logo", token: token).status == 204)

            #expect(try await send("POST", "/production/evidence?title=a%22%3Cb%3E.png", png, other).status == 404)
            #expect(try await send("POST", "/production/evidence", Array("no picture at all, only words".utf8), token).status == 422)
            let added = try await send("POST", "/production/evidence?title=a%22%3Cb%3E.png", png, token)
            #expect(added.status == 201 && added.text.contains(#""title":"a\"<b>.png""#), "\(added.text)")
            let number = try #require((added.object["evidence"] as? [[String: Any]])?.first?["number"] as? Int)
            #expect(try await Self.ask(site, "DELETE", path + "/production/evidence/\(number)", token: token).status == 204)
            #expect(try await Self.ask(site, "DELETE", path + "/production/evidence/\(number)", token: token).status == 404)

            let walk = try await Self.ask(site, "POST", path + "/walks", token: token, ["member": site.member.memberID])
            #expect(
                walk.status == 201 && walk.string("problem") == nil && walk.text.contains("Code for tokens"), "\(walk.text.prefix(900))")
            #expect(try await Self.ask(site, "POST", path + "/walks", token: token, ["member": "nobody"]).status == 422)
            let run = path + "/walks/\(try #require(walk.string("id")))"
            #expect(try await Self.ask(site, "GET", run, token: other).status == 404)
            #expect(try await Self.ask(site, "POST", run + "/queries", token: other, ["path": "Patient"]).status == 404)
            #expect(try await Self.ask(site, "POST", run + "/queries", token: token, ["path": "/etc/passwd"]).status == 422)
            let asked = try await Self.ask(site, "POST", run + "/queries", token: token, ["path": "Patient"])
            let query = try #require(asked.object["query"] as? [String: Any])
            #expect(asked.status == 200 && query["status"] as? Int == 200)
            #expect(try await Self.ask(site, "DELETE", run, token: other).status == 404)
            let ended = try await Self.ask(site, "DELETE", run, token: token)
            #expect(ended.object["isOver"] as? Bool == true && ended.text.contains(#"\"active\": false"#), "\(ended.text.suffix(400))")
            #expect(try await Self.ask(site, "POST", run + "/queries", token: token, ["path": "Patient"]).status == 403)
            #expect(try await Self.ask(site, "GET", path + "/collections/postman", token: other).status == 404)
            #expect(try await Self.ask(site, "GET", path + "/collections/postman", token: token).text.contains(app.clientID))
            #expect(
                try await Self.ask(site, "GET", path + "/collections/http", token: token).header("Content-Type")?.hasPrefix("text/plain")
                    == true)
            #expect(try await Self.ask(site, "POST", path + "/syncs", token: token).status == 204)
            #expect(try await Self.ask(site, "POST", path + "/syncs", token: other).status == 404)
            #expect(try await Self.ask(site, "DELETE", path + "/secrets/before", token: other).status == 404)
            #expect(try await Self.ask(site, "DELETE", path + "/secrets/before", token: token).status == 204)
            let log = try await Self.ask(site, "GET", path + "/requests?kind=token", token: token)
            #expect(log.status == 200 && (log.object["requests"] as? [[String: Any]])?.count == 1, "\(log.text)")
            #expect(try await Self.ask(site, "GET", path + "/requests?from=never", token: token).status == 422)
            #expect(try await Self.ask(site, "GET", path + "/requests", token: other).status == 404)
            let reset = path + "/test-members/\(site.member.memberID)/reset"
            #expect(try await Self.ask(site, "POST", reset, token: other).status == 404)
            #expect(try await Self.ask(site, "POST", reset, token: token).status == 204)
            #expect(
                try await Self.ask(site, "POST", path + "/redirect-change", token: token, ["redirect_uris": [], "reason": "x"]).status
                    == 403)
        }
    }

    @Test("An account with a second factor signs in with its code alone")
    func secondFactor() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            _ = try await Self.signUp(site, "ana@lakeside.example")
            let address = try #require(EmailAddress("ana@lakeside.example"))
            let account = try #require(try site.store.account(address, realm: .portal))
            let factor = OneTimePassword.make()
            let session = try #require(try site.store.sessions(of: account.key).first)
            try await site.store.setSecondFactor(
                factor.secret, recovery: [], step: 0, of: account.key, keeping: session.key, audit: AuditEntry(.system("test"), "x", "y"),
                at: site.clock.now)
            let words: [String: Any] = ["email": "ana@lakeside.example", "password": PortalVisitor.password]
            #expect(try await Self.ask(site, "POST", "/session", words).status == 422)
            #expect(try await Self.ask(site, "POST", "/session", words.merging(["code": "000000"]) { $1 }).status == 422)
            let code = factor.digits(step: site.clock.now.seconds / 30)
            #expect(try await Self.ask(site, "POST", "/session", words.merging(["code": code]) { $1 }).status == 201)
            #expect(try site.store.sessions(of: account.key).allSatisfy { $0.stage == .full })
        }
    }
}
