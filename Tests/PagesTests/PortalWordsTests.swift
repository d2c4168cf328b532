import Testing

@testable import Pages

@Suite struct PortalWordsTests {
    /// One of each, with words of a reader's own where there are any.
    private static let every: [PortalProblem] = [
        .missing(.name), .tooLong(.name), .invalidEmail(.email), .invalidWebAddress(.homePage), .passwordTooShort(15), .passwordTooLong,
        .passwordCommon, .passwordOwnName, .wrongSignIn, .tooManyAttempts, .tooManyFromHere, .tooManyMails, .busy, .wrongCode,
        .wrongPassword, .redirectURIs([]), .domainReasonNeeded(domain: "..."), .sponsorIsYou, .invalidNAIC, .invalidEIN, .invalidNPI,
        .wordsNeeded, .changedMeanwhile, .chooseDecision, .fileNotTaken, .fileTooLarge, .noEvidence, .fileNotNow, .notForProduction([]),
        .wrongRecoveryCode, .logoNotTaken, .logoTooLarge, .logoSides, .tooManyWalks, .invalidPath, .invalidTime(.from),
    ]

    @Test(arguments: every)
    func `every problem of a form is in the catalogue of errors, as it is written`(problem: PortalProblem) {
        let catalogue = DocumentShelf.Name.errors.markdown
        let words = problem.words.replacing("“Your name”", with: "“...”")
        #expect(catalogue.contains("| " + words), "\(words)")
    }
}
