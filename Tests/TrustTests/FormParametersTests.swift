import Testing

@testable import Trust

@Suite struct FormParametersTests {
    @Test func `Pairs keep their order and plus is a space`() throws {
        let form = try FormParameters("a=1&b=two+words&c=%2B&d&e=&&a=2".utf8)
        #expect(form.pairs.map(\.name) == ["a", "b", "c", "d", "e", "a"])
        #expect(form.pairs.map(\.value) == ["1", "two words", "+", "", "", "2"])
        #expect(form.values("a") == ["1", "2"])
        #expect(form.value("a") == "1")
        #expect(form.contains("d") && !form.contains("f"))
    }

    @Test func `Only the first equals sign divides`() throws {
        #expect(try FormParameters("a=b=c".utf8).value("a") == "b=c")
    }

    @Test func `A repeated parameter is refused and an empty one counts as missing`() throws {
        let form = try FormParameters("state=&state=x&scope=&code=1".utf8)
        #expect(throws: RepeatedParameter(name: "state")) { try form.single("state") }
        #expect(try form.single("scope") == nil)
        #expect(try form.single("code") == "1")
        #expect(try form.single("none") == nil)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%+1", "%=a", "a=%C3%28", "a=%ED%A0%80", "a=%C0%80", "a=%00", "a=%F4%90%80%80"])
    func `Broken escapes, invalid UTF-8 and NUL are refused`(text: String) {
        #expect(throws: FormProblem.badEncoding) { try FormParameters(text.utf8) }
    }

    @Test func `Raw bytes that are not UTF-8 are refused`() {
        #expect(throws: FormProblem.badEncoding) { try FormParameters([0x61, 0x3D, 0xFF]) }
    }

    @Test func `Limits hold at their edge`() throws {
        #expect(try FormParameters(Array(repeating: UInt8(ascii: "a"), count: 16_384)).pairs.count == 1)
        #expect(throws: FormProblem.tooLarge) { try FormParameters(Array(repeating: UInt8(ascii: "a"), count: 16_385)) }
        let fields = Array(repeating: "a=1", count: 64).joined(separator: "&")
        #expect(try FormParameters(fields.utf8).pairs.count == 64)
        #expect(throws: FormProblem.tooMany) { try FormParameters((fields + "&b=1").utf8) }
    }

    @Test func `A name is its bytes, not its canonical equivalents`() throws {
        let form = try FormParameters("%E2%84%AA=kelvin&e%CC%81=combining".utf8)
        #expect(form.value("K") == nil)
        #expect(form.value("\u{E9}") == nil)
        #expect(form.value("\u{212A}") == "kelvin")
    }

    @Test func `A form does not print its values`() throws {
        let form = try FormParameters("client_secret=canary".utf8)
        var dumped = ""
        dump(form, to: &dumped)
        #expect(!"\(form) \(String(reflecting: form)) \(dumped)".utf8.contains(Array("canary".utf8)))
    }
}
