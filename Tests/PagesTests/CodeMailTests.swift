import Testing

@testable import Pages

@Suite struct CodeMailTests {
    func mail(_ language: Language, plan: String = "Demo Health Plan", app: String = "Acme Connect") -> CodeMail {
        CodeMail(language: language, planName: plan, appName: app, code: "408112", minutes: 10, askedAt: "2026-11-24T02:04:50Z")
    }

    @Test(arguments: Language.allCases)
    func `the code stands alone on its line, and is the only run of six digits`(language: Language) {
        let lines = mail(language).text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.filter { $0 == "408112" }.count == 1)
        let runs = mail(language).text.split(whereSeparator: { !$0.isNumber }).map(String.init).filter { $0.count >= 6 }
        #expect(runs == ["408112"])
        #expect(!mail(language).subject.contains("408112"))
    }

    @Test(arguments: Language.allCases)
    func `it says who asked, when, for how long`(language: Language) {
        let text = mail(language).text
        #expect(text.contains("Acme Connect") && text.contains("Demo Health Plan") && text.contains("02:04 UTC") && text.contains("10 min"))
    }

    @Test func `it speaks both languages`() {
        #expect(mail(.english).subject == "Your code for Demo Health Plan")
        #expect(mail(.spanish).subject == "Su código para Demo Health Plan")
        #expect(mail(.english).text.contains("If it was not you\nDo nothing."))
        #expect(mail(.spanish).text.contains("Si no fue usted\nNo haga nada."))
    }

    @Test(arguments: Language.allCases)
    func `a line break in a name starts no header and no line`(language: Language) {
        let attacked = mail(language, plan: "Plan\r\nBcc: x@example.com", app: "App\n999999\u{2028}\u{85}")
        #expect(!attacked.subject.utf8.contains(UInt8(ascii: "\n")) && !attacked.subject.utf8.contains(UInt8(ascii: "\r")))
        #expect(!attacked.text.split(separator: "\n").contains { $0 == "999999" })
        #expect(!attacked.text.utf8.contains(UInt8(ascii: "\r")))
    }

    @Test func `without a time the line is left out`() {
        let text = CodeMail(language: .english, planName: "P", appName: "A", code: "408112", minutes: 10).text
        #expect(!text.contains("It was asked for"))
    }
}
