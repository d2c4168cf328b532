import Testing
import Trust

@Suite("The code of an authenticator app")
struct OneTimePasswordTests {
    /// The secret of RFC 6238 appendix B, whose eight digits end in these six.
    private let factor = OneTimePassword(secret: Array("12345678901234567890".utf8))

    @Test(
        "It gives the digits of RFC 6238",
        arguments: [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"), (2_000_000_000, "279037"),
        ])
    func vectors(_ seconds: Int64, _ digits: String) {
        #expect(factor.digits(step: seconds / 30) == digits)
        #expect(factor.step(of: digits, atSeconds: seconds) == seconds / 30)
    }

    @Test("A clock may be half a minute off, and no more")
    func clocks() {
        let now: Int64 = 1_234_567_890
        for seconds in [-30, 0, 30] as [Int64] {
            #expect(factor.step(of: factor.digits(step: (now + seconds) / 30), atSeconds: now) != nil)
        }
        for seconds in [-90, -60, 60, 90] as [Int64] {
            #expect(factor.step(of: factor.digits(step: (now + seconds) / 30), atSeconds: now) == nil)
        }
        for typed in ["", "12345", "1234567", "28708x"] { #expect(factor.step(of: typed, atSeconds: 59) == nil) }
        #expect(factor.step(of: "287 082", atSeconds: 59) == 1)
    }

    @Test("Its key survives being typed")
    func base32() throws {
        #expect(factor.base32 == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        #expect(OneTimePassword(base32: factor.base32)?.secret == factor.secret)
        #expect(OneTimePassword(base32: "lower") == nil && OneTimePassword(base32: "") == nil)
        #expect(factor.link(account: "a b@x", issuer: "P").contains("otpauth://totp/P:a%20b%40x?secret="))
    }
}
