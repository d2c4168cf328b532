/// A transfer in the operator's words.
enum TransferWords {
    static func tag(_ state: String) -> StateTag {
        switch state {
        case "authorizing": StateTag("Member at the other plan")
        case "receiving": StateTag("Arriving")
        case "ready": StateTag("Waits for the member")
        case "differs": StateTag("Decide: same person?", .warn)
        case "keeping": StateTag("Being kept")
        case "kept": StateTag("Kept", .good)
        case "undoing": StateTag("Being undone")
        case "undone": StateTag("Undone")
        case "discarded": StateTag("Discarded")
        case "failed": StateTag("Failed", .warn)
        default: StateTag("Cancelled")
        }
    }
}

/// All transfers of a plan: what needs someone first.
package struct TransfersPage: Sendable {
    package struct Row: Sendable {
        package let id: String
        package let member: String
        package let payer: String
        package let state: String
        package let at: String
        package let resources: Int?
        package let problem: String?
        package init(id: String, member: String, payer: String, state: String, at: String, resources: Int?, problem: String?) {
            (self.id, self.member, self.payer, self.state, self.at) = (id, member, payer, state, at)
            (self.resources, self.problem) = (resources, problem)
        }
    }

    private let frame: PortalFrame
    private let attention: [Row]
    private let moving: [Row]
    private let others: [Row]
    private let counts: [(state: String, count: Int)]

    package init(frame: PortalFrame, attention: [Row], moving: [Row], others: [Row], counts: [(state: String, count: Int)]) {
        (self.frame, self.attention, self.moving, self.others, self.counts) = (frame, attention, moving, others, counts)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [.heading("Needs someone")]
        blocks.append(
            attention.isEmpty
                ? .empty(title: "Nothing needs you", text: "A record that may be another person’s, or that failed, appears here.")
                : table(attention))
        if !moving.isEmpty { blocks += [.heading("On the way"), table(moving)] }
        blocks.append(.heading("Lately"))
        blocks.append(
            others.isEmpty
                ? .empty(title: "No transfer yet", text: "Members begin one on their own pages.") : table(others))
        if !counts.isEmpty {
            blocks += [
                .heading("All in numbers"),
                .table(
                    columns: ["State", "Transfers"], rows: counts.map { [.tag(TransferWords.tag($0.state)), .text(grouped($0.count))] }),
            ]
        }
        return frame.page("Transfers", blocks)
    }

    private func table(_ rows: [Row]) -> PageBlock {
        .table(
            columns: ["Member", "From", "State", "Resources", "Since"],
            rows: rows.map { row in
                [
                    .link(row.member, "/review/transfers/\(row.id)"), .text(row.payer), .tag(TransferWords.tag(row.state)),
                    .text(row.resources.map { grouped($0) } ?? "–"), .time(row.at),
                ]
            })
    }
}

/// One transfer with everything that is known of it, and what the operator may do.
package struct TransferReportPage: Sendable {
    package struct Leg: Sendable {
        package let name: String
        package let status: String
        package let pages: Int
        package let reason: String
        package init(name: String, status: String, pages: Int, reason: String) {
            (self.name, self.status, self.pages, self.reason) = (name, status, pages, reason)
        }
    }

    package struct Issue: Sendable {
        package let kind: String
        package let what: String
        package let reason: String
        package init(kind: String, what: String, reason: String) { (self.kind, self.what, self.reason) = (kind, what, reason) }
    }

    package struct Facts: Sendable {
        package var id = ""
        package var member = ""
        package var payer = ""
        package var state = ""
        package var problem: String?
        package var createdAt = ""
        package var startedAt: String?
        package var arrivedAt: String?
        package var movedAt = ""
        package var dueAt: String?
        package var requests = 0
        package var retries = 0
        package var milliseconds: Int?
        package var types: [(type: String, count: Int, bytes: Int)] = []
        package var months: [(month: String, count: Int)] = []
        package var gaps: [String] = []
        package var undated = 0
        package var unknownCodes: [(words: String, count: Int)] = []
        package var quarantined: [(words: String, count: Int)] = []
        package var missing: [(words: String, count: Int)] = []
        package var notShared: [String] = []
        package var brokenOff: [String] = []
        package var change: String?
        /// What may be done: names of actions.
        package var actions: [String] = []
        /// The person as the record has them, and as the roster does; only while someone has to decide.
        package var persons: [(where: String, name: String, birthDate: String)] = []
        package init() {}
    }

    private let frame: PortalFrame
    private let facts: Facts
    private let legs: [Leg]
    private let issues: [Issue]

    package init(frame: PortalFrame, facts: Facts, legs: [Leg], issues: [Issue]) {
        (self.frame, self.facts, self.legs, self.issues) = (frame, facts, legs, issues)
    }

    package func html() -> String {
        var blocks: [PageBlock] = []
        if let problem = facts.problem { blocks.append(.inset(title: "What stands in the way", text: problem)) }
        if !facts.persons.isEmpty {
            blocks.append(
                .table(
                    columns: ["Where", "Name", "Birth date"],
                    rows: facts.persons.map { [.text($0.where), .text($0.name), .text($0.birthDate)] }))
        }
        blocks += actions
        blocks.append(.pairs(pairs))
        if !facts.types.isEmpty { blocks += report }
        if !legs.isEmpty {
            blocks += [
                .heading("How it came"),
                .table(
                    columns: ["Way", "State", "Pages", "Reason"],
                    rows: legs.map {
                        [.text($0.name), .text($0.status), .text(String($0.pages)), .text($0.reason.isEmpty ? "–" : $0.reason)]
                    }),
            ]
        }
        if !issues.isEmpty {
            blocks += [
                .heading("Not kept, one by one"),
                .table(
                    columns: ["Resource", "What happened", "Reason"],
                    rows: issues.map { [.text($0.what), .text($0.kind), .text($0.reason)] }),
            ]
        }
        return frame.page(
            "\(facts.member), from \(facts.payer)", back: .init("Transfers", "/review/transfers"), tag: TransferWords.tag(facts.state),
            blocks)
    }

    private static let words: [(action: String, words: String, isPrimary: Bool)] = [
        ("accept", "It is the same person", true), ("discard", "Throw it away", false), ("retry", "Try again", true),
        ("stop", "Stop and throw it away", false), ("undo", "Take it out of the record", false),
    ]

    private var actions: [PageBlock] {
        Self.words.filter { facts.actions.contains($0.action) }.map { entry in
            .form(
                PortalForm(
                    action: "/review/transfers/\(facts.id)/\(entry.action)", fields: [], button: entry.words,
                    kind: entry.isPrimary ? .primary : .second, label: entry.words))
        }
    }

    private var pairs: [PageBlock.Pair] {
        var pairs: [PageBlock.Pair] = [.init("Agreed", .time(facts.createdAt))]
        if let at = facts.startedAt { pairs.append(.init("Came back with a code", .time(at))) }
        if let at = facts.arrivedAt { pairs.append(.init("All here", .time(at))) }
        pairs.append(.init("In this state since", .time(facts.movedAt)))
        if let at = facts.dueAt { pairs.append(.init("Tried again", .time(at))) }
        if let milliseconds = facts.milliseconds {
            pairs.append(.init("Time it took", .text("\(grouped(milliseconds / 1000)).\(String(milliseconds % 1000 / 100)) s")))
        }
        pairs.append(.init("Requests", .text("\(grouped(facts.requests)), \(grouped(facts.retries)) of them repeated")))
        if let change = facts.change { pairs.append(.init("Change to the record", .text(change))) }
        return pairs
    }

    private var report: [PageBlock] {
        let sum = facts.types.reduce((0, 0)) { ($0.0 + $1.count, $0.1 + $1.bytes) }
        var blocks: [PageBlock] = [
            .heading("What came"),
            .table(
                columns: ["Type", "Resources", "Bytes"],
                rows: facts.types.map { [.text($0.type), .text(grouped($0.count)), .text(grouped($0.bytes))] }
                    + [[.text("All together"), .text(grouped(sum.0)), .text(grouped(sum.1))]]),
        ]
        if let first = facts.months.first, let last = facts.months.last {
            let gaps = facts.gaps.isEmpty ? "There is no month without any." : "\(facts.gaps.count) months between have none."
            blocks.append(
                .bars(
                    title: "Resources by month of care, \(first.month) to \(last.month). \(gaps) \(grouped(facts.undated)) have no date.",
                    facts.months.map { .init(title: $0.month, count: $0.count) }))
            if !facts.gaps.isEmpty {
                let shown = facts.gaps.prefix(24).joined(separator: ", ")
                blocks.append(.text("Months without any: \(shown)" + (facts.gaps.count > 24 ? " and \(facts.gaps.count - 24) more." : ".")))
            }
        }
        func counted(_ title: String, _ list: [(words: String, count: Int)], _ column: String) {
            guard !list.isEmpty else { return }
            blocks += [
                .heading(title),
                .table(columns: [column, "How many"], rows: list.map { [.text($0.words), .text(grouped($0.count))] }),
            ]
        }
        counted("Not kept, by reason", facts.quarantined, "Reason")
        counted("Referred to, but not to be had", facts.missing, "Type")
        counted("Codes not understood", facts.unknownCodes, "Code system")
        if !facts.brokenOff.isEmpty { blocks += [.heading("Broke off"), .list(facts.brokenOff)] }
        if !facts.notShared.isEmpty { blocks += [.heading("Not shared by the other plan"), .list(facts.notShared)] }
        return blocks
    }
}

/// The members of a plan, for the one who looks after them.
package struct MembersPage: Sendable {
    package struct Row: Sendable {
        package let key: String
        package let name: String
        package let memberID: String
        package let birthDate: String
        package let hasRecord: Bool
        package init(key: String, name: String, memberID: String, birthDate: String, hasRecord: Bool) {
            (self.key, self.name, self.memberID, self.birthDate, self.hasRecord) = (key, name, memberID, birthDate, hasRecord)
        }
    }

    private let frame: PortalFrame
    private let search: String
    private let rows: [Row]
    private let isCut: Bool

    package init(frame: PortalFrame, search: String, rows: [Row], isCut: Bool) {
        (self.frame, self.search, self.rows, self.isCut) = (frame, search, rows, isCut)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [
            .form(
                PortalForm(
                    action: "/review/members",
                    fields: [PortalInput(.search, label: "Name or member ID", values: [.search: search])], button: "Search",
                    isSearch: true, label: "Search members"))
        ]
        if rows.isEmpty {
            blocks.append(.empty(title: "No member found", text: "Search by a part of the name, or by the member ID."))
        } else {
            blocks.append(
                .table(
                    columns: ["Name", "Member ID", "Birth date", "Record"],
                    rows: rows.map { row in
                        [
                            row.hasRecord ? .link(row.name, "/review/members/\(row.key)") : .text(row.name), .text(row.memberID),
                            .text(DayWords.long(row.birthDate, in: .english)),
                            row.hasRecord ? .tag(StateTag("Received", .good)) : .text("None yet"),
                        ]
                    }))
            if isCut { blocks.append(.text("There are more. Search for a part of the name.")) }
        }
        return frame.page("Members", blocks)
    }
}
