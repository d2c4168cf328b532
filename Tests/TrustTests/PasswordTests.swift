import Testing
import Trust

@Suite("Passwords")
struct PasswordTests {
    private let cheap = PasswordCost(logarithm: 4, parallelism: 1)

    @Test("A password opens its own hash and nothing else does")
    func opens() throws {
        let hash = try PasswordHash.make("unrelated violet teapot gravel", cost: cheap)
        #expect(hash.matches("unrelated violet teapot gravel"))
        for wrong in ["", "unrelated violet teapot grave", "Unrelated violet teapot gravel", "unrelated violet teapot gravel "] {
            #expect(!hash.matches(wrong))
        }
        #expect(try PasswordHash.make("unrelated violet teapot gravel", cost: cheap).text != hash.text, "each has a salt of its own")
        #expect("\(hash)" == "<private>")
    }

    @Test("The same letters typed on two keyboards are the same password")
    func composed() throws {
        let hash = try PasswordHash.make("caf\u{E9} violet teapot gravel", cost: cheap)
        #expect(hash.matches("cafe\u{301} violet teapot gravel"))
    }

    @Test("A damaged hash opens nothing", arguments: ["", "scrypt", "scrypt$99$1$AAAA$AAAA", "scrypt$4$1$!$!", "plain$4$1$AAAA$AAAA"])
    func damaged(_ stored: String) { #expect(!PasswordHash(stored: stored).matches("")) }

    @Test(
        "What is tried first is refused",
        arguments: [
            ("short", PasswordRule.Problem.tooShort), ("fourteen chars", .tooShort), ("passwordpassword", .common),
            ("P@ssword P@ssword 1", .common), ("123456789012345", .common), ("aaaaaaaaaaaaaaaa", .common), ("abcdefghijklmnopq", .common),
            ("qwertyuiopasdfgh", .common), ("correct horse battery staple", .common), ("anafieldanafield", .ownName),
            (String(repeating: "x9 violet ", count: 40), .tooLong),
        ])
    func refused(_ password: String, _ problem: PasswordRule.Problem) {
        #expect(PasswordRule.problem(password, own: ["ana", "field", "lakeside"]) == problem)
    }

    @Test(
        "Unrelated words are taken, in any script",
        arguments: ["unrelated violet teapot gravel", "vier-violette-Teekannen", "紫色の急須と砂利とさくらんぼの木"])
    func taken(_ password: String) { #expect(PasswordRule.problem(password, own: ["ana", "field"]) == nil) }
}
