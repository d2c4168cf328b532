/// The mails of the portal: plain text, what it is about in the subject, what to do if it was not you.
package enum PortalMail: Sendable {
    case confirmAddress(link: String)
    case haveAccount(signIn: String, password: String)
    case newPassword(link: String)
    /// A new password was asked for where there is no account; nil where nobody signs up.
    case noAccount(signUp: String?)
    case sponsor(link: String, sponsor: String, contact: String, company: String, app: String, days: Int)
    /// Someone signed in without the authenticator.
    case recoveryUsed(account: String)
    /// A step of a case that the developer should know of.
    case caseMoved(app: String, what: String, words: String, link: String)

    package var subject: String {
        let words =
            switch self {
            case .confirmAddress: "Confirm your address for the developer portal"
            case .haveAccount: "You have an account at the developer portal already"
            case .newPassword: "Set a new password for the developer portal"
            case .noAccount: "There is no account with your address"
            case .recoveryUsed: "A recovery code of your account was used"
            case .sponsor(_, _, let contact, let company, _, _): "Please confirm: \(contact) asks for \(company)"
            case .caseMoved(let app, let what, _, _): "\(app): \(what)"
            }
        return PageText.oneLine(words)
    }

    package var text: String {
        switch self {
        case .confirmAddress(let link):
            """
            Follow this link to confirm your address. It works for 24 hours:

            \(link)

            If it was not you
            Someone typed your address by mistake. Do nothing, and no account is made.

            \(PortalFrame.portalName)

            """
        case .haveAccount(let signIn, let password):
            """
            Someone, most likely you, wanted to create an account with this address. You have one already.

            Sign in:
            \(signIn)

            Set a new password:
            \(password)

            If it was not you
            Do nothing. Your account is as it was.

            \(PortalFrame.portalName)

            """
        case .recoveryUsed(let account):
            """
            Someone, most likely you, signed in with a recovery code instead of the authenticator app.

            Set up a new authenticator and make new recovery codes:
            \(account)

            If it was not you
            Set a new password at once, and end the other sessions at the address above.

            \(PortalFrame.portalName)

            """
        case .newPassword(let link):
            """
            Follow this link to set a new password. It works for 1 hour, once:

            \(link)

            If it was not you
            Do nothing. Your password is as it was.

            \(PortalFrame.portalName)

            """
        case .noAccount(let signUp):
            """
            Someone, most likely you, wanted to set a new password for an account with this address. There is no such account.
            Perhaps yours has another address.
            \(signUp.map { "\nCreate an account:\n\($0)\n" } ?? "")
            If it was not you
            Do nothing.

            \(PortalFrame.portalName)

            """
        case .sponsor(let link, let sponsor, let contact, let company, let app, let days):
            """
            Dear \(PageText.oneLine(sponsor)),

            \(PageText.oneLine(contact)) asks, for \(PageText.oneLine(company)), to receive the records of members who move to
            your health plan, with the application \(PageText.oneLine(app)). They named you as the executive sponsor.

            Please say whether this request is yours. The link works for \(days) days:

            \(link)

            No member's record is shared by your answer.

            If you know nothing of it
            Follow the link and say so, or do nothing. Without your word the request ends there.

            \(PortalFrame.portalName)

            """
        case .caseMoved(let app, let what, let words, let link):
            """
            \(PageText.oneLine(app)): \(PageText.oneLine(what)).
            \(words.isEmpty ? "" : "\n" + words.split(separator: "\n", omittingEmptySubsequences: false).map { PageText.oneLine(String($0)) }.joined(separator: "\n") + "\n")
            Open it in the portal:
            \(link)

            \(PortalFrame.portalName)

            """
        }
    }

    /// What is told of a verification's step.
    package static func verification(_ state: String) -> String {
        switch state {
        case "inReview": "your sponsor confirmed; a reviewer looks at it now"
        case "sponsorDeclined": "the sponsor said that the request is not theirs"
        case "questionAsked": "the reviewer has a question"
        case "changesRequested": "the reviewer asks for changes"
        case "approved": "your organization is verified"
        case "refused": "the verification was refused"
        default: "the verification moved on"
        }
    }

    package static func production(_ state: String) -> String {
        switch state {
        case "clarificationAsked": "the reviewer has a question about production access"
        case "changesRequested": "the reviewer asks for changes before production access"
        case "approved": "production access is approved"
        case "refused": "production access was refused"
        default: "the production request moved on"
        }
    }

    /// `plan` is the one that blocks it or lets it in.
    package static func application(_ action: String, plan: String) -> String {
        switch action {
        case "suspend": "the application was suspended"
        case "reinstate": "the application was reinstated"
        case "revoke": "the application was revoked"
        case "block": "\(plan) blocked the application"
        case "unblock": "\(plan) lets the application in again"
        default: "the application moved on"
        }
    }
}
