import Exchange
import Synthetic
import TestSupport
import Testing
import Trust

/// `POST token`. RFC 6749 §4.1.3, §5, §6; RFC 7636 §4.6; RFC 9700 §4.14.
struct TokenTests {
    private static let path = "/demo/oauth2/token"
    private static let verifier = "a-verifier-of-exactly-forty-three-characters"
    private static let pkce = [("code_challenge", PKCE.challenge(for: verifier)), ("code_challenge_method", "S256")]

    private func refused(_ answer: WebAnswer, _ error: String, _ status: Int = 400, at place: SourceLocation = #_sourceLocation) {
        #expect(answer.status == status && answer.string("error") == error, "\(answer.status) \(answer.text)", sourceLocation: place)
        #expect(answer.string("error_description")?.isEmpty == false, sourceLocation: place)
        #expect(answer.header("Cache-Control") == "no-store", sourceLocation: place)
        #expect(answer.string("access_token") == nil, sourceLocation: place)
    }

    @Test func `a code gives what the standard asks for, and nothing else`() async throws {
        try await RunningSite.with { site in
            let answer = try await site.exchange(try await site.code().text)
            #expect(answer.status == 200)
            #expect(
                Set(answer.object.keys) == ["access_token", "token_type", "expires_in", "scope", "patient", "refresh_token"],
                "\(answer.text)")
            #expect(answer.string("token_type")?.lowercased() == "bearer")
            #expect(answer.object["expires_in"] as? Int == 3600)
            #expect(answer.string("scope") == "launch/patient offline_access patient/*.read")
            #expect(answer.string("patient") == site.member.patientID)
            #expect(answer.header("Content-Type") == "application/json")
            #expect(answer.header("Cache-Control") == "no-store" && answer.header("Pragma") == "no-cache")
            let basic = try await site.post(
                Self.path, [("grant_type", "authorization_code"), ("code", try await site.code().text)],
                [("Authorization", site.apps.payer.basic)])
            #expect(basic.status == 200, "client_secret_basic")
        }
    }

    @Test func `requests that are not right are refused in the standard's words`() async throws {
        try await RunningSite.with { site in
            let (payer, rival) = (site.apps.payer, site.apps.rival)
            let code = try await site.code().text
            let grant = [("grant_type", "authorization_code"), ("code", code)]
            func row(
                _ name: String, _ fields: [(String, String)], _ status: Int, _ error: String, by headers: [(String, String)] = [],
                answers: [String: String] = [:]
            ) -> Scenario {
                .form(
                    name, Self.path, fields, headers, status: status, contains: ["\"error\":\"\(error)\"", "error_description"],
                    lacks: ["access_token", code, payer.secret?.text ?? "-"],
                    answers: answers.merging(["Cache-Control": "no-store", "Content-Type": "application/json"]) { old, _ in old })
            }
            let wrongSecret = [("client_id", payer.clientID), ("client_secret", Secret.make(.clientSecret).text)]
            let basic = [("Authorization", payer.basic)]
            let challenge = ["WWW-Authenticate": #"Basic realm="payerbridge""#]
            try await site.check([
                row("empty", [], 401, "invalid_client"),
                row("nobody", grant, 401, "invalid_client"),
                row("no secret", grant + [("client_id", payer.clientID)], 401, "invalid_client"),
                row("wrong secret", grant + wrongSecret, 401, "invalid_client"),
                row(
                    "secret of no shape", grant + [("client_id", payer.clientID), ("client_secret", "' OR 1=1 --")], 401, "invalid_client"),
                row("secret of another", grant + [("client_id", payer.clientID), rival.fields[1]], 401, "invalid_client"),
                row("unknown client", grant + [("client_id", "nobody"), payer.fields[1]], 401, "invalid_client"),
                row("client not synced to this plan", grant + site.apps.foreign.fields, 401, "invalid_client"),
                row("secret from a public app", grant + [("client_id", "phone-app"), payer.fields[1]], 401, "invalid_client"),
                row("both methods", grant + payer.fields, 400, "invalid_request", by: basic),
                row("header and another client_id", grant + [("client_id", rival.clientID)], 400, "invalid_request", by: basic),
                row("wrong Basic", grant, 401, "invalid_client", by: [("Authorization", "Basic bm9ib2R5Og==")], answers: challenge),
                row("broken Basic", grant, 401, "invalid_client", by: [("Authorization", "Basic ***")], answers: challenge),
                row("Bearer for a client", grant, 401, "invalid_client", by: [("Authorization", "Bearer x")], answers: challenge),
                row("client assertion", grant + [("client_id", payer.clientID), ("client_assertion", "a.b.c")], 401, "invalid_client"),
                row("client_id twice", grant + payer.fields + [("client_id", payer.clientID)], 400, "invalid_request"),
                row("secret twice", grant + payer.fields + [payer.fields[1]], 400, "invalid_request"),
                row("no grant_type", payer.fields + [("code", code)], 400, "invalid_request"),
                row("grant_type twice", payer.fields + grant + [("grant_type", "authorization_code")], 400, "invalid_request"),
                row("password grant", payer.fields + [("grant_type", "password")], 400, "unsupported_grant_type"),
                row("client_credentials", payer.fields + [("grant_type", "client_credentials")], 400, "unsupported_grant_type"),
                row("no code", payer.fields + [grant[0]], 400, "invalid_request"),
                row("empty code", payer.fields + [grant[0], ("code", "")], 400, "invalid_request"),
                row("code twice", payer.fields + grant + [("code", code)], 400, "invalid_request"),
                row("code of no shape", payer.fields + [grant[0], ("code", "abc")], 400, "invalid_grant"),
                row("unknown code", payer.fields + [grant[0], ("code", Secret.make(.authorizationCode).text)], 400, "invalid_grant"),
                row("no refresh_token", payer.fields + [("grant_type", "refresh_token")], 400, "invalid_request"),
                row(
                    "a code as refresh token", payer.fields + [("grant_type", "refresh_token"), ("refresh_token", code)], 400,
                    "invalid_grant"),
                row("malformed verifier", payer.fields + grant + [("code_verifier", "short")], 400, "invalid_request"),
                row("too large", payer.fields + grant + [("x", String(repeating: "a", count: 20_000))], 400, "invalid_request"),
                row("too many", payer.fields + grant + (0..<80).map { ("x\($0)", "1") }, 400, "invalid_request"),
                Scenario(
                    name: "JSON", method: "POST", address: Self.path, headers: [("Content-Type", "application/json")],
                    body: Array("{\"grant_type\":\"authorization_code\"}".utf8), status: 400, contains: ["invalid_request"]),
                Scenario(
                    name: "no type", method: "POST", address: Self.path, body: Array("grant_type=authorization_code".utf8), status: 400,
                    contains: ["invalid_request"]),
                Scenario(
                    name: "not UTF-8", method: "POST", address: Self.path,
                    headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array("code=%FF".utf8), status: 400,
                    contains: ["invalid_request"]),
                Scenario(
                    name: "GET", address: Self.path + "?" + WebForm.encoded(payer.fields + grant), status: 405,
                    contains: ["invalid_request"],
                    answers: ["Allow": "POST, OPTIONS"]),
                Scenario(
                    name: "preflight", method: "OPTIONS", address: Self.path, status: 204, answers: ["Access-Control-Allow-Origin": "*"]),
            ])
            // None of all that has used the code up.
            #expect(try await site.exchange(code).status == 200)
        }
    }

    @Test func `another client's, another plan's and an old code are refused, and the right client can still use it`() async throws {
        try await RunningSite.with { site in
            let code = try await site.code().text
            refused(try await site.exchange(code, site.apps.rival), "invalid_grant")
            refused(try await site.exchange(code, plan: site.other), "invalid_grant")
            site.clock.advance(seconds: 299)
            #expect(try await site.exchange(code).status == 200)
            let old = try await site.code().text
            site.clock.advance(seconds: 300)
            refused(try await site.exchange(old), "invalid_grant")
        }
    }

    @Test func `a code used again fails and takes back what the first use issued`() async throws {
        try await RunningSite.with { site in
            let code = try await site.code().text
            let tokens = try site.tokens(in: try await site.exchange(code))
            #expect(try await site.get("/demo/r4/Patient", tokens.bearer).status == 200)
            refused(try await site.exchange(code), "invalid_grant")
            #expect(try await site.get("/demo/r4/Patient", tokens.bearer).status == 401)
            refused(try await site.refresh(tokens.refresh), "invalid_grant")
        }
    }

    @Test func `another client that got hold of a used code cannot take the owner's tokens back`() async throws {
        try await RunningSite.with { site in
            let code = try await site.code().text
            let tokens = try site.tokens(in: try await site.exchange(code))
            refused(try await site.exchange(code, site.apps.rival), "invalid_grant")
            #expect(try await site.get("/demo/r4/Patient", tokens.bearer).status == 200)
        }
    }

    @Test func `PKCE is checked both ways`() async throws {
        try await RunningSite.with { site in
            let code = try await site.code(Self.pkce).text
            refused(try await site.exchange(code), "invalid_grant")
            refused(try await site.exchange(code, [("code_verifier", Self.verifier + "x")]), "invalid_grant")
            #expect(try await site.exchange(code, [("code_verifier", Self.verifier)]).status == 200)
            let plain = try await site.code().text
            refused(try await site.exchange(plain, [("code_verifier", Self.verifier)]), "invalid_grant")
            let phone = try await site.code(site.apps.phone, Self.pkce).text
            refused(try await site.exchange(phone, site.apps.phone), "invalid_request")
            #expect(try await site.exchange(phone, site.apps.phone, [("code_verifier", Self.verifier)]).status == 200)
        }
    }

    @Test func `redirect_uri must be the one of before when it is sent`() async throws {
        try await RunningSite.with { site in
            let code = try await site.code().text
            for wrong in [TestApps.web, TestApps.loopback + "/", TestApps.loopback.uppercased(), "http://localhost:8765/callback"] {
                refused(try await site.exchange(code, [("redirect_uri", wrong)]), "invalid_grant")
            }
            #expect(try await site.exchange(code, [("redirect_uri", TestApps.loopback)]).status == 200)
        }
    }

    @Test func `a refresh token rotates, and one used again ends everything`() async throws {
        try await RunningSite.with { site in
            let first = try await site.tokens()
            let second = try site.tokens(in: try await site.refresh(first.refresh))
            #expect(second.access != first.access && second.refresh != first.refresh && second.patient == first.patient)
            for tokens in [first, second] { #expect(try await site.get("/demo/r4/Patient", tokens.bearer).status == 200) }
            refused(try await site.refresh(first.refresh), "invalid_grant")
            for tokens in [first, second] { #expect(try await site.get("/demo/r4/Patient", tokens.bearer).status == 401) }
            refused(try await site.refresh(second.refresh), "invalid_grant")
        }
    }

    @Test func `a refresh token is its own client's and plan's, and lives as long as the consent`() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            refused(try await site.refresh(tokens.refresh, site.apps.rival), "invalid_grant")
            refused(
                try await site.post(
                    site.other.addresses.token,
                    site.apps.payer.fields + [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh)]), "invalid_grant")
            refused(try await site.refresh(tokens.access), "invalid_grant")
            site.clock.advance(seconds: 90 * 86_400 - 60)
            let late = try await site.refresh(tokens.refresh)
            #expect(late.status == 200 && late.object["expires_in"] as? Int == 60, "not beyond what the member agreed to: \(late.text)")
            site.clock.advance(seconds: 60)
            refused(try await site.refresh(try site.tokens(in: late).refresh), "invalid_grant")
            #expect(try await site.get("/demo/r4/Patient", try site.tokens(in: late).bearer).status == 401)
        }
    }

    @Test func `a refresh may narrow the scope and never widen it`() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens(scope: "launch/patient patient/Observation.rs patient/Patient.rs")
            refused(try await site.refresh(tokens.refresh, [("scope", "patient/*.read")]), "invalid_scope")
            refused(try await site.refresh(tokens.refresh, [("scope", "patient/Condition.rs")]), "invalid_scope")
            refused(try await site.refresh(tokens.refresh, [("scope", "patient/Observation.")]), "invalid_scope")
            let narrow = try await site.refresh(tokens.refresh, [("scope", "patient/Patient.rs")])
            #expect(narrow.string("scope") == "patient/Patient.rs")
            let narrowed = try site.tokens(in: narrow)
            #expect(try await site.get("/demo/r4/Patient", narrowed.bearer).status == 200)
            #expect(try await site.get("/demo/r4/Observation", narrowed.bearer).status == 403)
            let wide = try await site.refresh(narrowed.refresh)
            #expect(wide.string("scope") == "launch/patient patient/Observation.rs patient/Patient.rs", "the grant's scope stays")
        }
    }

    @Test func `what was asked for is granted for reading only`() async throws {
        try await RunningSite.with { site in
            let asked = [
                "patient/*.cruds": "patient/*.rs", "patient/*.*": "patient/*.read",
                "patient/Observation.rs openid": "patient/Observation.rs",
                "offline_access patient/Patient.r": "offline_access patient/Patient.r",
                "patient/Observation.rs?category=laboratory user/*.read": "patient/Observation.rs?category=laboratory",
            ]
            for (scope, granted) in asked {
                let answer = try await site.exchange(try await site.code([("scope", scope)]).text)
                #expect(answer.string("scope") == granted, "\(scope): \(answer.text)")
            }
        }
    }

    @Test func `too many wrong secrets lock the client for a while, without a 500`() async throws {
        try await RunningSite.with { site in
            let app = TestApp(clientID: site.apps.payer.clientID, secret: .make(.clientSecret), redirectURI: TestApps.web)
            for _ in 0..<32 {
                refused(try await site.exchange(Secret.make(.authorizationCode).text, app, plan: site.other), "invalid_client", 401)
            }
            #expect(try await site.exchange("x", app, plan: site.other).text.contains("too often"))
            // Guessing keeps nobody out who has the secret.
            refused(try await site.exchange(Secret.make(.authorizationCode).text, site.apps.payer, plan: site.other), "invalid_grant", 400)
            // The other plan's lock is not this one's.
            #expect(try await site.exchange(try await site.code().text).status == 200)
        }
    }
}

extension RunningSite {
    func exchange(_ code: String, _ more: [(String, String)]) async throws -> WebAnswer { try await exchange(code, nil, plan: nil, more) }
    func refresh(_ token: String, _ more: [(String, String)]) async throws -> WebAnswer { try await refresh(token, nil, more) }
    func code(_ more: [(String, String)]) async throws -> Secret { try await code(nil, member: nil, more) }
}
