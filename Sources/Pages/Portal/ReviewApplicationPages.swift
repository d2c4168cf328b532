/// One application on the plan's side, with what may be done about it as a whole.
package struct ReviewApplicationPage: Sendable {
    package struct PlanRow: Sendable {
        package let id: String
        package let name: String
        package let state: ApplicationPage.Plan.State
        package init(id: String, name: String, state: ApplicationPage.Plan.State) { (self.id, self.name, self.state) = (id, name, state) }
    }

    package var frame: PortalFrame
    package var action: String
    package var app: ReviewCasePage.AppFacts
    package var organization: String?
    package var standing: String
    package var plans: [PlanRow]
    /// What was or is to be decided about it, open or ended; none for someone who decides no cases.
    package var cases: [(words: String, state: StateTag, address: String)]
    package var timeline: [TimelineEntry]
    package var actions: [String]
    package var revision: Int
    package var values: [PortalField: String]
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, action: String, app: ReviewCasePage.AppFacts, organization: String?, standing: String, plans: [PlanRow],
        cases: [(words: String, state: StateTag, address: String)] = [], timeline: [TimelineEntry], actions: [String], revision: Int,
        values: [PortalField: String] = [:], problems: [PortalProblem] = []
    ) {
        (self.frame, self.action, self.app, self.organization) = (frame, action, app, organization)
        (self.standing, self.plans, self.cases, self.timeline, self.actions) = (standing, plans, cases, timeline, actions)
        (self.revision, self.values, self.problems) = (revision, values, problems)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [
            .pairs([
                .init("Client ID", .text(app.clientID)), .init("Organization", .text(organization ?? "Not verified")),
                .init("Developer", .text(app.developer)), .init("What it does", .text(app.description)),
                .init("Home page", .text(app.homePage)), .init("Redirect URIs", app.redirectURIs.map { .text($0) }),
            ])
        ]
        if let logo = app.logo { blocks.insert(.picture(logo, words: "The logo"), at: 0) }
        blocks.append(.heading("Health plans"))
        blocks.append(
            plans.isEmpty
                ? .text("It is at no health plan.")
                : .table(columns: ["Health plan", "State"], rows: plans.map { [.text($0.name), $0.state.cell] }))
        if !cases.isEmpty {
            blocks.append(.heading("Cases"))
            blocks.append(.table(columns: ["Case", "State"], rows: cases.map { [.link($0.words, $0.address), .tag($0.state)] }))
        }
        if !timeline.isEmpty {
            blocks.append(.heading("What happened"))
            blocks.append(.timeline(timeline))
        }
        if !actions.isEmpty {
            blocks +=
                DecisionForm(
                    action: action, actions: actions, revision: revision, values: values, problems: problems,
                    hint: "The developer reads it.",
                    button: "Decide about \(app.name)"
                ).blocks
        }
        return frame.page(
            app.name, back: .init("Applications", "/review/applications"), tag: CaseWords.standing(standing), problems: problems, blocks)
    }
}

/// The apps that a reviewer or a plan's operator can open.
package struct ReviewApplicationsPage: Sendable {
    package var frame: PortalFrame
    package var rows: [(name: String, organization: String?, standing: String, address: String)]
    /// Where the list goes on; nil for its end.
    package var more: String?

    package init(
        frame: PortalFrame, rows: [(name: String, organization: String?, standing: String, address: String)], more: String? = nil
    ) {
        (self.frame, self.rows, self.more) = (frame, rows, more)
    }

    package func html() -> String {
        frame.page(
            "Applications",
            [
                rows.isEmpty
                    ? .empty(title: "No application yet", text: "Those that are synced to the plan appear here.")
                    : .table(
                        columns: ["Name", "Organization", "Standing"],
                        rows: rows.map { row in
                            [
                                .link(row.name, row.address), .text(row.organization ?? "Not verified"),
                                .tag(CaseWords.standing(row.standing) ?? StateTag("Active", .good)),
                            ]
                        })
            ] + (more.map { [.links([.init("More applications", $0)], quiet: true)] } ?? []))
    }
}
