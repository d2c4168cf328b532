/// The portal's first page, for a stranger.
package struct PortalHomePage: Sendable {
    package var frame: PortalFrame
    package var signUp: String
    package var signIn: String

    package init(frame: PortalFrame, signUp: String, signIn: String) { (self.frame, self.signUp, self.signIn) = (frame, signUp, signIn) }

    package func html() -> String {
        frame.page(
            "Receive member records from other health plans",
            [
                .lead("For developers at health plans. When a member moves to you, your application asks their old plan for the record."),
                .links([.init("Create an account", signUp), .init("Sign in", signIn)]),
                .heading("How it goes"),
                .road([
                    RoadStep("Create an account and an application", StateTag("5 minutes"), "You get a client ID and a secret at once."),
                    RoadStep(
                        "Verify your organization", StateTag("You, your sponsor, a reviewer"),
                        "You name an executive sponsor, who confirms by mail. A reviewer decides."),
                    RoadStep(
                        "Build against the Demo Health Plan", StateTag("At your own pace"),
                        "Your credentials are synced in seconds. Every member there is made up."),
                    RoadStep(
                        "Ask for production access", StateTag("A reviewer"),
                        "Show pictures or a recording of your application. Then you get every health plan’s addresses."),
                ]),
            ])
    }
}

package struct SignUpPage: Sendable {
    package var frame: PortalFrame
    package var action: String
    package var signIn: String
    package var values: [PortalField: String]
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, action: String, signIn: String, values: [PortalField: String] = [:], problems: [PortalProblem] = []
    ) {
        (self.frame, self.action, self.signIn, self.values, self.problems) = (frame, action, signIn, values, problems)
    }

    package func html() -> String {
        frame.page(
            "Create an account", back: .init("Back", "/portal"), problems: problems,
            [
                .form(
                    PortalForm(
                        action: action,
                        fields: [
                            PortalInput(.name, values: values, problems: problems),
                            PortalInput(
                                .email, .email, hint: "Use your work address. We send a link to confirm it.", values: values,
                                problems: problems),
                            PortalInput(
                                .password, .newPassword, hint: "At least 15 characters. Four or five unrelated words are easy to remember.",
                                problems: problems),
                        ], button: "Create account")),
                .text("Have an account already?"), .links([.init("Sign in", signIn)], quiet: true),
            ])
    }
}

package struct PortalSignInPage: Sendable {
    package var frame: PortalFrame
    package var action: String
    /// Nil on the reviewers' side, where accounts are made by the operator.
    package var signUp: String?
    package var forgotten: String
    package var values: [PortalField: String]
    package var problems: [PortalProblem]
    package var note: String?

    package init(
        frame: PortalFrame, action: String, signUp: String?, forgotten: String, values: [PortalField: String] = [:],
        problems: [PortalProblem] = [], note: String? = nil
    ) {
        (self.frame, self.action, self.signUp, self.forgotten) = (frame, action, signUp, forgotten)
        (self.values, self.problems, self.note) = (values, problems, note)
    }

    package func html() -> String {
        var blocks: [PageBlock] = []
        if let note { blocks.append(.inset(title: nil, text: note)) }
        blocks.append(
            .form(
                PortalForm(
                    action: action,
                    fields: [
                        PortalInput(.email, .email, values: values, problems: problems),
                        PortalInput(.password, .password, problems: problems),
                    ], button: "Sign in")))
        blocks.append(
            .links([.init("Set a new password", forgotten)] + (signUp.map { [.init("Create an account", $0)] } ?? []), quiet: true))
        return frame.page("Sign in", problems: problems, blocks)
    }
}

/// "Look into your mailbox", the same whether or not there is an account.
package struct MailSentPage: Sendable {
    package enum Kind: Sendable { case signUp, password }
    package var frame: PortalFrame
    package var kind: Kind
    package var sandboxMail: String?

    package init(frame: PortalFrame, kind: Kind, sandboxMail: String?) {
        (self.frame, self.kind, self.sandboxMail) = (frame, kind, sandboxMail)
    }

    package func html() -> String {
        var blocks: [PageBlock]
        switch kind {
        case .signUp:
            blocks = [
                .lead("We sent a mail to the address you gave. Follow its link within 24 hours to confirm the address."),
                .text("No mail? Look in the spam folder. If it does not come, check the address and create the account again."),
            ]
        case .password:
            blocks = [
                .lead("If there is an account with this address, we sent a mail with a link. It works for 1 hour."),
                .text("No mail? Look in the spam folder, and check whether you used another address."),
            ]
        }
        if let sandboxMail { blocks.append(.links([.init("Read the mail in the sandbox", sandboxMail)], quiet: true)) }
        return frame.page("Look into your mailbox", blocks)
    }
}

/// The link of the mail: the password once more proves that whoever chose it follows the link.
package struct ConfirmAddressPage: Sendable {
    package var frame: PortalFrame
    package var action: String
    package var address: String
    package var problems: [PortalProblem]

    package init(frame: PortalFrame, action: String, address: String, problems: [PortalProblem] = []) {
        (self.frame, self.action, self.address, self.problems) = (frame, action, address, problems)
    }

    package func html() -> String {
        frame.page(
            "Confirm your address", problems: problems,
            [
                .lead("You are about to create an account for \(address)."),
                .text("If you did not ask for it, close this page: nothing will happen."),
                .form(
                    PortalForm(
                        action: action,
                        fields: [
                            PortalInput(.password, .password, hint: "The one you chose a moment ago", problems: problems)
                        ], button: "Confirm and sign in")),
            ])
    }
}

package struct ForgottenPasswordPage: Sendable {
    package var frame: PortalFrame
    package var action: String
    package var back: String
    package var values: [PortalField: String]
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, action: String, back: String, values: [PortalField: String] = [:], problems: [PortalProblem] = []
    ) {
        (self.frame, self.action, self.back, self.values, self.problems) = (frame, action, back, values, problems)
    }

    package func html() -> String {
        frame.page(
            "Set a new password", back: .init("Back to sign in", back), problems: problems,
            [
                .lead("We send a link to your address."),
                .form(
                    PortalForm(
                        action: action, fields: [PortalInput(.email, .email, values: values, problems: problems)], button: "Send the link")),
            ])
    }
}

package struct NewPasswordPage: Sendable {
    package var frame: PortalFrame
    package var action: String
    package var address: String
    package var problems: [PortalProblem]

    package init(frame: PortalFrame, action: String, address: String, problems: [PortalProblem] = []) {
        (self.frame, self.action, self.address, self.problems) = (frame, action, address, problems)
    }

    package func html() -> String {
        frame.page(
            "Choose a new password", problems: problems,
            [
                .lead("For the account of \(address). Every browser that is signed in will be signed out."),
                .form(
                    PortalForm(
                        action: action,
                        fields: [
                            PortalInput(
                                .password, .newPassword, label: "New password",
                                hint: "At least 15 characters. Four or five unrelated words are easy to remember.", problems: problems)
                        ], button: "Set the password")),
            ])
    }
}

/// A message that fills the page.
package struct PortalNoticePage: Sendable {
    package enum Kind: Sendable, Equatable {
        case linkUsed
        case notFound
        case forbidden
        case notNow
        case formExpired
        case somethingWentWrong(reference: String)
        case passwordSet
        case sponsorThanks(confirmed: Bool)
        case methodNotAllowed
        case tooLarge
    }

    package var frame: PortalFrame
    package var kind: Kind
    package var next: PortalFrame.Link?

    package init(frame: PortalFrame, kind: Kind, next: PortalFrame.Link? = nil) { (self.frame, self.kind, self.next) = (frame, kind, next) }

    package func html() -> String {
        let (title, text) = words
        return frame.page(title, [.lead(text)] + (next.map { [.links([$0], quiet: true)] } ?? []))
    }

    private var words: (String, String) {
        switch kind {
        case .linkUsed: ("This link no longer works", "It was used before, or its time has run out. Ask for a new one.")
        case .notFound: ("There is nothing here", "The address is wrong, or this is not yours to see.")
        case .forbidden: ("This page is not for you", "You are signed in, but your role does not open this page.")
        case .notNow: ("This cannot be done now", "Something else comes first. Go back: the page says what.")
        case .formExpired: ("This form is too old", "You signed in or out meanwhile. Go back, load the page again, and send it once more.")
        case .somethingWentWrong(let reference):
            ("Something went wrong", "It is not your fault. Try again shortly. Reference number: \(reference)")
        case .passwordSet: ("Your new password is set", "Sign in with it now.")
        case .sponsorThanks(true): ("Thank you", "You confirmed the request. A reviewer takes it from here. You need not do anything else.")
        case .sponsorThanks(false):
            ("Thank you", "You said that this request is not yours. Nothing was shared, and the reviewer will know.")
        case .methodNotAllowed: ("This address does not take that", "Go back and use the buttons of the page.")
        case .tooLarge: ("That was too large", "Go back and send less at once.")
        }
    }
}
