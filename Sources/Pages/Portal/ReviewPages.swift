/// The reviewers' queue: what waits longest stands first.
package struct ReviewQueuePage: Sendable {
    package struct Row: Sendable {
        package enum Kind: Sendable {
            case verification, production, redirects

            var words: String {
                switch self {
                case .verification: "Verification"
                case .production: "Production access"
                case .redirects: "Redirect URIs"
                }
            }
        }
        package let kind: Kind
        package let app: String
        package let company: String
        package let state: String
        package let address: String
        package let since: String
        /// In whole hours, so that the page says the same for a minute.
        package let ageHours: Int
        package init(kind: Kind, app: String, company: String, state: String, address: String, since: String, ageHours: Int) {
            (self.kind, self.app, self.company, self.state) = (kind, app, company, state)
            (self.address, self.since, self.ageHours) = (address, since, ageHours)
        }

        package var waitsForReviewer: Bool { CaseWords.waitsFor(state) == "You" }
    }

    package var frame: PortalFrame
    package var rows: [Row]
    /// Where the list goes on; nil for its end.
    package var more: String?

    package init(frame: PortalFrame, rows: [Row], more: String? = nil) { (self.frame, self.rows, self.more) = (frame, rows, more) }

    package func html() -> String {
        let (mine, others) = (rows.filter(\.waitsForReviewer), rows.filter { !$0.waitsForReviewer })
        var blocks: [PageBlock] = [.heading("Waiting for you")]
        blocks.append(mine.isEmpty ? .empty(title: "Nothing waits for you", text: "New cases appear here, the oldest first.") : table(mine))
        if !others.isEmpty {
            blocks.append(.heading("Waiting for others"))
            blocks.append(table(others))
        }
        if let more { blocks.append(.links([.init("More cases", more)], quiet: true)) }
        return frame.page("Cases", blocks)
    }

    private func table(_ rows: [Row]) -> PageBlock {
        .table(
            columns: ["Case", "Company", "Waits for", "Since"],
            rows: rows.map { row in
                [
                    .link("\(row.kind.words): \(row.app)", row.address),
                    .text(row.company),
                    .text(CaseWords.waitsFor(row.state)), .text(Self.age(row.ageHours)),
                ]
            })
    }

    static func age(_ hours: Int) -> String {
        switch hours {
        case ..<1: "Less than an hour"
        case 1: "1 hour"
        case 2..<48: "\(hours) hours"
        default: "\(hours / 24) days"
        }
    }
}

/// What the program found by itself about a case.
package struct Finding: Sendable {
    package let name: String
    package let isGood: Bool
    package let text: String
    package init(_ name: String, _ isGood: Bool, _ text: String) { (self.name, self.isGood, self.text) = (name, isGood, text) }

    var row: [PageBlock.Cell] {
        [.text(name), .tag(StateTag(isGood ? "In order" : "Look", isGood ? .good : .warn)), .text(text)]
    }
}

/// One case with everything needed to decide it.
package struct ReviewCasePage: Sendable {
    package var frame: PortalFrame
    package var action: String
    package var tag: StateTag
    package var title: String
    package var app: AppFacts
    package var findings: [Finding]
    package var facts: VerificationFacts?
    package var evidence: [EvidenceRow]
    package var calls: [CallRow]
    package var note: String?
    package var timeline: [TimelineEntry]
    package var actions: [String]
    package var revision: Int
    package var values: [PortalField: String]
    package var problems: [PortalProblem]

    package struct AppFacts: Sendable {
        package let name: String
        package let clientID: String
        package let address: String
        package let description: String
        package let homePage: String
        package let redirectURIs: [String]
        package let developer: String
        /// The address of the logo; nil for none.
        package let logo: String?
        package init(
            name: String, clientID: String, address: String, description: String, homePage: String, redirectURIs: [String],
            developer: String, logo: String?
        ) {
            (self.name, self.clientID, self.address, self.description) = (name, clientID, address, description)
            (self.homePage, self.redirectURIs, self.developer, self.logo) = (homePage, redirectURIs, developer, logo)
        }
    }

    package init(
        frame: PortalFrame, action: String, tag: StateTag, title: String, app: AppFacts, findings: [Finding], facts: VerificationFacts?,
        evidence: [EvidenceRow] = [], calls: [CallRow] = [], note: String? = nil, timeline: [TimelineEntry], actions: [String],
        revision: Int,
        values: [PortalField: String] = [:], problems: [PortalProblem] = []
    ) {
        (self.frame, self.action, self.tag, self.title, self.app) = (frame, action, tag, title, app)
        (self.findings, self.facts, self.evidence, self.calls, self.note) = (findings, facts, evidence, calls, note)
        (self.timeline, self.actions, self.revision) = (timeline, actions, revision)
        (self.values, self.problems) = (values, problems)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [
            .heading("What we found"), .table(columns: ["Check", "State", "What we found"], rows: findings.map(\.row)),
        ]
        if let facts {
            blocks.append(.heading("Organization"))
            blocks.append(.pairs(facts.pairs))
        }
        if let note, !note.isEmpty { blocks.append(.inset(title: "The developer says", text: note)) }
        if !evidence.isEmpty {
            blocks.append(.heading("Pictures and recordings"))
            blocks.append(EvidenceRow.table(evidence))
        }
        if !calls.isEmpty {
            blocks.append(.heading("Calls we saw at the Demo Health Plan"))
            blocks.append(CallRow.table(calls))
        }
        blocks.append(.heading("Application"))
        if let logo = app.logo { blocks.append(.picture(logo, words: "The logo")) }
        blocks.append(
            .pairs([
                .init("Name", .text(app.name)), .init("Client ID", .link(app.clientID, app.address)),
                .init("Developer", .text(app.developer)),
                .init("What it does", .text(app.description)), .init("Home page", .text(app.homePage)),
                .init("Redirect URIs", app.redirectURIs.map { .text($0) }),
            ]))
        blocks.append(.heading("What happened"))
        blocks.append(.timeline(timeline))
        if actions.isEmpty {
            blocks.append(.text("There is nothing to decide now."))
        } else {
            blocks +=
                DecisionForm(
                    action: action, actions: actions, revision: revision, values: values, problems: problems, label: "Reason or question"
                ).blocks
        }
        return frame.page(title, back: .init("Cases", "/review"), tag: tag, problems: problems, blocks)
    }
}

/// A picture or recording of a request.
package struct EvidenceRow: Sendable {
    package let id: String
    package let title: String
    package let type: String
    package let bytes: Int
    package let address: String
    package let at: String
    package init(id: String, title: String, type: String, bytes: Int, address: String, at: String) {
        self.id = id
        (self.title, self.type, self.bytes, self.address, self.at) = (title, type, bytes, address, at)
    }

    static func table(_ rows: [EvidenceRow]) -> PageBlock {
        .table(
            columns: ["File", "Type", "Size", "Added"],
            rows: rows.map { [.link($0.title, $0.address), .text($0.type), .text(size($0.bytes)), .time($0.at)] })
    }

    static func size(_ bytes: Int) -> String { bytes < 1 << 20 ? "\(max(1, bytes / 1024)) KB" : "\(bytes / (1 << 20)) MB" }
}

/// A kind of call that an app made, and how often.
package struct CallRow: Sendable {
    package let kind: String
    package let count: Int
    package let last: String
    package init(kind: String, count: Int, last: String) { (self.kind, self.count, self.last) = (kind, count, last) }

    static func table(_ rows: [CallRow]) -> PageBlock {
        .table(columns: ["Call", "Times", "Last"], rows: rows.map { [.text(words($0.kind)), .text(String($0.count)), .time($0.last)] })
    }

    package static func words(_ kind: String) -> String {
        switch kind {
        case "authorize": "A member was sent to authorize"
        case "code": "A code was exchanged for a token"
        case "refresh": "A token was refreshed"
        default: kind
        }
    }
}

/// The audit log, newest first.
package struct AuditPage: Sendable {
    package struct Row: Sendable {
        package let at: String
        package let who: String
        package let action: String
        package let subject: String
        package let detail: String
        package init(at: String, who: String, action: String, subject: String, detail: String) {
            (self.at, self.who, self.action, self.subject, self.detail) = (at, who, action, subject, detail)
        }
    }

    package var frame: PortalFrame
    package var rows: [Row]
    package var older: String?

    package init(frame: PortalFrame, rows: [Row], older: String?) { (self.frame, self.rows, self.older) = (frame, rows, older) }

    package func html() -> String {
        frame.page(
            "Audit log",
            [
                .table(
                    columns: ["When", "Who", "What", "To what", "Detail"],
                    rows: rows.map { [.time($0.at), .text($0.who), .text($0.action), .text($0.subject), .text($0.detail)] })
            ] + (older.map { [.links([.init("Older entries", $0)], quiet: true)] } ?? []))
    }
}
