import Testing

@testable import Trust

@Suite struct TokenRequestTests {
    /// `Basic` over text whose base64 was made by another program.
    static let plainBasic = "Basic YXBwMTpzM2NyZXQ="  // app1:s3cret

    @Test func `The documented request is read`() throws {
        let request = try TokenRequest(
            form: form("client_id=app1&client_secret=s3cret&code=abc&grant_type=authorization_code"), authorization: nil)
        #expect(request.client.clientID == "app1" && request.client.secret == "s3cret" && request.client.method == .post)
        guard case .authorizationCode(let code, let redirectURI, let verifier) = request.grant else {
            Issue.record("not a code")
            return
        }
        #expect(code == "abc" && redirectURI == nil && verifier == nil)
    }

    @Test func `A public client sends its verifier`() throws {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        let request = try TokenRequest(
            form: form("client_id=app1&code=abc&grant_type=authorization_code&redirect_uri=https://a.example/&code_verifier=\(verifier)"),
            authorization: nil)
        #expect(request.client.method == .none && request.client.secret == nil)
        guard case .authorizationCode(_, "https://a.example/", verifier) = request.grant else {
            Issue.record("wrong grant")
            return
        }
    }

    @Test func `A refresh may name a scope`() throws {
        let plain = try TokenRequest(form: form("grant_type=refresh_token&refresh_token=r"), authorization: Self.plainBasic)
        guard case .refreshToken("r", nil) = plain.grant else {
            Issue.record("wrong grant")
            return
        }
        let scoped = try TokenRequest(
            form: form("grant_type=refresh_token&refresh_token=r&scope=patient/*.read"), authorization: Self.plainBasic)
        guard case .refreshToken("r", let scope?) = scoped.grant else {
            Issue.record("wrong grant")
            return
        }
        #expect(scope.text == "patient/*.read")
    }

    @Test(arguments: [
        ("", OAuthError.Code.invalidRequest), ("grant_type=", .invalidRequest), ("grant_type=authorization_code", .invalidRequest),
        ("grant_type=refresh_token", .invalidRequest), ("grant_type=password&username=a&password=b", .unsupportedGrantType),
        ("grant_type=client_credentials", .unsupportedGrantType), ("grant_type=Authorization_code&code=a", .unsupportedGrantType),
        ("grant_type=authorization_code&grant_type=authorization_code&code=a", .invalidRequest),
        ("grant_type=authorization_code&code=a&code=b", .invalidRequest),
        ("grant_type=authorization_code&code=a&redirect_uri=a&redirect_uri=a", .invalidRequest),
        ("grant_type=authorization_code&code=a&code_verifier=short", .invalidRequest),
        ("grant_type=refresh_token&refresh_token=a&scope=patient/X.sr", .invalidScope),
        ("client_id=app2&grant_type=refresh_token&refresh_token=a", .invalidRequest),
        ("client_secret=x&grant_type=refresh_token&refresh_token=a", .invalidRequest),
        ("client_assertion=x&grant_type=refresh_token&refresh_token=a", .invalidRequest),
    ])
    func `Each rule has its error`(body: String, expected: OAuthError.Code) {
        #expect(code { try TokenRequest(form: form(body), authorization: Self.plainBasic) } == expected)
    }

    @Test(arguments: [
        ("", OAuthError.Code.invalidClient), ("client_secret=x", .invalidClient), ("client_id=a&client_id=a", .invalidRequest),
        ("client_id=a&client_secret=x&client_secret=x", .invalidRequest), ("client_id=a%20b", .invalidClient),
        ("client_id=%E2%84%AA", .invalidClient), ("client_id=a&client_assertion=x", .invalidClient),
        ("client_id=a&client_secret=x&client_assertion=x", .invalidRequest),
    ])
    func `A client in the body names itself once and in one way`(body: String, expected: OAuthError.Code) {
        #expect(code { try ClientCredentials.parse(form: form(body), authorization: nil) } == expected)
    }

    @Test(arguments: [
        ("Basic YXBwMTpzM2NyZXQ=", "app1", "s3cret"), ("basic  YXBwMTpzM2NyZXQ=", "app1", "s3cret"),
        // a%20b%3A1 : p%2Bq+r%25 — form-urlencoded before base64, RFC 6749 §2.3.1.
        ("Basic YSUzQTE6cCUyQnErciUyNQ==", "a:1", "p+q r%"),
        // The secret may hold a colon.
        ("Basic YXBwOmE6Yg==", "app", "a:b"),
    ])
    func `HTTP Basic is form-urlencoded inside`(header: String, clientID: String, secret: String) throws {
        let client = try ClientCredentials.parse(form: form(""), authorization: header)
        #expect(client.clientID == clientID && client.secret == secret && client.method == .basic)
    }

    @Test func `Basic with an empty password is a client without a secret`() throws {
        let client = try ClientCredentials.parse(form: form("client_id=app1"), authorization: "Basic YXBwMTo=")
        #expect(client.clientID == "app1" && client.secret == nil && client.method == .none)
    }

    @Test(arguments: [
        "", "Basic", "Basic ", "Basic !!!!", "Basic YXBwMTpzM2NyZXQ", "Basic YXBwMTpzM2NyZXR=", "Basic YXBwMQ==", "Basic OnNlY3JldA==",
        "Bearer abc", "BasicYXBwMTpzM2NyZXQ=", "Basic YSVaWjpi", "Basic YTr/", "Basic YXBwMTpzM2NyZXQ=,Basic YXBwMTpzM2NyZXQ=",
    ])
    func `Other headers are invalid_client`(header: String) {
        #expect(code { try ClientCredentials.parse(form: form(""), authorization: header) } == .invalidClient)
    }

    @Test func `Credentials and grants do not print`() throws {
        let request = try TokenRequest(
            form: form("client_id=app1&client_secret=canary1&code=canary2&grant_type=authorization_code"), authorization: nil)
        var dumped = ""
        dump(request, to: &dumped)
        #expect(!"\(request) \(request.client) \(request.grant) \(dumped)".utf8.contains(Array("canary".utf8)))
    }

    @Test func `A presented token is recognised by its shape`() throws {
        let access = Secret.make(.accessToken)
        let refresh = Secret.make(.refreshToken)
        #expect(try PresentedToken(form: form("token=\(access.text)")).secret?.kind == .accessToken)
        #expect(try PresentedToken(form: form("token=\(refresh.text)&token_type_hint=access_token")).secret?.kind == .refreshToken)
        #expect(try PresentedToken(form: form("token=abc")).secret == nil)
        #expect(try PresentedToken(form: form("token=\(Secret.make(.session).text)")).secret == nil)
        #expect(code { try PresentedToken(form: form("")) } == .invalidRequest)
        #expect(code { try PresentedToken(form: form("token=a&token=b")) } == .invalidRequest)
    }
}
