import Testing

@testable import Trust

@Suite struct AuthorizeParametersTests {
    let base = "https://plan.example/r4"
    let challenge = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    func parse(_ query: String, isPublicClient: Bool = false) throws -> AuthorizeParameters {
        try AuthorizeParameters(form(query), expectedAudience: base, isPublicClient: isPublicClient)
    }

    @Test func `The documented request needs three parameters`() throws {
        let query = "client_id=app1&state=abc&redirect_uri=http%3A%2F%2Fredirect1%2Fcallback"
        let who = try AuthorizeParameters.identify(form(query))
        #expect(who.clientID == "app1")
        #expect(who.redirectURI == "http://redirect1/callback")
        let parameters = try parse(query)
        #expect(parameters.state == "abc")
        #expect(parameters.scope == nil && parameters.challenge == nil)
        #expect(parameters.redirectURIWasSent && !parameters.audienceWasSent && !parameters.responseTypeWasSent)
    }

    @Test(arguments: [
        "", "client_id=a", "redirect_uri=https://a.example/", "client_id=&redirect_uri=https://a.example/",
        "client_id=a&client_id=a&redirect_uri=https://a.example/", "client_id=a&client_id=&redirect_uri=https://a.example/",
        "client_id=a&redirect_uri=https://a.example/&redirect_uri=https://evil.example/", "client_id=a%20b&redirect_uri=https://a.example/",
        "client_id=a%0D%0A&redirect_uri=https://a.example/", "client_id=%E2%84%AA&redirect_uri=https://a.example/",
        "client_id=a&redirect_uri=https://a.example/%C3%A9", "CLIENT_ID=a&redirect_uri=https://a.example/",
    ])
    func `Without one client and one redirect URI nothing is proven`(query: String) {
        #expect(code { try AuthorizeParameters.identify(form(query)) } == .invalidRequest)
    }

    @Test func `A full SMART request is read`() throws {
        let parameters = try parse(
            "response_type=code&client_id=a&redirect_uri=x&scope=launch/patient+patient/*.rs&state=s&aud=https://plan.example/r4/&\(challenge)"
                + "&code_challenge_method=S256&prompt=none&unknown=1&unknown=2", isPublicClient: true)
        #expect(parameters.scope?.text == "launch/patient patient/*.rs")
        #expect(parameters.challenge?.verify("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == true)
        #expect(parameters.audienceWasSent && parameters.responseTypeWasSent)
    }

    @Test(arguments: [
        ("response_type=token", OAuthError.Code.unsupportedResponseType), ("response_type=code+id_token", .unsupportedResponseType),
        ("response_type=CODE", .unsupportedResponseType), ("response_type=code&response_type=code", .invalidRequest),
        ("response_mode=form_post", .invalidRequest), ("request=ey", .invalidRequest), ("request_uri=https://x", .invalidRequest),
        ("request=", .invalidRequest), ("scope=patient/X.sr", .invalidScope), ("scope=a&scope=b", .invalidRequest),
        ("aud=https://evil.example/r4", .invalidRequest), ("aud=https://plan.example/r4//", .invalidRequest),
        ("aud=https://plan.example/R4", .invalidRequest), ("aud=https://plan.example/r4&aud=https://plan.example/r4", .invalidRequest),
        ("resource=https://evil.example", .invalidTarget), ("resource=https://plan.example/r4&resource=https://x", .invalidTarget),
        ("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", .invalidRequest), ("code_challenge_method=S256", .invalidRequest),
        ("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=plain", .invalidRequest),
        ("code_challenge=short&code_challenge_method=S256", .invalidRequest), ("state=a&state=b", .invalidRequest),
        ("state=a%0Ab", .invalidRequest), ("state=%C3%A9", .invalidRequest),
    ])
    func `Each rule has its error`(query: String, expected: OAuthError.Code) {
        #expect(code { try parse(query) } == expected)
    }

    @Test func `A public client must use PKCE`() throws {
        #expect(code { try parse("state=a", isPublicClient: true) } == .invalidRequest)
        #expect(code { try parse("code_challenge=", isPublicClient: true) } == .invalidRequest)
        #expect(try parse(challenge + "&code_challenge_method=S256", isPublicClient: true).challenge != nil)
    }

    @Test func `A resource may repeat when it is this server`() throws {
        #expect(try parse("resource=https://plan.example/r4&resource=https://plan.example/r4/").audienceWasSent)
    }

    @Test func `An error carries the state only when there is exactly one good one`() throws {
        #expect(AuthorizeParameters.state(try form("state=%20a%2Bb%26")) == " a+b&")
        #expect(AuthorizeParameters.state(try form("state=a&state=a")) == nil)
        #expect(AuthorizeParameters.state(try form("state=a%0D")) == nil)
        #expect(AuthorizeParameters.state(try form("state=")) == nil)
        #expect(AuthorizeParameters.state(try form("state=" + String(repeating: "s", count: 2048)))?.utf8.count == 2048)
        #expect(AuthorizeParameters.state(try form("state=" + String(repeating: "s", count: 2049))) == nil)
    }
}
