import Exchange
import TestSupport
import Testing
import Trust

/// `GET|POST authorize/payer2payer`. RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 9700 §4.1.3, SMART App Launch 2.2.0.
struct AuthorizeTests {
    private static let path = "/demo/oauth2/authorize/payer2payer?"
    private static let challenge = PKCE.challenge(for: "a-verifier-of-exactly-forty-three-characters")

    private static func query(_ app: TestApp, redirectURI: String = TestApps.loopback, _ more: [(String, String)] = []) -> String {
        path + WebForm.encoded([("client_id", app.clientID), ("redirect_uri", redirectURI)] + more)
    }

    @Test func `an app that is not proven, or another address than a registered one, gets a page and never a redirect`() async throws {
        try await RunningSite.with { site in
            let payer = site.apps.payer
            let page = "Nothing was shared"
            func row(_ name: String, _ address: String) -> Scenario {
                Scenario(
                    name: name, address: address, status: 400, contains: ["<h1>"], lacks: ["form_token", "evil.example"],
                    answers: ["Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"])
            }
            func redirect(_ name: String, _ address: String) -> Scenario { row(name, Self.query(payer, redirectURI: address)) }
            var rows = [
                row("nothing", "/demo/oauth2/authorize/payer2payer"),
                row("no client_id", Self.path + "redirect_uri=" + WebForm.encoded(TestApps.loopback)),
                row("no redirect_uri", Self.path + "client_id=" + payer.clientID),
                row("empty redirect_uri", Self.query(payer, redirectURI: "")),
                row("unknown client", Self.path + "client_id=nobody&redirect_uri=" + WebForm.encoded(TestApps.loopback)),
                row("client in other case", Self.path + "client_id=New-Health-Plan&redirect_uri=" + WebForm.encoded(TestApps.loopback)),
                row("client of another plan", Self.query(site.apps.foreign)),
                row("client_id twice", Self.query(payer, [("client_id", payer.clientID)])),
                row("redirect_uri twice", Self.query(payer, [("redirect_uri", TestApps.loopback)])),
                row("a longer client_id", Self.path + "client_id=\(String(repeating: "a", count: 300))&redirect_uri=https://a.example/"),
                row("NUL in client_id", Self.path + "client_id=new-health-plan%00&redirect_uri=" + WebForm.encoded(TestApps.loopback)),
                row("not UTF-8", Self.path + "client_id=%FF&redirect_uri=x"),
                redirect("one byte more", TestApps.loopback + "x"),
                redirect("one byte less", String(TestApps.loopback.dropLast())),
                redirect("one byte other", TestApps.loopback.replacing("8765", with: "8766")),
                redirect("trailing slash", TestApps.loopback + "/"),
                redirect("other case", TestApps.loopback.replacing("callback", with: "Callback")),
                redirect("scheme in other case", TestApps.loopback.replacing("http", with: "HTTP")),
                redirect("query appended", TestApps.loopback + "?x=1"),
                redirect("parameter appended", TestApps.web + "&x=1"),
                redirect("fragment appended", TestApps.loopback + "#x"),
                redirect("user info", "http://127.0.0.1:8765@evil.example/callback"),
                redirect("backslash", "http://127.0.0.1:8765\\@evil.example/callback"),
                redirect("dot segments", "http://127.0.0.1:8765/x/../callback"),
                redirect("semicolon dots", "http://127.0.0.1:8765/..;/callback"),
                redirect("escaped again", "http://127.0.0.1:8765/%63allback"),
                redirect("the other name of loopback", "http://localhost:8765/callback"),
                redirect("https instead", "https://127.0.0.1:8765/callback"),
                redirect("javascript", "javascript:alert(1)"),
                redirect("line break", TestApps.loopback + "\r\nX-Evil: 1"),
                redirect("both registered, comma", TestApps.loopback + "," + TestApps.web),
                redirect("too long", TestApps.loopback + String(repeating: "a", count: 3000)),
            ]
            // A real plan takes no loopback address, though the app has registered it.
            rows.append(row("loopback at a real plan", site.authorize(payer, plan: site.other)))
            try await site.check(rows)
            #expect(try await site.get("/demo/oauth2/authorize/payer2payer").text.contains(page))
        }
    }

    @Test func `what is wrong after the app was proven goes back to it, with state and iss`() async throws {
        try await RunningSite.with { site in
            func row(_ name: String, _ error: String, _ more: [(String, String)], app: TestApp? = nil, state: Bool = true) -> Scenario {
                let parts = [
                    "\(TestApps.loopback)?error=\(error)&error_description=", "&iss=http%3A%2F%2F127.0.0.1%3A\(site.port)%2Fdemo%2Foauth2",
                ]
                return Scenario(
                    name: name, address: Self.query(app ?? site.apps.payer, (state ? [("state", "s 1")] : []) + more), status: 303,
                    location: parts + (state ? ["&state=s%201&"] : []), lacks: ["form_token"], answers: ["Cache-Control": "no-store"])
            }
            let pkce = [("code_challenge", Self.challenge), ("code_challenge_method", "S256")]
            try await site.check([
                row("response_type=token", "unsupported_response_type", [("response_type", "token")]),
                row("response_type=code token", "unsupported_response_type", [("response_type", "code token")]),
                row("response_type twice", "invalid_request", [("response_type", "code"), ("response_type", "code")]),
                row("response_mode=fragment", "invalid_request", [("response_mode", "fragment")]),
                row("request object", "invalid_request", [("request", "e30.e30.")]),
                row("request_uri", "invalid_request", [("request_uri", "https://evil.example/")]),
                row("malformed scope", "invalid_scope", [("scope", "patient/Observation.rd!")]),
                row("scope that cannot be granted", "invalid_scope", [("scope", "user/*.read openid")]),
                row("write only", "invalid_scope", [("scope", "patient/*.write")]),
                row("scope twice", "invalid_request", [("scope", "patient/*.read"), ("scope", "patient/*.read")]),
                row("aud of another server", "invalid_request", [("aud", "https://api.example.com/r4")]),
                row("aud of the other plan", "invalid_request", [("aud", site.address + "/other/r4")]),
                row("resource of another server", "invalid_target", [("resource", "https://api.example.com/r4")]),
                row("plain PKCE", "invalid_request", [("code_challenge", Self.challenge), ("code_challenge_method", "plain")]),
                row("PKCE without a method", "invalid_request", [("code_challenge", Self.challenge)]),
                row("method without challenge", "invalid_request", [("code_challenge_method", "S256")]),
                row("short challenge", "invalid_request", [("code_challenge", "abc"), ("code_challenge_method", "S256")]),
                row("public app without PKCE", "invalid_request", [], app: site.apps.phone),
                row("state twice", "invalid_request", [("state", "a"), ("state", "b")], state: false),
                row("state not ASCII", "invalid_request", [("state", "é")], state: false),
                row("state too long", "invalid_request", [("state", String(repeating: "s", count: 2049))], state: false),
                Scenario(
                    name: "public app with PKCE", address: Self.query(site.apps.phone, pkce), status: 303,
                    location: ["/demo/oauth2/authorization/"]),
            ])
        }
    }

    @Test func `an error goes to the query of a redirect address that has one already`() async throws {
        try await RunningSite.with { site in
            let answer = try await site.get(Self.query(site.apps.payer, redirectURI: TestApps.web, [("response_type", "token")]))
            #expect(answer.header("Location")?.hasPrefix(TestApps.web + "&error=unsupported_response_type&") == true)
        }
    }

    @Test func `what is asked rightly leads to the first page, in this browser only`() async throws {
        try await RunningSite.with { site in
            let right: [[(String, String)]] = [
                [], [("response_type", "code")], [("response_type", "")], [("aud", site.demo.addresses.fhir)],
                [("aud", site.demo.addresses.fhir + "/")],
                [("resource", site.demo.addresses.fhir)], [("scope", "launch/patient patient/*.rs openid fhirUser offline_access")],
                [("scope", "patient/*.*")], [("unknown", "1")], [("state", "")],
            ]
            for more in right {
                let answer = try await site.get(Self.query(site.apps.payer, more))
                #expect(answer.status == 303, "\(more): \(answer.header("Location") ?? "")")
                let location = try #require(answer.header("Location"))
                #expect(location.hasPrefix(site.demo.addresses.authorization + "/authorization/"))
                let cookie = try #require(answer.header("Set-Cookie"))
                for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] { #expect(cookie.contains(part)) }
                #expect(!cookie.contains("Secure"), "plain http in the sandbox")
                #expect(try await site.get(location).status == 404, "without the cookie")
                #expect(try await site.get(location, [("Cookie", String(cookie.split(separator: ";")[0]))]).status == 200)
            }
        }
    }

    @Test func `a plan behind https sets a cookie that no other host can set and no plain connection carries`() async throws {
        try await RunningSite.with { site in
            let app = site.apps.payer
            let query = WebForm.encoded([("client_id", app.clientID), ("redirect_uri", TestApps.web)])
            let answer = try await site.get(site.other.addresses.authorize + "?" + query)
            #expect(answer.header("Location")?.hasPrefix("https://auth.example.com/oauth2/authorization/") == true)
            let cookie = try #require(answer.header("Set-Cookie"))
            #expect(cookie.hasPrefix("__Host-") && cookie.contains("; Secure") && cookie.contains("; Path=/") && !cookie.contains("Domain"))
        }
    }

    @Test func `a form sent by POST works as the query does, and is not read from anything else`() async throws {
        try await RunningSite.with { site in
            let address = "/demo/oauth2/authorize/payer2payer"
            let fields = [("client_id", site.apps.payer.clientID), ("redirect_uri", TestApps.loopback)]
            #expect(try await site.post(address, fields).header("Location")?.contains("/authorization/") == true)
            try await site.check([
                Scenario(
                    name: "JSON", method: "POST", address: address, headers: [("Content-Type", "application/json")], body: Array("{}".utf8),
                    status: 400, contains: ["<h1>"]),
                Scenario(
                    name: "broken percent escape", method: "POST", address: address,
                    headers: [("Content-Type", "application/x-www-form-urlencoded")],
                    body: Array("client_id=%ZZ&redirect_uri=x".utf8), status: 400, contains: ["<h1>"]),
                Scenario(name: "no body", method: "POST", address: address, status: 400, contains: ["<h1>"]),
                .form("too large", address, fields + [("state", String(repeating: "a", count: 20_000))], status: 400, contains: ["<h1>"]),
                .form("too many", address, (0..<100).map { ("a\($0)", "") } + fields, status: 400, contains: ["<h1>"]),
            ])
            for method in ["PUT", "PATCH", "DELETE"] {
                let answer = try await site.web.send(method, site.absolute(address))
                #expect(answer.status == 405 && answer.header("Allow") == "GET, POST", "\(answer.header("Allow") ?? "")")
            }
        }
    }

    @Test func `state comes back byte for byte, whatever it holds`() async throws {
        try await RunningSite.with { site in
            let states = [
                "plain", "a b", "a+b", "a%2Bb", "100%", "%", "%zz", "a&b=c", "?#/:;=@", "<script>alert('1')</script>", #""quoted" \ back"#,
                "{\"json\":[1,2]}", "~!@#$%^&*()_+{}|`-=[]", "  spaces  ", String(repeating: "0123456789abcdef", count: 128),
            ]
            for state in states {
                let walk = try await Walk(site, at: site.authorize(site.apps.payer, [("state", state)]))
                try await walk.submit("/cancel")
                let left = try #require(walk.left)
                #expect(parameter("state", of: left).map { Array($0.utf8) } == Array(state.utf8), "\(state): \(left)")
                #expect(left.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3C && $0 != 0x5C }, "\(left)")
            }
        }
    }

    @Test func `a page says what its forms may lead to, is not kept, not framed and names no referrer`() async throws {
        try await RunningSite.with { site in
            let walk = try await Walk(site, at: site.authorize(site.apps.payer))
            let policy = try #require(walk.page.header("Content-Security-Policy"))
            for part in ["default-src 'none'", "form-action 'self' http://127.0.0.1:8765;", "frame-ancestors 'none'", "base-uri 'none'"] {
                #expect(policy.contains(part), "\(policy)")
            }
            #expect(walk.page.header("Cache-Control") == "no-store")
            #expect(walk.page.header("Referrer-Policy") == "no-referrer")
            #expect(walk.page.header("X-Content-Type-Options") == "nosniff")
        }
    }
}
