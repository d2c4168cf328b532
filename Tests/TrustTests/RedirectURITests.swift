import Testing

@testable import Trust

@Suite struct RedirectURITests {
    typealias Problem = RedirectURI.Problem

    @Test(arguments: [
        "https://app.example.com/callback", "https://app.example.com", "https://app.example.com:8443/cb?tenant=7&x=%20",
        "https://a-b.example/p/a;b/c:d@e/~u", "https://xn--bcher-kva.example/cb", "https://app.example.com/a//b",
        "https://app.example.com/?next=a/b?c",
    ])
    func `Good addresses pass in both environments`(text: String) throws {
        for environment in RedirectURI.Environment.allCases {
            #expect(try RedirectURI(text, for: environment).text == text)
        }
    }

    @Test(arguments: [
        "http://localhost/cb", "http://localhost:3000/cb", "http://127.0.0.1:8080/cb", "http://127.9.9.9/", "http://[::1]:5000/cb",
        "http://[::1]",
        "http://app.localhost/cb", "https://localhost/cb", "https://[::1]/cb", "http://localhost.localdomain/",
    ])
    func `This computer is for the sandbox only`(text: String) throws {
        #expect(try RedirectURI(text, for: .sandbox).text == text)
        #expect(throws: Problem.loopbackInProduction) { try RedirectURI(text, for: .production) }
    }

    @Test func `Names without a dot are for the sandbox only`() throws {
        #expect(try RedirectURI("http://redirect1/callback", for: .sandbox).text == "http://redirect1/callback")
        #expect(throws: Problem.plainHTTP) { try RedirectURI("http://redirect1/callback", for: .production) }
        #expect(throws: Problem.singleLabelInProduction) { try RedirectURI("https://redirect1/callback", for: .production) }
    }

    @Test func `An address in numbers is no production host`() throws {
        #expect(try RedirectURI("https://10.0.0.5/cb", for: .sandbox).origin == "https://10.0.0.5")
        #expect(throws: Problem.addressInProduction) { try RedirectURI("https://10.0.0.5/cb", for: .production) }
        #expect(throws: Problem.plainHTTP) { try RedirectURI("http://10.0.0.5/cb", for: .sandbox) }
        #expect(throws: Problem.plainHTTP) { try RedirectURI("http://app.example.com/cb", for: .sandbox) }
        #expect(throws: Problem.plainHTTP) { try RedirectURI("http://app.example.com/cb", for: .production) }
    }

    @Test(arguments: [
        ("", Problem.empty),
        ("https://a.example/,https://b.example/", .forbiddenCharacter(0x2C)),
        ("https://a.example/a b", .forbiddenCharacter(0x20)),
        (" https://a.example/", .forbiddenCharacter(0x20)),
        ("https://a.example/\r\nLocation: x", .forbiddenCharacter(0x0D)),
        ("https://a.example/\u{0}", .forbiddenCharacter(0)),
        ("https://a.example/\u{7F}", .forbiddenCharacter(0x7F)),
        ("https://*.example.com/cb", .forbiddenCharacter(0x2A)),
        ("https://good.example\\@evil.example/cb", .forbiddenCharacter(0x5C)),
        ("https://b\u{FC}cher.example/", .forbiddenCharacter(0xC3)),
        ("https://a.example/\u{212A}", .forbiddenCharacter(0xE2)),
        ("https://a\u{3002}example/", .forbiddenCharacter(0xE3)),
        ("https://a.example/<x>", .forbiddenCharacter(0x3C)),
        ("https://a.example/\"", .forbiddenCharacter(0x22)),
        ("https://a.example/[x]", .forbiddenCharacter(0x5B)),
        ("https://a.example/?a[]=1", .forbiddenCharacter(0x5B)),
        ("https://a.example/cb#", .fragment),
        ("https://a.example/cb#x", .fragment),
        ("a.example/cb", .notAbsolute),
        ("//a.example/cb", .notAbsolute),
        ("/cb", .notAbsolute),
        ("https:a.example", .notAbsolute),
        ("https:/a.example", .notAbsolute),
        ("javascript:alert(1)", .unsupportedScheme),
        ("JAVASCRIPT:alert(1)", .unsupportedScheme),
        ("javascript://a.example/%0aalert(1)", .unsupportedScheme),
        ("data:text/html", .unsupportedScheme),
        ("com.example.app:/cb", .unsupportedScheme),
        ("urn:ietf:wg:oauth:2.0:oob", .unsupportedScheme),
        ("://a.example", .unsupportedScheme),
        ("HTTPS://a.example/", .upperCase),
        ("https://A.example/", .upperCase),
        ("http://LOCALHOST/", .upperCase),
        ("https://user@evil.example/", .userInfo),
        ("https://good.example@@evil.example/", .userInfo),
        ("https://a@b@evil.example/", .userInfo),
        ("https://a:b@evil.example/", .userInfo),
        ("https://@evil.example/", .userInfo),
        ("https://", .noHost),
        ("https:///evil.example/", .noHost),
        ("https://?x", .noHost),
        ("https://:443/", .noHost),
        ("https://a..example/", .badHost),
        ("https://.example/", .badHost),
        ("https://localhost./", .badHost),
        ("https://-a.example/", .badHost),
        ("https://a_b.example/", .badHost),
        ("https://a%2eexample/", .badHost),
        ("https://a.example&b/", .badHost),
        ("https://\(String(repeating: "a", count: 64)).example/", .badHost),
        ("https://0x7f.1/", .numericHost),
        ("https://0x7f000001/", .numericHost),
        ("https://2130706433/", .numericHost),
        ("https://127.1/", .numericHost),
        ("https://0177.0.0.1/", .numericHost),
        ("https://127.0.0.01/", .numericHost),
        ("https://1.2.3.256/", .numericHost),
        ("https://1.2.3.4.5/", .numericHost),
        ("https://0.0.0.0/", .numericHost),
        ("https://a.example.0x/", .numericHost),
        ("https://[::ffff:127.0.0.1]/", .numericHost),
        ("https://[0:0:0:0:0:0:0:1]/", .numericHost),
        ("https://[::1", .numericHost),
        ("https://[::1]x/", .badHost),
        ("https://a.example:/", .badPort),
        ("https://a.example:0/", .badPort),
        ("https://a.example:65536/", .badPort),
        ("https://a.example:080/", .badPort),
        ("https://a.example:+1/", .badPort),
        ("https://a.example:1:2/", .badPort),
        ("https://a.example/a/../b", .dotSegment),
        ("https://a.example/..", .dotSegment),
        ("https://a.example/./b", .dotSegment),
        ("https://a.example/a/..;/b", .dotSegment),
        ("https://a.example/%2e%2E/b", .dotSegment),
        ("https://a.example/.%2e/b", .dotSegment),
        ("https://a.example/%2f", .badEscape),
        ("https://a.example/%5c", .badEscape),
        ("https://a.example/%0d%0a", .badEscape),
        ("https://a.example/?a=%0A", .badEscape),
        ("https://a.example/%", .badEscape),
        ("https://a.example/?a=%4", .badEscape),
        ("https://a.example/?a=%ff", .badEscape),
        ("https://a.example/?code=1", .reservedParameter("code")),
        ("https://a.example/?a=1&st%61te=1", .reservedParameter("state")),
        ("https://a.example/?iss", .reservedParameter("iss")),
    ])
    func `Every other address is refused in both environments`(text: String, problem: Problem) {
        for environment in RedirectURI.Environment.allCases {
            #expect(throws: problem) { try RedirectURI(text, for: environment) }
        }
        #expect(problem.explanation.utf8.count > 20)
    }

    @Test func `2048 bytes are enough and one more is too many`() throws {
        let text = "https://a.example/" + String(repeating: "a", count: 2048 - 18)
        #expect(try RedirectURI(text, for: .production).text.utf8.count == 2048)
        #expect(throws: Problem.tooLong) { try RedirectURI(text + "a", for: .production) }
    }

    @Test(arguments: [
        "https://app.example.com/cb/", "https://app.example.com/CB", "https://app.example.com:443/cb", "https://app.example.com/cb?",
        "https://app.example.com/cb\u{0}", "https://app.example.com/c%62", "https://app.example.com.evil.example/cb",
        "https://app.example.com/cb/../x", "http://app.example.com/cb", "",
    ])
    func `Only the same bytes match`(presented: String) throws {
        let registered = try RedirectURI("https://app.example.com/cb", for: .production)
        #expect(!registered.matches(presented))
        #expect(registered.matches("https://app.example.com/cb"))
    }

    @Test func `Canonical equivalence is not equality`() throws {
        let registered = try RedirectURI("https://app.example.com/K", for: .production)
        let kelvin = "https://app.example.com/\u{212A}"
        #expect(kelvin == registered.text, "Swift's own comparison falls for it")
        #expect(!registered.matches(kelvin))
    }

    @Test func `A list takes commas, spaces and line ends`() {
        let list = RedirectURI.list(
            "http://redirect1/callback,http://redirect2/callback, http://redirect3/callback\r\nftp://x,,http://redirect1/callback",
            for: .sandbox)
        #expect(list.map(\.text) == ["http://redirect1/callback", "http://redirect2/callback", "http://redirect3/callback", "ftp://x"])
        #expect(list.map { (try? $0.result.get()) != nil } == [true, true, true, false])
        #expect(RedirectURI.list(" ,\n", for: .sandbox).isEmpty)
    }

    @Test(arguments: [
        ("https://a.example/cb", "https://a.example/cb?code=x"),
        ("https://a.example", "https://a.example?code=x"),
        ("https://a.example/cb?t=1", "https://a.example/cb?t=1&code=x"),
        ("https://a.example/cb?t=%20", "https://a.example/cb?t=%20&code=x"),
        ("https://a.example/cb?", "https://a.example/cb?code=x"),
        ("https://a.example/cb?t=1&", "https://a.example/cb?t=1&code=x"),
    ])
    func `Parameters join the query that is there`(text: String, expected: String) throws {
        let uri = try RedirectURI(text, for: .production)
        #expect(uri.appending([("code", "x")]) == expected)
        #expect(uri.appending([]) == text)
    }

    @Test func `State survives byte for byte`() throws {
        let state = String(decoding: Array(UInt8(0x20)...UInt8(0x7E)), as: UTF8.self) + "\u{E9}e\u{301}"
        let uri = try RedirectURI("https://a.example/cb?t=1", for: .production)
        let answer = uri.appending([("state", state)])
        let query = answer.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()
        let returned = try #require(try FormParameters(query).single("state"))
        #expect(returned.hasSameBytes(as: state))
        #expect(!answer.utf8.contains(0x20) && !answer.utf8.contains(UInt8(ascii: "#")))
    }

    @Test func `Answers carry state and issuer`() throws {
        let uri = try RedirectURI("https://a.example/cb", for: .production)
        let refusal = OAuthError(.accessDenied, "No.")
        #expect(
            uri.answer(error: refusal, state: "s 1", issuer: "https://as.example")
                == "https://a.example/cb?error=access_denied&error_description=No.&state=s%201&iss=https%3A%2F%2Fas.example")
        let code = Secret.make(.authorizationCode)
        #expect(
            uri.answer(code: code, state: nil, issuer: "https://as.example")
                == "https://a.example/cb?code=\(code.text)&iss=https%3A%2F%2Fas.example")
    }

    @Test func `The origin ends before the path`() throws {
        #expect(try RedirectURI("https://a.example:8443/cb?x", for: .production).origin == "https://a.example:8443")
        #expect(try RedirectURI("https://a.example?x", for: .production).origin == "https://a.example")
    }
}
