package import FHIR

/// One entry of the chart: a kept resource, or several that say the same and are shown once.
package struct ChartItem: Sendable, Identifiable {
    /// `Type/id` of the source that is shown; any of the sources' finds the item too.
    package var id: String { "\(type.name)/\(sources[0].id)" }
    package let type: ResourceType
    package var kind: ChartKind
    /// Empty when nothing in the resource gives a name.
    package var title = ""
    package var concept = Concept(text: nil, codings: [])
    package var identifiers: [Identifier] = []
    /// FHIR's status codes in the order of weight: verification, clinical, status.
    package var statuses: [String] = []
    package var standing = Standing.current
    package var date: ChartDate?
    package var dateRole = DateRole.recorded
    /// When it ended; nil for what is not a period or has no end.
    package var end: ChartDate?
    package var value: ItemValue?
    package var components: [Component] = []
    package var interpretation: Interpretation?
    package var range: ReferenceRange?
    /// Who did, wrote or found it.
    package var who: [String] = []
    package var details: [Detail] = []
    package var attachments = 0
    /// Newest first. One at least; the item's content is the first one's.
    package var sources: [ChartSource]
    /// Why several sources are one item; empty for one source.
    package var joins: [Join] = []
    /// What else of the content must agree for two to be the same event, such as a dose or a document's bytes.
    var distinction = ""

    init(type: ResourceType, kind: ChartKind, source: ChartSource) {
        (self.type, self.kind, sources) = (type, kind, [source])
    }

    /// The sources say different things about how it stands now.
    package var isDisputed: Bool { Set(sources.map(\.statuses)).count > 1 }
    package var payers: [String] {
        var seen: Set<String> = []
        return sources.map(\.payer).filter { seen.insert($0).inserted }
    }

    /// The code that stands for the item: the first with a system, otherwise its words.
    package var codeKey: String? {
        if let coding = concept.codings.first(where: { !$0.system.isEmpty && !$0.code.isEmpty }) {
            return "\(coding.system)|\(coding.code)"
        }
        return title.isEmpty ? nil : "|\(title.folded)"
    }
}

/// One kept resource of an item.
package struct ChartSource: Sendable, Hashable {
    package let id: String
    package let payer: String
    package let receivedAt: Timestamp
    /// As this source has them.
    package var statuses: [String] = []
    /// Where the resource stands among the chart's.
    let index: Int
}

/// How far an entry counts.
package enum Standing: UInt8, Sendable {
    case current, past
    /// Said not to be so, or not to have been done.
    case negated
    /// The sender took it back (`entered-in-error`); it is still kept and still shown.
    case inError

    /// Entries of different stances are never one: what was taken back or denied and what stands.
    var stance: String {
        switch self {
        case .current, .past: "stands"
        case .negated: "negated"
        case .inError: "error"
        }
    }
}

/// A line of an item's particulars.
package struct Detail: Sendable, Hashable {
    package enum Label: String, Sendable, CaseIterable {
        case dose, route, reason, reaction, severity, criticality, category, location, lot, manufacturer, site, method, specimen, ended
        case recorded, discharge, quantity, supply, refills, note, conclusion, activity, target, member, relationship, phone, address
        case serial, expires, priority, visitClass, statusReason, results, author, custodian, replaces, doseNumber, stage, dateAsSent,
            unreadable
        case description, period
    }
    package let label: Label
    package let text: String

    package init(_ label: Label, _ text: String) { (self.label, self.text) = (label, text) }
}
