import Exchange
import FHIR
import Testing
import Trust

@Suite("Presenting a code")
struct RedemptionRulesTests {
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let other = "aBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let expiry = Timestamp(milliseconds: 1_000_000)

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var app: Int64 = 1
        var hasChallenge = false
        var isUsed = false
        var isRevoked = false
        var redirectURI: String?
        var verifier: String?
        var at: Int64 = 999_999
        let expected: String
    }

    static let rows = [
        Row(testDescription: "right", expected: "take"),
        Row(testDescription: "right address", redirectURI: "https://a.example/cb", expected: "take"),
        Row(testDescription: "another address", redirectURI: "https://a.example/cb/", expected: "refuse"),
        Row(testDescription: "the same address in other bytes", redirectURI: "https://A.example/cb", expected: "refuse"),
        Row(testDescription: "another client", app: 2, expected: "refuse"),
        Row(testDescription: "another client, used", app: 2, isUsed: true, expected: "refuse"),
        Row(testDescription: "used", isUsed: true, expected: "replay"),
        Row(testDescription: "used and expired", isUsed: true, at: 2_000_000, expected: "replay"),
        Row(testDescription: "used and revoked", isUsed: true, isRevoked: true, expected: "replay"),
        Row(testDescription: "revoked", isRevoked: true, expected: "refuse"),
        Row(testDescription: "at its end", at: 1_000_000, expected: "refuse"),
        Row(testDescription: "verifier of the challenge", hasChallenge: true, verifier: verifier, expected: "take"),
        Row(testDescription: "wrong verifier", hasChallenge: true, verifier: other, expected: "refuse"),
        Row(testDescription: "malformed verifier", hasChallenge: true, verifier: "short", expected: "refuse"),
        Row(testDescription: "missing verifier", hasChallenge: true, expected: "refuse"),
        Row(testDescription: "verifier without a challenge", verifier: verifier, expected: "refuse"),
    ]

    @Test("A code is taken, refused, or found to be replayed", arguments: rows)
    func table(_ row: Row) {
        let code = StoredCode(
            app: Key(1), redirectURI: "https://a.example/cb", redirectURIWasSent: true,
            challenge: row.hasChallenge ? PKCE.Challenge(stored: PKCE.challenge(for: Self.verifier)) : nil, expiresAt: Self.expiry,
            isUsed: row.isUsed, isRevoked: row.isRevoked)
        let verdict = RedemptionRules.judge(
            code, app: Key(row.app), redirectURI: row.redirectURI, verifier: row.verifier, at: Timestamp(milliseconds: row.at))
        switch verdict {
        case .take: #expect(row.expected == "take")
        case .replay: #expect(row.expected == "replay")
        case .refuse(let error):
            #expect(row.expected == "refuse")
            #expect(error.code == .invalidGrant)
        }
    }
}
