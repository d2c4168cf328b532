import Testing

@testable import Receiver

@Suite("What the authorize endpoint's first answer tells")
struct AuthorizeAnswerTests {
    private static let ours = "https://us.example/callback"

    private static func judge(_ status: Int, _ body: String = "", location: String? = nil) throws -> AuthorizeAnswer {
        let asked = try #require(WebAddress("https://auth.payer.example/authorize?x=1"))
        return AuthorizeAnswer(
            HTTPAnswer(status: status, body: Array(body.utf8), retryAfter: nil, location: location), from: asked, redirectURI: ours,
            state: "st")
    }

    @Test("Back to us: an error is told with its words, a code or a wish to ask the member is well, a changed state is not")
    func back() throws {
        #expect(
            try Self.judge(302, location: Self.ours + "?error=invalid_scope&error_description=No+such%20scope&state=st&iss=x")
                == .refused(error: "invalid_scope", words: "No such scope"))
        #expect(
            try Self.judge(303, location: Self.ours + "?code=c&state=st") == .goesOn("the authorize endpoint sends a code back at once"))
        for error in ["login_required", "access_denied", "consent_required"] {
            #expect(
                try Self.judge(302, location: Self.ours + "?error=\(error)&state=st")
                    == .goesOn("the authorize endpoint knows the app and its redirect address"))
        }
        for location in ["?code=c", "?code=c&state=ST", "?code=c&state=st&state=st", "?error=invalid_scope", ""] {
            #expect(try Self.judge(302, location: Self.ours + location) == .wrongState)
        }
    }

    @Test("Elsewhere: a sign-in is well, an error page behind a redirect is not, and only the host is told")
    func elsewhere() throws {
        #expect(try Self.judge(302, location: "/login?session=secret") == .goesOn("the authorize endpoint leads to its own sign-in"))
        #expect(
            try Self.judge(302, location: "https://id.payer.example/login?session=secret")
                == .goesOn("the authorize endpoint leads to https://id.payer.example"))
        #expect(
            try Self.judge(302, location: Self.ours + ".evil.example/?state=st")
                == .goesOn("the authorize endpoint leads to https://us.example"))
        #expect(
            try Self.judge(302, location: "/error?error=invalid_redirect_uri") == .refused(error: "invalid_redirect_uri", words: nil))
        for location in [nil, "javascript:alert(1)", "//evil.example/"] {
            guard case .broken = try Self.judge(302, location: location) else {
                Issue.record("\(location ?? "nil") was accepted")
                continue
            }
        }
    }

    @Test(
        "Error pages are told apart by their words",
        arguments: [
            (400, #"{"error":"invalid_request","error_description":"redirect_uri mismatch"}"#, "redirect"),
            (400, "<html><head><title>Oh</title><style>client_id</style></head><p>The Redirect URI is not known</html>", "redirect"),
            (401, #"{"error":"invalid_client"}"#, "client"), (400, "<h1>Unknown client</h1>", "client"),
            (403, "<p>No app with this client_id</p>", "client"),
            (400, "<p>Bad request</p>", "unclear"), (200, "<p>Welcome</p>", "unclear"), (200, "<p>redirect_uri is wrong</p>", "redirect"),
            (200, "<form action=\"/login\"><input name=\"redirect_uri\"></form>", "on"), (404, "", "broken"), (503, "", "broken"),
            (429, "", "broken"),
        ])
    func pages(_ status: Int, _ body: String, _ expected: String) throws {
        let kind =
            switch try Self.judge(status, body) {
            case .goesOn: "on"
            case .unknownClient: "client"
            case .unregisteredRedirect: "redirect"
            case .refused: "refused"
            case .wrongState: "state"
            case .broken: "broken"
            case .unclear: "unclear"
            }
        #expect(kind == expected)
    }

    @Test("What a page says is shown on one line, its title alone when it has one")
    func shown() throws {
        #expect(
            try Self.judge(400, "<title>Not\nknown</title><p>client_id") == .unknownClient("the authorize endpoint answered 400: Not known")
        )
        #expect(try Self.judge(400, "<p>a <b>b</b>\u{1B}[2J</p>") == .unclear("the authorize endpoint answered 400: a b [2J"))
    }
}
