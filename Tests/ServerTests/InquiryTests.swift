import Exchange
import FHIR
import Synthetic
import TestSupport
import Testing
import Trust

/// `POST revoke` (RFC 7009) and `POST introspect` (RFC 7662).
struct InquiryTests {
    private static let revoke = "/demo/oauth2/revoke"
    private static let introspect = "/demo/oauth2/introspect"
    private static let inactive = #"{"active":false}"#

    @Test func `both take only a proven client and a well-formed request`() async throws {
        try await RunningSite.with { site in
            let payer = site.apps.payer
            let token = [("token", try await site.tokens().access)]
            for path in [Self.revoke, Self.introspect] {
                func row(_ name: String, _ fields: [(String, String)], _ status: Int, _ error: String) -> Scenario {
                    .form("\(path) \(name)", path, fields, status: status, contains: ["\"error\":\"\(error)\""], lacks: ["\"active\""])
                }
                try await site.check([
                    row("nobody", token, 401, "invalid_client"),
                    row("wrong secret", token + [("client_id", payer.clientID), ("client_secret", "x")], 401, "invalid_client"),
                    row("no secret", token + [("client_id", payer.clientID)], 401, "invalid_client"),
                    row("client of another plan", token + site.apps.foreign.fields, 401, "invalid_client"),
                    row("no token", payer.fields, 400, "invalid_request"),
                    row("token twice", payer.fields + token + token, 400, "invalid_request"),
                    row("too large", payer.fields + [("token", String(repeating: "a", count: 20_000))], 400, "invalid_request"),
                    Scenario(name: "GET", address: path, status: 405, contains: ["invalid_request"], answers: ["Allow": "POST, OPTIONS"]),
                    Scenario(
                        name: "JSON", method: "POST", address: path, headers: [("Content-Type", "application/json")],
                        body: Array("{}".utf8),
                        status: 400, contains: ["invalid_request"]),
                ])
            }
            #expect(try await site.get("/demo/r4/Patient", [("Authorization", "Bearer \(token[0].1)")]).status == 200)
        }
    }

    @Test func `a revoked access token ends alone, a revoked refresh token ends everything`() async throws {
        try await RunningSite.with { site in
            let payer = site.apps.payer
            let first = try await site.tokens()
            let second = try site.tokens(in: try await site.refresh(first.refresh))
            #expect(try await site.post(Self.revoke, payer.fields + [("token", first.access)]).status == 200)
            #expect(try await site.get("/demo/r4/Patient", first.bearer).status == 401)
            #expect(try await site.get("/demo/r4/Patient", second.bearer).status == 200)
            let hinted = [("token", second.refresh), ("token_type_hint", "access_token")]
            #expect(try await site.post(Self.revoke, hinted, [("Authorization", payer.basic)]).status == 200)
            #expect(try await site.get("/demo/r4/Patient", second.bearer).status == 401)
            #expect(try await site.refresh(second.refresh).string("error") == "invalid_grant")
        }
    }

    @Test func `a token that is not one's own is left alone, and nobody learns that it exists`() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            let unknown = Secret.make(.accessToken).text
            var answers: Set<String> = []
            for (address, app) in [(Self.revoke, site.apps.rival), (site.other.addresses.revoke, site.apps.payer)] {
                for token in [tokens.access, tokens.refresh, unknown, "nonsense"] {
                    answers.insert(try await site.post(address, app.fields + [("token", token)]).comparable)
                }
            }
            #expect(answers.count == 1)
            #expect(try await site.get("/demo/r4/Patient", tokens.bearer).status == 200)
            #expect(try await site.refresh(tokens.refresh).status == 200)
        }
    }

    @Test func `introspection tells the owner what a live token is, and anybody else nothing`() async throws {
        try await RunningSite.with { site in
            let payer = site.apps.payer
            let tokens = try await site.tokens()
            let answer = try await site.post(Self.introspect, payer.fields + [("token", tokens.access)])
            #expect(answer.status == 200 && answer.object["active"] as? Bool == true)
            #expect(answer.string("client_id") == payer.clientID && answer.string("patient") == site.member.patientID)
            #expect(answer.string("iss") == site.demo.addresses.issuer)
            #expect(answer.object["exp"] as? Int == Int(site.clock.now.seconds) + 3600)
            #expect(try await site.post(Self.introspect, payer.fields + [("token", tokens.refresh)]).object["active"] as? Bool == true)
            let rows: [(String, TestApp, String)] = [
                (Self.introspect, site.apps.rival, tokens.access), (site.other.addresses.introspect, payer, tokens.access),
                (Self.introspect, payer, Secret.make(.accessToken).text), (Self.introspect, payer, "x"),
            ]
            for (address, app, token) in rows {
                #expect(try await site.post(address, app.fields + [("token", token)]).text == Self.inactive)
            }
            site.clock.advance(seconds: 3600)
            #expect(try await site.post(Self.introspect, payer.fields + [("token", tokens.access)]).text == Self.inactive, "expired")
            #expect(try await site.post(Self.revoke, payer.fields + [("token", tokens.refresh)]).status == 200)
            #expect(try await site.post(Self.introspect, payer.fields + [("token", tokens.refresh)]).text == Self.inactive, "revoked")
        }
    }
}
