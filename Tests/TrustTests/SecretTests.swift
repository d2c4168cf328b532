import Crypto
import Testing

@testable import Trust

@Suite struct SecretTests {
    /// Every word is the same: small, and not 0, which the uniform draw would throw away for ever.
    struct Constant: RandomNumberGenerator {
        func next() -> UInt64 { 1_000_000 }
    }

    @Test(arguments: SecretKind.allCases)
    func `A made secret is read back as its own kind only`(kind: SecretKind) throws {
        let secret = Secret.make(kind)
        #expect(secret.text.utf8.count == 48)
        #expect(secret.text.utf8.starts(with: (kind.rawValue + "_").utf8))
        for other in SecretKind.allCases {
            #expect((Secret(secret.text, kind: other) != nil) == (other == kind))
        }
        #expect(try #require(Secret(secret.text, kind: kind)).hash == secret.hash)
    }

    @Test func `Kinds have prefixes of their own`() {
        #expect(Set(SecretKind.allCases.map(\.rawValue)).count == SecretKind.allCases.count)
        #expect(SecretKind.allCases.allSatisfy { $0.rawValue.utf8.count == 4 })
    }

    @Test func `The same random bytes hash differently in each kind`() {
        var generator = Constant()
        let hashes = SecretKind.allCases.map { Secret.make($0, using: &generator).hash }
        #expect(Set(hashes).count == SecretKind.allCases.count)
    }

    @Test func `The hash is SHA-256 of the text`() {
        let secret = Secret.make(.accessToken)
        #expect(secret.hash.bytes == Array(SHA256.hash(data: Array(secret.text.utf8))))
        #expect(SecretHash(secret.hash.bytes) == secret.hash)
        #expect(SecretHash(secret.hash.bytes.dropLast()) == nil)
        #expect(SecretHash(secret.hash.bytes + [0]) == nil)
    }

    @Test func `Hashes differ when any byte differs`() throws {
        let secret = Secret.make(.refreshToken)
        for index in 0..<32 {
            var bytes = secret.hash.bytes
            bytes[index] ^= 1
            #expect(try #require(SecretHash(bytes)) != secret.hash)
        }
    }

    @Test(arguments: [
        "", "p2pa_", "p2pa", "p2pa-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "p2pa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "p2pa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "p2pa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "p2pa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.", "P2PA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "p2pa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\u{212A}",
    ])
    func `Other shapes are refused`(text: String) {
        #expect(Secret(text, kind: .accessToken) == nil)
    }

    @Test func `Secrets are fresh each time`() {
        #expect(Set((0..<200).map { _ in Secret.make(.session).text }).count == 200)
    }

    @Test func `A secret does not print`() {
        let secret = Secret.make(.clientSecret)
        let answer = TokenAnswer(accessToken: secret, expiresIn: 1, scope: .clinicalRead, patient: nil, refreshToken: secret)
        var dumped = ""
        dump(answer, to: &dumped)
        dump(secret, to: &dumped)
        let printed = "\(secret) \(String(reflecting: secret)) \(answer) \(String(reflecting: answer)) \(dumped)"
        #expect(!printed.utf8.contains(Array(secret.text.utf8)))
        #expect("\(secret)" == "<private>")
    }

    @Test func `Constant time comparison compares`() {
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([1, 2, 3], [0, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
        #expect(constantTimeEqual([], []))
        #expect(!constantTimeEqual("\u{E9}".utf8, "e\u{301}".utf8))
    }
}

@Suite struct EmailCodeTests {
    @Test func `A code is six digits and leading zeros stay`() {
        var zero = SecretTests.Constant()
        #expect(EmailCode.make(using: &zero).digits == "000000")
        for _ in 0..<1000 {
            let digits = EmailCode.make().digits
            #expect(digits.utf8.count == 6 && digits.utf8.allSatisfy { (0x30...0x39).contains($0) })
        }
    }

    @Test func `Each digit is about equally likely in each place`() {
        var counts = Array(repeating: Array(repeating: 0, count: 10), count: 6)
        for _ in 0..<20_000 {
            for (place, digit) in EmailCode.make().digits.utf8.enumerated() { counts[place][Int(digit) - 48] += 1 }
        }
        // 2000 expected, standard deviation 42: eight of them never happen by chance.
        #expect(counts.joined().allSatisfy { (1660...2340).contains($0) })
    }

    @Test(arguments: [
        ("123456", "123456"), (" 123 456\n", "123456"), ("123-456", "123456"), ("123\u{A0}456", "123456"),
        ("12\u{2013}34\u{2009}56\r\n", "123456"),
    ])
    func `What people type is understood`(typed: String, digits: String) {
        #expect(EmailCode.normalise(typed) == digits)
    }

    @Test(arguments: ["", "12345", "1234567", "12345a", "\u{FF11}23456", "\u{661}23456", "+12345", "1\u{20E3}23456", "123\u{0}456"])
    func `Anything else is no code`(typed: String) {
        #expect(EmailCode.normalise(typed) == nil)
        #expect(EmailCode(typed: typed) == nil)
    }

    @Test func `The keyed hash depends on key, context and code`() throws {
        let a = try #require(EmailCode(typed: "123456"))
        let b = try #require(EmailCode(typed: "123457"))
        let key = Array(repeating: UInt8(7), count: 32)
        let mac = a.mac(key: key, context: "t1")
        #expect(mac.count == 32)
        #expect(mac == a.mac(key: key, context: "t1"))
        #expect(mac != b.mac(key: key, context: "t1"))
        #expect(mac != a.mac(key: key, context: "t2"))
        #expect(mac != a.mac(key: Array(repeating: 8, count: 32), context: "t1"))
        #expect("\(a)" == "<private>")
    }
}
