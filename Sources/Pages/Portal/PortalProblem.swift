/// What is wrong with a form of the portal, turned into words where it is shown.
package enum PortalProblem: Sendable, Equatable {
    case missing(PortalField)
    case tooLong(PortalField)
    case invalidEmail(PortalField)
    case invalidWebAddress(PortalField)
    case passwordTooShort(Int)
    case passwordTooLong
    case passwordCommon
    case passwordOwnName
    /// The same words whether the address, the password or both are wrong.
    case wrongSignIn
    case tooManyAttempts
    /// Whomever it was about.
    case tooManyFromHere
    /// To a sponsor.
    case tooManyMails
    case busy
    case wrongCode
    /// Of someone who is signed in.
    case wrongPassword
    /// Each address that was refused, with the reason.
    case redirectURIs([String])
    case domainReasonNeeded(domain: String)
    case sponsorIsYou
    case invalidNAIC
    case invalidEIN
    case invalidNPI
    case wordsNeeded
    /// Someone else changed it meanwhile.
    case changedMeanwhile
    case chooseDecision
    case fileNotTaken
    case fileTooLarge
    case noEvidence
    case fileNotNow
    /// Redirect URIs that no real plan takes, each with the reason.
    case notForProduction([String])
    /// In the words of the page, at a field of it.
    case said(PortalField?, String)
    case wrongRecoveryCode
    case logoNotTaken
    case logoTooLarge
    case logoSides
    case tooManyWalks
    /// What is no address below that of FHIR.
    case invalidPath
    /// A time that cannot be read.
    case invalidTime(PortalField)

    package var field: PortalField? {
        switch self {
        case .missing(let field), .tooLong(let field), .invalidEmail(let field), .invalidWebAddress(let field),
            .invalidTime(let field):
            field
        case .passwordTooShort, .passwordTooLong, .passwordCommon, .passwordOwnName, .wrongPassword: .password
        case .wrongSignIn, .tooManyAttempts, .tooManyFromHere, .tooManyMails, .busy, .changedMeanwhile, .noEvidence, .notForProduction: nil
        case .wrongCode: .code
        case .said(let field, _): field
        case .redirectURIs: .redirectURIs
        case .domainReasonNeeded: .domainReason
        case .sponsorIsYou: .sponsorEmail
        case .invalidNAIC: .naic
        case .invalidEIN: .ein
        case .invalidNPI: .npi
        case .wordsNeeded: .message
        case .wrongRecoveryCode: .recoveryCode
        case .tooManyWalks: .member
        case .invalidPath: .path
        case .chooseDecision: .decision
        case .fileNotTaken, .fileTooLarge, .fileNotNow, .logoNotTaken, .logoTooLarge, .logoSides: .file
        }
    }

    package var words: String {
        switch self {
        case .missing(let field): "Fill in “\(field.label)”"
        case .tooLong(let field): "“\(field.label)” is too long. Shorten it."
        case .invalidEmail: "Enter an e-mail address in the right form, like name@example.com"
        case .invalidWebAddress: "Enter a full web address, like https://www.example.com"
        case .passwordTooShort(let shortest):
            "Choose a password with at least \(shortest) characters. Four or five unrelated words are easy to remember."
        case .passwordTooLong: "Choose a password with at most 256 characters"
        case .passwordCommon: "Many people use this password or its parts, so it is tried first. Choose unrelated words."
        case .passwordOwnName: "The password is made of your name, your address or this service. Choose other words."
        case .wrongSignIn: "The address and the password do not belong together. Check both and try again."
        case .tooManyAttempts: "Too many attempts for this address. Wait 15 minutes, or set a new password."
        case .tooManyFromHere: "Too many attempts from your network. Wait a while and try again."
        case .tooManyMails: "Too many mails to sponsors were asked for today. Try again tomorrow."
        case .busy: "Many people are signing in just now. Try again in a moment."
        case .said(_, let words): words
        case .wrongPassword: "That is not your password"
        case .wrongCode: "That code is not right. Use the newest one."
        case .redirectURIs(let lines): lines.joined(separator: "\n")
        case .domainReasonNeeded(let domain): "Your address is not of \(domain). Say why, or use an address of that domain."
        case .sponsorIsYou: "The sponsor must be someone else than you"
        case .invalidNAIC: "A NAIC company code has 5 digits"
        case .invalidEIN: "An EIN has 9 digits, like 12-3456789"
        case .invalidNPI: "An NPI has 10 digits, and its last one must check"
        case .wordsNeeded: "Write a few words: the other side reads them"
        case .changedMeanwhile: "This case changed while you were reading. Look again, then decide."
        case .chooseDecision: "Choose what to do"
        case .fileNotTaken: "This file is not a PNG, JPEG or WebP picture, a PDF, or an MP4 or WebM recording"
        case .fileTooLarge: "The file is too large: pictures and PDF up to 10 MB, recordings up to 200 MB"
        case .noEvidence: "Add at least one picture or recording first"
        case .fileNotNow: "Files cannot be changed now, or there are 20 already"
        case .logoNotTaken: "This file is not a PNG, JPEG or WebP picture"
        case .logoTooLarge: "The logo is larger than 200 KB"
        case .logoSides: "Each side of the logo must have 32 to 1024 pixels"
        case .wrongRecoveryCode: "That recovery code is not right, or it was used before"
        case .tooManyWalks: "You have tried it 60 times in an hour. Wait a while."
        case .invalidPath: "Write what stands behind the FHIR address, like Observation?code=8867-4, without spaces"
        case .invalidTime: "Write a day or a time, like 2026-11-25 or 2026-11-25T14:00"
        case .notForProduction(let lines): "Change the redirect URIs of the application first. " + lines.joined(separator: " ")
        }
    }
}
