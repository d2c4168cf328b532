/// The form that asks for an organization's verification.
package struct VerificationFormPage: Sendable {
    package var frame: PortalFrame
    package var action: String
    package var back: String
    package var clientID: String
    package var values: [PortalField: String]
    package var problems: [PortalProblem]
    /// Why it is to be sent again.
    package var reason: String?

    package init(
        frame: PortalFrame, action: String, back: String, clientID: String, values: [PortalField: String], problems: [PortalProblem] = [],
        reason: String? = nil
    ) {
        (self.frame, self.action, self.back, self.clientID) = (frame, action, back, clientID)
        (self.values, self.problems, self.reason) = (values, problems, reason)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [
            .lead("We check that you act for a health insurance organization. Your executive sponsor gets a mail and confirms.")
        ]
        if let reason { blocks.append(.inset(title: "What the other side said", text: reason)) }
        blocks.append(.pairs([.init("Client ID", .text(clientID))]))
        func input(_ field: PortalField, _ kind: PortalInput.Kind = .text, hint: String? = nil) -> PortalInput {
            PortalInput(field, kind, hint: hint, values: values, problems: problems)
        }
        blocks.append(
            .form(
                PortalForm(
                    action: action,
                    fields: [
                        input(.contactName), input(.company, hint: "Members read it beside your application’s name"),
                        input(.website, .url, hint: "Like https://www.example.com"),
                        input(.workEmail, .email, hint: "Of the same domain as the website"),
                        input(.domainReason, .area(rows: 2), hint: "Only if your address is of another domain than the website"),
                        input(.naic, hint: "5 digits"), input(.ein, hint: "9 digits, like 12-3456789"), input(.npi, hint: "10 digits"),
                        input(.sponsorName, hint: "The executive behind the project, such as your CIO"),
                        input(.sponsorRole, hint: "Like Chief Information Officer"),
                        input(.sponsorEmail, .email, hint: "We write to this address at once"),
                    ], button: "Send the request")))
        return frame.page("Verify your organization", back: .init("The application", back), problems: problems, blocks)
    }
}

/// What a case says of an organization, as both sides read it.
package struct VerificationFacts: Sendable {
    package var contactName: String
    package var company: String
    package var website: String
    package var workEmail: String
    package var domainReason: String?
    package var naic: String?
    package var ein: String?
    package var npi: String?
    package var sponsorName: String
    package var sponsorRole: String
    package var sponsorEmail: String

    package init(
        contactName: String, company: String, website: String, workEmail: String, domainReason: String?, naic: String?, ein: String?,
        npi: String?, sponsorName: String, sponsorRole: String, sponsorEmail: String
    ) {
        (self.contactName, self.company, self.website, self.workEmail) = (contactName, company, website, workEmail)
        (self.domainReason, self.naic, self.ein, self.npi) = (domainReason, naic, ein, npi)
        (self.sponsorName, self.sponsorRole, self.sponsorEmail) = (sponsorName, sponsorRole, sponsorEmail)
    }

    var pairs: [PageBlock.Pair] {
        var pairs: [PageBlock.Pair] = [
            .init("Company", .text(company)), .init("Website", .text(website)), .init("Contact", .text("\(contactName), \(workEmail)")),
        ]
        if let domainReason { pairs.append(.init("Other domain because", .text(domainReason))) }
        let numbers = [("NAIC", naic), ("EIN", ein), ("NPI", npi)].compactMap { name, number in number.map { "\(name) \($0)" } }
        if !numbers.isEmpty { pairs.append(.init("Identifiers", numbers.map { .text($0) })) }
        pairs.append(.init("Sponsor", .text("\(sponsorName), \(sponsorRole), \(sponsorEmail)")))
        return pairs
    }
}

/// The developer's view of a running verification.
package struct VerificationPage: Sendable {
    package var frame: PortalFrame
    package var root: String
    package var back: String
    package var state: String
    package var facts: VerificationFacts
    package var timeline: [TimelineEntry]
    /// What the developer may do now, as the domain names it.
    package var actions: [String]
    package var problems: [PortalProblem]
    package var values: [PortalField: String]

    package init(
        frame: PortalFrame, root: String, back: String, state: String, facts: VerificationFacts, timeline: [TimelineEntry],
        actions: [String], problems: [PortalProblem] = [], values: [PortalField: String] = [:]
    ) {
        (self.frame, self.root, self.back, self.state, self.facts) = (frame, root, back, state, facts)
        (self.timeline, self.actions, self.problems, self.values) = (timeline, actions, problems, values)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [.lead(CaseWords.verificationText(state, sponsor: facts.sponsorName))]
        if actions.contains("answer") {
            blocks.append(
                .form(
                    PortalForm(
                        action: root + "/answer",
                        fields: [PortalInput(.message, .area(rows: 4), label: "Your answer", values: values, problems: problems)],
                        button: "Send the answer")))
        }
        if actions.contains("submit") { blocks.append(.links([.init("Change and send again", root + "?form=1")])) }
        blocks.append(.heading("What happened"))
        blocks.append(.timeline(timeline))
        blocks.append(.heading("Your request"))
        blocks.append(.pairs(facts.pairs))
        for action in ["remind", "withdraw"] where actions.contains(action) {
            blocks.append(
                .form(PortalForm(action: root + "/" + action, fields: [], button: CaseWords.choice(action), kind: .second)))
        }
        return frame.page(
            "Verification of your organization", back: .init("The application", back), tag: CaseWords.verification(state),
            problems: problems, blocks)
    }
}

/// What the executive business sponsor sees: who asks, for what, and two choices.
package struct SponsorPage: Sendable {
    package var frame: PortalFrame
    package var action: String
    package var facts: VerificationFacts
    package var appName: String
    package var values: [PortalField: String]
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, action: String, facts: VerificationFacts, appName: String, values: [PortalField: String] = [:],
        problems: [PortalProblem] = []
    ) {
        (self.frame, self.action, self.facts, self.appName) = (frame, action, facts, appName)
        (self.values, self.problems) = (values, problems)
    }

    package func html() -> String {
        frame.page(
            "Is this request yours?", problems: problems,
            [
                .lead(
                    "\(facts.contactName) asks, for \(facts.company), to receive the records of members who move to you. They named you as the executive sponsor."
                ),
                .pairs([
                    .init("Application", .text(appName)), .init("Company", .text(facts.company)), .init("Website", .text(facts.website)),
                    .init("Contact", .text("\(facts.contactName), \(facts.workEmail)")),
                    .init("You", .text("\(facts.sponsorName), \(facts.sponsorRole)")),
                ]),
                .text("If you confirm, a reviewer decides. No record is shared by your answer: each member decides about their own."),
                .form(
                    PortalForm(
                        action: action, fields: [], button: CaseWords.choice("confirm"), hidden: [("decision", "confirm")],
                        label: "Confirm the request")),
                .form(
                    PortalForm(
                        action: action,
                        fields: [
                            PortalInput(
                                .message, .area(rows: 2), label: "What should the reviewer know? (optional)", values: values,
                                problems: problems)
                        ], button: CaseWords.choice("decline"), kind: .second, hidden: [("decision", "decline")],
                        label: "Decline the request")),
            ])
    }
}
