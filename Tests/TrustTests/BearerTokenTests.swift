import Testing

@testable import Trust

@Suite struct BearerTokenTests {
    func kind(_ header: String?) -> String {
        switch BearerToken.parse(header) {
        case .absent: "absent"
        case .malformed: "malformed"
        case .foreign: "foreign"
        case .token: "token"
        }
    }

    @Test(arguments: [
        (nil, "absent"), ("", "absent"), ("Basic YTpi", "absent"), ("Bearerx", "absent"), ("Bear", "absent"), ("Bearer", "malformed"),
        ("Bearer ", "malformed"), ("Bearer a b", "malformed"), ("Bearer a,b", "malformed"), ("Bearer =", "malformed"),
        ("Bearer a=b", "malformed"), ("Bearer \u{E9}", "malformed"), ("Bearer \u{212A}", "malformed"), ("Bearer abc", "foreign"),
        ("Bearer a.b-c~d+e/f==", "foreign"),
    ])
    func `Headers fall into four kinds`(header: String?, expected: String) {
        #expect(kind(header) == expected)
    }

    @Test func `An access token of ours is taken, another kind is foreign`() {
        let token = Secret.make(.accessToken)
        for scheme in ["Bearer ", "bearer ", "BEARER  "] {
            guard case .token(let secret) = BearerToken.parse(scheme + token.text) else {
                Issue.record("not taken")
                continue
            }
            #expect(secret.hash == token.hash)
        }
        #expect(kind("Bearer " + Secret.make(.refreshToken).text) == "foreign")
        #expect(kind("Bearer \(token.text) ") == "malformed")
        #expect(kind("Bearer \(token.text)\r\n") == "malformed")
    }

    @Test func `Problems and challenges follow RFC 6750`() throws {
        #expect(BearerToken.parse(nil).problem == nil)
        #expect(BearerToken.parse("Bearer").problem?.code == .invalidRequest)
        #expect(BearerToken.parse("Bearer x").problem?.code == .invalidToken)
        #expect(BearerToken.wwwAuthenticate(realm: "plan") == "Bearer realm=\"plan\"")
        let scope = try ScopeSet(parsing: "patient/Observation.rs")
        #expect(
            BearerToken.wwwAuthenticate(realm: "a\"b\r\n", error: OAuthError(.insufficientScope, "More \"scope\"."), scope: scope)
                == "Bearer realm=\"a'b??\", error=\"insufficient_scope\", error_description=\"More 'scope'.\", scope=\"patient/Observation.rs\""
        )
        #expect(ClientCredentials.wwwAuthenticate(realm: "plan") == "Basic realm=\"plan\", charset=\"UTF-8\"")
    }
}
