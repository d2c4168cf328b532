import Testing

@testable import Pages

@Suite struct WordsTests {
    static let every: [FormProblem] =
        [
            Field.firstName, .lastName, .birthDate, .memberID, .postalCode, .email, .code, .decider, .representativeName, .relationship,
        ].flatMap { [FormProblem.missing(field: $0), .tooLong(field: $0)] } + [
            .invalidDate(field: .birthDate), .invalidPostalCode, .invalidEmail, .noMatch, .tooManyAttempts, .wrongCode(triesLeft: 4),
            .wrongCode(triesLeft: 1), .wrongCode(triesLeft: 0), .codeExpired, .codeUsedUp, .resendTooSoon, .tooManyResends, .chooseDecider,
            .missingRepresentativeName, .missingRepresentativeRelationship,
        ]

    @Test func `a member's page never uses our own jargon and never blames`() {
        let pages = SamplePages(language: .english)
        for page in pages.way + pages.forms + pages.others {
            // The developer's paragraph of a notice may name parameters.
            let texts = Markup(page.html).texts.filter { !$0.contains("redirect_uri") }
            for word in texts.joined(separator: " ").lowercased().split(whereSeparator: { !$0.isLetter }) {
                #expect(!["authenticate", "token", "resource", "grant", "oops", "invalid"].contains(word), "\(page.name) \(word)")
            }
        }
    }

    @Test(arguments: Language.allCases)
    func `no sentence of a member's page is longer than 20 words`(language: Language) {
        let pages = SamplePages(language: language)
        for page in pages.way + pages.forms + pages.others {
            for sentence in Markup(page.html).texts.flatMap({ $0.split(whereSeparator: { ".?!:".contains($0) }) }) {
                #expect(sentence.split(separator: " ").count <= 20, "\(page.name): \(sentence)")
            }
        }
    }

    @Test(arguments: every)
    func `each problem has words of its own in both languages`(problem: FormProblem) {
        let english = problem.words(in: .english)
        #expect(english != problem.words(in: .spanish))
        #expect(english.count > 15 && english.count < 120)
    }

    @Test func `every page has a heading of its own language`() {
        for (english, spanish) in zip(SamplePages(language: .english).all, SamplePages(language: .spanish).all) {
            #expect(english.html != spanish.html, "\(english.name)")
            let titles = [english.html, spanish.html].map { $0.split(separator: "<h1>").last?.split(separator: "<").first }
            #expect(titles[0] != titles[1], "\(english.name)")
        }
    }

    @Test func `each notice says what happened and what to do, and gives the developer a reason`() {
        let pages = SamplePages(language: .english)
        for page in pages.others {
            #expect(Markup(page.html).tags("p").count >= 4, "\(page.name)")
        }
        let detailed = pages.others.filter { $0.html.contains("For the app’s developer") }.map(\.name)
        #expect(detailed == ["notice-unknown-app", "notice-redirect-mismatch", "notice-missing-client", "notice-app-not-ready"])
        #expect(pages.others.first { $0.name == "notice-something-wrong" }?.html.contains("<code>7Q4M-19</code>") == true)
    }
}
