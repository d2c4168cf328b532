import Testing

@testable import Pages

@Suite struct EscapingTests {
    static let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onfocus='alert(1)",
        "x\"\u{301} autofocus onfocus=alert(1) y=\"",
        "a<\u{338}b>\u{338}&\u{301}'\u{301}",
        "{{token}} {{{token}}} {{> layout}}",
        "</textarea></title></style>--><svg/onload=alert(1)>",
    ]

    @Test(arguments: Language.allCases, hostile)
    func `a hostile value changes no tag and no attribute of any page`(language: Language, value: String) {
        let plain = SamplePages(language: language).all
        let dressed = SamplePages(language: language, text: { _ in value }).all
        for (calm, attacked) in zip(plain, dressed) {
            let isSame = Markup(attacked.html).skeleton == Markup(calm.html).skeleton
            #expect(isSame, "\(calm.name)")
        }
    }

    @Test(arguments: hostile)
    func `a hostile value arrives as text where it was typed`(value: String) {
        let html = SamplePages(language: .english).account(values: [.firstName: value], problems: [.noMatch])
        let input = Markup(html).tags("input").first { $0.attributes["name"] == "first_name" }
        #expect(input?.attributes["value"] == value)
    }

    @Test func `a quote under a combining accent is still escaped`() {
        #expect(PageText().escapeText("\"\u{301}") == "&quot;\u{301}")
        #expect(PageText().escapeText("<\u{301}") == "&lt;\u{301}")
    }

    @Test func `control characters and direction marks become visible`() {
        #expect(PageText().escapeText("a\u{0}b\u{202E}c\u{2066}d\u{85}") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}")
        #expect(PageText().escapeText("a\r\nb\tc") == "a\nb\tc")
        #expect(
            PageText().escapeText("L\u{200B}a\u{200D}k\u{2060}e\u{FEFF}\u{AD}\u{E0041}")
                == "L\u{FFFD}a\u{FFFD}k\u{FFFD}e\u{FFFD}\u{FFFD}\u{FFFD}")
        #expect(PageText().escapeText("می\u{200C}خواهم") == "می\u{200C}خواهم")
        #expect(PageText().escapeText("ñ 健康 👩‍⚕️") == "ñ 健康 👩‍⚕️")
    }
}
