/// A person's own account: where they are signed in, and the second factor.
package struct AccountSettingsPage: Sendable {
    package struct Row: Sendable {
        package let id: String
        package let agent: String
        package let since: String
        package let seen: String
        package let isThis: Bool
        package init(id: String, agent: String, since: String, seen: String, isThis: Bool) {
            (self.id, self.agent, self.since, self.seen, self.isThis) = (id, agent, since, seen, isThis)
        }
    }

    package var frame: PortalFrame
    package var root: String
    package var name: String
    package var address: String
    package var sessions: [Row]
    package var hasSecondFactor: Bool
    package var mustHaveSecondFactor: Bool
    package var recoveryCodesLeft: Int
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, root: String, name: String, address: String, sessions: [Row], hasSecondFactor: Bool, mustHaveSecondFactor: Bool,
        recoveryCodesLeft: Int, problems: [PortalProblem] = []
    ) {
        (self.frame, self.root, self.name, self.address) = (frame, root, name, address)
        (self.sessions, self.hasSecondFactor) = (sessions, hasSecondFactor)
        (self.mustHaveSecondFactor, self.recoveryCodesLeft, self.problems) = (mustHaveSecondFactor, recoveryCodesLeft, problems)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [
            .pairs([.init("Name", .text(name)), .init("E-mail address", .text(address))]),
            .links([.init("Set a new password", root + "/password")], quiet: true), .heading("Second factor"),
        ]
        if hasSecondFactor {
            blocks.append(.text("Signing in asks for a code of your authenticator app."))
            blocks.append(
                .text(
                    recoveryCodesLeft == 0
                        ? "You have no recovery code left. Make new ones, in case the app is lost."
                        : "You have \(recoveryCodesLeft) recovery codes left, in case the app is lost. New ones take their place."))
            blocks.append(codeForm("Make new recovery codes", action: root + "/account/recovery-codes", prefix: "recovery-"))
            blocks.append(
                codeForm(
                    mustHaveSecondFactor ? "Replace the authenticator" : "Turn the second factor off",
                    action: root + "/account/second-factor/remove", prefix: "remove-"))
        } else {
            blocks.append(
                .text("An authenticator app on your phone shows a code that signing in asks for, so that a password alone opens nothing."))
            blocks.append(.links([.init("Turn the second factor on", root + "/second-factor")], quiet: true))
        }
        blocks.append(.heading("Where you are signed in"))
        for session in sessions {
            blocks.append(
                .pairs([
                    .init("Browser", [.text(session.agent)] + (session.isThis ? [.tag(StateTag("This browser", .good))] : [])),
                    .init("Signed in", .time(session.since)), .init("Last seen", .time(session.seen)),
                ]))
            if !session.isThis {
                blocks.append(
                    .form(
                        PortalForm(
                            action: root + "/account/sessions/\(session.id)/end", fields: [], button: "Sign this browser out",
                            kind: .second,
                            label: "Sign out \(session.agent)")))
            }
        }
        return frame.page("Your account", problems: problems, formPrefix: "recovery-", blocks)
    }

    /// What needs a code once more, whoever sits at the browser.
    private func codeForm(_ button: String, action: String, prefix: String) -> PageBlock {
        .form(
            PortalForm(
                action: action,
                fields: [
                    PortalInput(.code, .code, hint: "From your authenticator app", problems: problems),
                    PortalInput(.recoveryCode, label: "Or a recovery code", problems: problems),
                ], button: button, kind: .second, prefix: prefix, label: button))
    }
}

/// The code of the second factor at sign-in.
package struct SecondFactorPage: Sendable {
    package var frame: PortalFrame
    package var action: String
    package var problems: [PortalProblem]

    package init(frame: PortalFrame, action: String, problems: [PortalProblem] = []) {
        (self.frame, self.action, self.problems) = (frame, action, problems)
    }

    package func html() -> String {
        frame.page(
            "Enter the code of your authenticator app", problems: problems,
            [
                .form(
                    PortalForm(
                        action: action, fields: [PortalInput(.code, .code, hint: "It changes every 30 seconds", problems: problems)],
                        button: "Continue")), .heading("Lost your authenticator?"),
                .form(
                    PortalForm(
                        action: action,
                        fields: [
                            PortalInput(.recoveryCode, hint: "One of those you kept when you set it up", problems: problems)
                        ], button: "Use a recovery code", kind: .second, label: "Use a recovery code")),
            ])
    }
}

/// Setting a second factor up.
package struct SecondFactorSetUpPage: Sendable {
    package var frame: PortalFrame
    package var action: String
    package var key: String
    /// The key sealed, as the form brings it back.
    package var sealed: String
    package var link: String
    package var isRequired: Bool
    /// Of someone who typed it just now it is not asked again.
    package var asksPassword: Bool
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, action: String, key: String, sealed: String, link: String, isRequired: Bool, asksPassword: Bool,
        problems: [PortalProblem] = []
    ) {
        (self.frame, self.action, self.key, self.sealed) = (frame, action, key, sealed)
        (self.link, self.isRequired, self.asksPassword, self.problems) = (link, isRequired, asksPassword, problems)
    }

    package func html() -> String {
        frame.page(
            "Set up a second factor", problems: problems,
            [
                .lead(
                    isRequired
                        ? "On this side everyone signs in with a password and a code of an authenticator app."
                        : "A code of an authenticator app will be asked for whenever you sign in."),
                .list([
                    "Open your authenticator app and add an account by its key.", "Type the key below, or open the link on your phone.",
                    "Type the code that the app shows now.",
                ]),
                .pairs([.init("Key", .copy(key)), .init("On this device", .link("Open in the app", link))]),
                .form(
                    PortalForm(
                        action: action,
                        fields: [PortalInput(.code, .code, problems: problems)]
                            + (asksPassword
                                ? [
                                    PortalInput(
                                        .password, .password, hint: "Once more, so that nobody else at this browser does this",
                                        problems: problems)
                                ] : []),
                        button: "Turn the second factor on", hidden: [("sealed", sealed)])),
            ])
    }
}

/// Replacing a client secret, with both live for a while.
package struct SecretPage: Sendable {
    package var frame: PortalFrame
    package var root: String
    package var name: String
    /// One is on its way out already.
    package var isRetiring: Bool
    package var problems: [PortalProblem]

    package init(frame: PortalFrame, root: String, name: String, isRetiring: Bool, problems: [PortalProblem] = []) {
        (self.frame, self.root, self.name, self.isRetiring, self.problems) = (frame, root, name, isRetiring, problems)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [
            .lead("A new secret works at once. The one you have keeps working for the time you choose, so that you can change over."),
            .form(
                PortalForm(
                    action: root + "/secret",
                    fields: [
                        PortalInput(
                            .overlap, .choice([("7", "For 7 days"), ("30", "For 30 days"), ("1", "For 1 day"), ("0", "It ends at once")]),
                            problems: problems)
                    ], button: "Make a new secret")),
        ]
        if isRetiring {
            blocks.append(.heading("The secret before"))
            blocks.append(.text("It still works until its time. End it now when your application uses the new one."))
            blocks.append(.form(PortalForm(action: root + "/secret/retire", fields: [], button: "End the secret before", kind: .second)))
        }
        return frame.page("Replace the secret of \(name)", back: .init("The application", root), problems: problems, blocks)
    }
}
