/// Asking for other redirect URIs once an application has production access.
package struct RedirectChangePage: Sendable {
    package var frame: PortalFrame
    package var root: String
    package var back: String
    package var now: [String]
    /// What waits for a reviewer; nil when nothing does.
    package var waiting: [String]?
    package var checked: [ApplicationFormPage.CheckedURI]
    package var values: [PortalField: String]
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, root: String, back: String, now: [String], waiting: [String]?,
        checked: [ApplicationFormPage.CheckedURI] = [], values: [PortalField: String] = [:], problems: [PortalProblem] = []
    ) {
        (self.frame, self.root, self.back, self.now) = (frame, root, back, now)
        (self.waiting, self.checked, self.values, self.problems) = (waiting, checked, values, problems)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [
            .lead("A reviewer agrees to other redirect URIs first. Those below stay live until then."), .heading("Live now"), .list(now),
        ]
        if let waiting {
            blocks.append(.heading("Waiting for a reviewer"))
            blocks.append(.list(waiting))
            blocks.append(.form(PortalForm(action: root + "/withdraw", fields: [], button: "Withdraw the request", kind: .second)))
        } else {
            blocks += ApplicationFormPage.CheckedURI.table(checked)
            blocks.append(
                .form(
                    PortalForm(
                        action: root,
                        fields: [
                            PortalInput(
                                .redirectURIs, .area(rows: 4), label: "The whole new list",
                                hint: "Separated by commas, spaces or new lines. https and a public host name.", values: values,
                                problems: problems),
                            PortalInput(.reason, .area(rows: 2), hint: "The reviewer reads it", values: values, problems: problems),
                        ], button: "Ask for the change")))
        }
        return frame.page("Change the redirect URIs", back: .init("The application", back), problems: problems, blocks)
    }
}

/// The reviewer's side of it: what would go and what would come.
package struct ReviewRedirectChangePage: Sendable {
    package var frame: PortalFrame
    package var action: String
    package var app: ReviewCasePage.AppFacts
    package var wanted: [String]
    package var reason: String
    package var state: String
    package var findings: [Finding]
    package var actions: [String]
    package var revision: Int
    package var values: [PortalField: String]
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, action: String, app: ReviewCasePage.AppFacts, wanted: [String], reason: String, state: String,
        findings: [Finding], actions: [String], revision: Int, values: [PortalField: String] = [:], problems: [PortalProblem] = []
    ) {
        (self.frame, self.action, self.app, self.wanted, self.reason) = (frame, action, app, wanted, reason)
        (self.state, self.findings, self.actions, self.revision) = (state, findings, actions, revision)
        (self.values, self.problems) = (values, problems)
    }

    package func html() -> String {
        var rows: [[PageBlock.Cell]] = []
        for uri in app.redirectURIs {
            rows.append([.text(uri), wanted.contains(uri) ? .text("Stays") : .tag(StateTag("Goes", .warn))])
        }
        for uri in wanted where !app.redirectURIs.contains(uri) { rows.append([.text(uri), .tag(StateTag("New"))]) }
        var blocks: [PageBlock] = [
            .heading("What would change"), .table(columns: ["Redirect URI", "Change"], rows: rows),
            .inset(title: "The developer says", text: reason), .heading("What we found"),
            .table(columns: ["Check", "State", "What we found"], rows: findings.map(\.row)), .heading("Application"),
            .pairs([
                .init("Name", .text(app.name)), .init("Client ID", .link(app.clientID, app.address)),
                .init("Developer", .text(app.developer)),
                .init("Home page", .text(app.homePage)),
            ]),
        ]
        if actions.isEmpty {
            blocks.append(.text("There is nothing to decide now."))
        } else {
            blocks += DecisionForm(action: action, actions: actions, revision: revision, values: values, problems: problems).blocks
        }
        return frame.page(
            "Redirect URIs of \(app.name)", back: .init("Cases", "/review"), tag: CaseWords.production(state), problems: problems, blocks)
    }
}
