/// A sending payer as its row and its page show it.
package struct PayerRow: Sendable {
    package let key: String
    package let name: String
    package let address: String
    package let clientID: String
    package let hasSecret: Bool
    package let isOpen: Bool
    package let isHealthy: Bool
    package let checkedAt: String?
    package let checkWords: String?

    package init(
        key: String, name: String, address: String, clientID: String, hasSecret: Bool, isOpen: Bool, isHealthy: Bool, checkedAt: String?,
        checkWords: String?
    ) {
        (self.key, self.name, self.address, self.clientID, self.hasSecret) = (key, name, address, clientID, hasSecret)
        (self.isOpen, self.isHealthy, self.checkedAt, self.checkWords) = (isOpen, isHealthy, checkedAt, checkWords)
    }

    var tag: StateTag {
        if !isOpen { return StateTag("Not offered") }
        if !isHealthy { return StateTag("Needs a look", .warn) }
        return checkedAt == nil ? StateTag("Not checked yet", .warn) : StateTag("Working", .good)
    }
}

/// The other plans from which members may bring their record, and the ways to add one.
package struct PayersPage: Sendable {
    package struct Wish: Sendable {
        package let name: String
        package let at: String
        package init(name: String, at: String) { (self.name, self.at) = (name, at) }
    }

    private let frame: PortalFrame
    private let payers: [PayerRow]
    private let wishes: [Wish]
    private let redirectURI: String
    private let values: [PortalField: String]
    private let problems: [PortalProblem]
    /// The directory form has come back.
    private let isDirectory: Bool

    package init(
        frame: PortalFrame, payers: [PayerRow], wishes: [Wish], redirectURI: String, values: [PortalField: String],
        problems: [PortalProblem], isDirectory: Bool
    ) {
        (self.frame, self.payers, self.wishes, self.redirectURI) = (frame, payers, wishes, redirectURI)
        (self.values, self.problems, self.isDirectory) = (values, problems, isDirectory)
    }

    package func html() -> String {
        var blocks: [PageBlock] = []
        if payers.isEmpty {
            blocks.append(.empty(title: "No other plan yet", text: "Add the first one below. Members can then bring their record from it."))
        } else {
            blocks.append(
                .table(
                    columns: ["Health plan", "Address", "State", "Last checked"],
                    rows: payers.map { payer in
                        [
                            .link(payer.name, "/review/payers/\(payer.key)"), .text(payer.address), .tag(payer.tag),
                            payer.checkedAt.map { .time($0) } ?? .text("–"),
                        ]
                    }))
        }
        if !wishes.isEmpty {
            blocks.append(.heading("Plans that members looked for"))
            blocks.append(.table(columns: ["Name", "When"], rows: wishes.map { [.text($0.name), .time($0.at)] }))
        }
        blocks += [
            .heading("Add a plan by its address"),
            .text("Everything else is found from its public documents. Register this redirect URI there:"),
            .pairs([.init("Redirect URI", .copy(redirectURI))]),
            .form(Self.form(action: "/review/payers", values: values, problems: isDirectory ? [] : problems)),
            .heading("Add plans from a directory"),
            .text(
                "Paste the directory of a plan’s developer portal: its JSON, or a FHIR Bundle of Organization and Endpoint. One set of credentials goes with all of them."
            ),
            .form(
                PortalForm(
                    action: "/review/payers/directory",
                    fields: [
                        PortalInput(.directory, .area(rows: 6), values: values, problems: isDirectory ? problems : []),
                        PortalInput(.clientID, values: values, problems: isDirectory ? problems : []),
                        PortalInput(
                            .clientSecret, .password, hint: "Leave it empty for a public client.", problems: isDirectory ? problems : []),
                    ], button: "Read the directory", kind: .second, prefix: "directory-", label: "Add plans from a directory")),
        ]
        return frame.page("Other plans", problems: problems, formPrefix: isDirectory ? "directory-" : "", blocks)
    }

    static func form(action: String, values: [PortalField: String], problems: [PortalProblem], isChange: Bool = false) -> PortalForm {
        var fields = [
            PortalInput(.payerName, hint: "As its members know it.", values: values, problems: problems),
            PortalInput(
                .clientID, hint: "From the plan’s developer portal, after your app was approved there.", values: values, problems: problems),
            PortalInput(
                .clientSecret, .password,
                hint: isChange
                    ? "Leave it empty to keep the one that is here." : "Kept encrypted. Leave it empty for a public client.",
                problems: problems),
        ]
        if !isChange {
            fields.insert(
                PortalInput(
                    .payerAddress, .url, hint: "Its FHIR address, such as https://api.example.com/r4", values: values, problems: problems),
                at: 1)
        }
        return PortalForm(
            action: action, fields: fields, button: isChange ? "Save" : "Add this plan", kind: isChange ? .second : .primary,
            label: isChange ? "Change the credentials" : "Add a plan by its address")
    }
}

/// What a directory held, and what became of it.
package struct DirectoryResultPage: Sendable {
    package struct Row: Sendable {
        package let name: String
        package let address: String
        package let problem: String?
        package init(name: String, address: String, problem: String?) { (self.name, self.address, self.problem) = (name, address, problem) }
    }

    private let frame: PortalFrame
    private let rows: [Row]

    package init(frame: PortalFrame, rows: [Row]) { (self.frame, self.rows) = (frame, rows) }

    package func html() -> String {
        let added = rows.count { $0.problem == nil }
        return frame.page(
            "\(added) of \(rows.count) plans added", back: .init("Other plans", "/review/payers"),
            [
                .table(
                    columns: ["Health plan", "Address", "What became of it"],
                    rows: rows.map { row in
                        [
                            .text(row.name), .text(row.address),
                            row.problem.map { .text("Left out: \($0)") } ?? .tag(StateTag("Added", .good)),
                        ]
                    }),
                .links([.init("Back to the other plans", "/review/payers")], quiet: true),
            ])
    }
}

/// One sending payer: how the connection does, and what can be changed.
package struct PayerPage: Sendable {
    package struct Check: Sendable {
        package let name: String
        /// `passed`, `warning`, `failed` or `skipped`.
        package let outcome: String
        package let seen: String
        package let fix: String?
        package init(name: String, outcome: String, seen: String, fix: String?) {
            (self.name, self.outcome, self.seen, self.fix) = (name, outcome, seen, fix)
        }

        var tag: StateTag {
            switch outcome {
            case "passed": StateTag("Fine", .good)
            case "warning": StateTag("Look at this", .warn)
            case "failed": StateTag("Does not work", .warn)
            default: StateTag("Not checked")
            }
        }
    }

    private let frame: PortalFrame
    private let payer: PayerRow
    private let redirectURI: String
    private let checks: [Check]
    private let problems: [PortalProblem]

    package init(frame: PortalFrame, payer: PayerRow, redirectURI: String, checks: [Check], problems: [PortalProblem]) {
        (self.frame, self.payer, self.redirectURI, self.checks, self.problems) = (frame, payer, redirectURI, checks, problems)
    }

    package func html() -> String {
        let root = "/review/payers/\(payer.key)"
        var blocks: [PageBlock] = [
            .pairs([
                .init("Address", .copy(payer.address)), .init("Client id", .copy(payer.clientID)),
                .init("Client secret", .text(payer.hasSecret ? "Kept encrypted" : "None (public client)")),
                .init("Redirect URI", .copy(redirectURI)),
                .init("Last check", payer.checkedAt.map { [.time($0), .text(payer.checkWords ?? "")] } ?? [.text("Never")]),
            ])
        ]
        if checks.isEmpty {
            blocks.append(.form(PortalForm(action: root + "/check", fields: [], button: "Check the connection", label: "Check")))
        } else {
            blocks.append(.heading("What the check found"))
            blocks.append(
                .table(
                    columns: ["Check", "Result", "What was seen", "How to mend it"],
                    rows: checks.map { [.text($0.name), .tag($0.tag), .text($0.seen), .text($0.fix ?? "–")] }))
            blocks.append(.form(PortalForm(action: root + "/check", fields: [], button: "Check again", kind: .second, label: "Check")))
        }
        blocks.append(
            .form(
                PortalForm(
                    action: root + (payer.isOpen ? "/close" : "/open"), fields: [],
                    button: payer.isOpen ? "Stop offering it to members" : "Offer it to members", kind: .second, label: "Offer")))
        blocks.append(.heading("Change the name or the credentials"))
        blocks.append(
            .form(
                PayersPage.form(
                    action: root, values: [.payerName: payer.name, .clientID: payer.clientID], problems: problems, isChange: true)))
        return frame.page(payer.name, back: .init("Other plans", "/review/payers"), tag: payer.tag, problems: problems, blocks)
    }
}
