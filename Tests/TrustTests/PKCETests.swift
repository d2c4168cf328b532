import Testing

@testable import Trust

@Suite struct PKCETests {
    /// RFC 7636 appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    @Test func `The vector of RFC 7636 appendix B holds`() throws {
        #expect(PKCE.challenge(for: verifier) == challenge)
        let parsed = try PKCE.Challenge(challenge, method: "S256")
        #expect(parsed.verify(verifier))
        #expect(!parsed.verify(challenge))
        #expect(!parsed.verify(verifier + "a"))
        #expect(!parsed.verify(""))
    }

    @Test(arguments: [nil, "plain", "s256", "S256 ", "", "\u{FF33}256"])
    func `Only S256 is a method`(method: String?) {
        #expect(code { try PKCE.Challenge(challenge, method: method) } == .invalidRequest)
    }

    @Test(arguments: [42, 44, 0])
    func `A challenge has 43 characters`(count: Int) {
        #expect(code { try PKCE.Challenge(String(repeating: "a", count: count), method: "S256") } == .invalidRequest)
    }

    @Test(arguments: ["=", "+", "/", ".", " ", "\u{E9}"])
    func `A challenge is base64url`(character: String) {
        let text = String(repeating: "a", count: 43 - character.utf8.count) + character
        #expect(PKCE.Challenge(stored: text) == nil)
    }

    @Test func `A plain verifier does not open a challenge of itself`() throws {
        let text = String(repeating: "a", count: 43)
        #expect(try !PKCE.Challenge(text, method: "S256").verify(text))
    }

    @Test func `A verifier too short to be secret does not verify, even if it hashes right`() throws {
        #expect(try !PKCE.Challenge(PKCE.challenge(for: "abc"), method: "S256").verify("abc"))
    }

    @Test func `A verifier is 43 to 128 unreserved characters`() {
        #expect(!PKCE.isWellFormed(verifier: String(repeating: "a", count: 42)))
        #expect(PKCE.isWellFormed(verifier: String(repeating: "~", count: 43)))
        #expect(PKCE.isWellFormed(verifier: String(repeating: ".", count: 128)))
        #expect(!PKCE.isWellFormed(verifier: String(repeating: "a", count: 129)))
        #expect(!PKCE.isWellFormed(verifier: String(repeating: "a", count: 42) + "+"))
        #expect(!PKCE.isWellFormed(verifier: String(repeating: "a", count: 41) + "\u{212A}"))
    }

    @Test func `Made verifiers are well formed and differ`() {
        let made = PKCE.makeVerifier()
        #expect(PKCE.isWellFormed(verifier: made) && made.utf8.count == 43)
        #expect(made != PKCE.makeVerifier())
    }
}

/// The code of the OAuth error a body throws; nil when it throws none.
func code<T>(_ body: () throws -> T) -> OAuthError.Code? {
    do {
        _ = try body()
        return nil
    } catch let error as OAuthError {
        return error.code
    } catch {
        Issue.record(error)
        return nil
    }
}
