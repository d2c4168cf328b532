import Testing

@testable import Pages

@Suite struct LanguageTests {
    @Test(
        arguments: [
            (nil, Language.english), ("", .english), ("es", .spanish), ("es-MX,es;q=0.9,en;q=0.8", .spanish), ("en-US,es;q=0.9", .english),
            ("en;q=0.5, es;q=0.9", .spanish), ("ES-us", .spanish), ("fr, de", .english), ("fr, es;q=0.1", .spanish), ("*", .english),
            ("en;q=0, *", .spanish), ("es;q=0, *;q=0.1", .english), ("es;q=0", .english), ("fr, *;q=0.5, es;q=0.1", .english),
            ("es;q=2", .english), ("es;q=0.1234", .english), ("es ; q=0.7 , en ; q=0.3", .spanish), ("est", .english), ("es,en", .spanish),
            (",,;;q=,es;q=x,=", .english),
        ] as [(String?, Language)])
    func `the browser's wish is weighed`(header: String?, expected: Language) {
        #expect(Language.preferred(acceptLanguage: header) == expected)
    }

    @Test func `an endless header is cut short`() {
        #expect(Language.preferred(acceptLanguage: String(repeating: "fr,", count: 100_000) + "es") == .english)
    }

    @Test func `days are written out and other text is left alone`() {
        #expect(DayWords.long("2011-01-04", in: .english) == "January 4, 2011")
        #expect(DayWords.long("2011-01-04", in: .spanish) == "4 de enero de 2011")
        for odd in ["2011-13-04", "2011-00-04", "2011-1-4", "", "soon", "2011-01-04-05"] {
            #expect(DayWords.long(odd, in: .english) == odd)
        }
        #expect(DayWords.instant("2026-11-24T02:04:50Z", in: .english) == "November 24, 2026, 02:04 UTC")
        #expect(DayWords.instant("2026-11-24 02:04", in: .english) == "2026-11-24 02:04")
    }

    @Test func `counts are grouped by thousands`() {
        #expect([0, 12, 999, 1_000, 1_234_567, -1_000].map(grouped) == ["0", "12", "999", "1,000", "1,234,567", "-1,000"])
    }
}
