/// An entry of a chart as a page shows it.
package struct ChartEntry: Sendable {
    package var section: ChartSection
    /// Empty when the record names nothing.
    package var title: String
    /// Of the entry's own page; nil where pages cannot lead on, such as a file.
    package var address: String?
    /// A FHIR date of any precision.
    package var date: String?
    package var dateRole: ChartDateRole
    package var statuses: [String]
    package var isDisputed: Bool
    /// Said not to be so, not done, or taken back: it stays visible, struck out.
    package var isStruck: Bool
    package var value: ChartValue?
    package var parts: [ChartPart]
    package var flag: ChartFlag?
    package var range: String?
    package var who: [String]
    package var details: [(label: ChartLabel, text: String)]
    package var sources: [ChartOrigin]

    package init(
        section: ChartSection, title: String, address: String? = nil, date: String? = nil, dateRole: ChartDateRole = .recorded,
        statuses: [String] = [], isDisputed: Bool = false, isStruck: Bool = false, value: ChartValue? = nil, parts: [ChartPart] = [],
        flag: ChartFlag? = nil, range: String? = nil, who: [String] = [], details: [(label: ChartLabel, text: String)] = [],
        sources: [ChartOrigin]
    ) {
        (self.section, self.title, self.address, self.date, self.dateRole) = (section, title, address, date, dateRole)
        (self.statuses, self.isDisputed, self.isStruck, self.value, self.parts) = (statuses, isDisputed, isStruck, value, parts)
        (self.flag, self.range, self.who, self.details, self.sources) = (flag, range, who, details, sources)
    }
}

/// What was found, before it is in a language.
package enum ChartValue: Sendable, Equatable {
    case words(String)
    case truth(Bool)
    /// A code of FHIR's `data-absent-reason`.
    case absent(String)

    func words(in say: Language) -> String {
        switch self {
        case .words(let words): words
        case .truth(let truth): ChartWords.truth(truth, say)
        case .absent(let reason): ChartWords.absent(reason, say)
        }
    }
}

/// The sender's judgment of a value: HL7's code, and words for one that is not known here.
package struct ChartFlag: Sendable, Equatable {
    package let code: String
    package let text: String

    package init(code: String, text: String) { (self.code, self.text) = (code, text) }
}

/// One of several values that a result has.
package struct ChartPart: Sendable {
    package let name: String
    package let value: ChartValue?
    package let flag: ChartFlag?

    package init(name: String, value: ChartValue?, flag: ChartFlag?) { (self.name, self.value, self.flag) = (name, value, flag) }
}

/// Where a record came from and when.
package struct ChartOrigin: Sendable, Hashable {
    /// Empty for the plan's own.
    package let payer: String
    /// A FHIR instant in UTC.
    package let receivedAt: String

    package init(payer: String, receivedAt: String) { (self.payer, self.receivedAt) = (payer, receivedAt) }
}

extension ChartEntry {
    func name(in say: Language) -> String { title.isEmpty ? section.unnamed(in: say) : title }

    /// The value, or the values of its parts: `121 / 79 mmHg` when they share a unit, each with its name otherwise.
    func valueWords(in say: Language) -> String? {
        if let value { return value.words(in: say) }
        let found = parts.compactMap { part in part.value.map { (name: part.name, words: $0.words(in: say)) } }
        guard !found.isEmpty else { return nil }
        let split = found.map { $0.words.split(separator: " ", maxSplits: 1).map(String.init) }
        if found.count == 2, let unit = split[0].last, split.allSatisfy({ $0.count == 2 && $0[1] == unit }) {
            return "\(split[0][0]) / \(split[1][0]) \(unit)"
        }
        return found.prefix(6).map { $0.name.isEmpty ? $0.words : "\($0.name): \($0.words)" }.joined(separator: ", ")
    }

    func tags(in say: Language) -> [StateTag] {
        var tags = statuses.compactMap { ChartWords.status($0, in: section, say) }
        if isDisputed { tags.append(ChartWords.disputed(say)) }
        let flags = ([flag] + parts.map(\.flag)).compactMap(\.self).compactMap { ChartWords.interpretation($0.code, text: $0.text, say) }
        for tag in flags where !tags.contains(tag) { tags.append(tag) }
        return Array(tags.prefix(4))
    }

    /// What a list says below the name.
    func brief(in say: Language) -> [String] {
        let lines = details.filter(\.label.isBrief).map { detail -> String in
            let words = ChartWords.particular(detail.text, of: detail.label, say)
            switch detail.label {
            case .dose, .activity, .conclusion, .visitClass, .criticality, .severity, .location, .relationship, .phone, .member:
                return words
            case .route, .reason, .reaction, .category, .lot, .manufacturer, .site, .method, .specimen, .ended, .recorded, .discharge,
                .quantity, .supply, .refills, .note, .target, .address, .serial, .expires, .priority, .statusReason, .results, .author,
                .custodian, .replaces, .doseNumber, .stage, .dateAsSent, .unreadable, .description, .period:
                return "\(detail.label.words(in: say)): \(words)"
            }
        }
        switch section {
        // Short words that belong together.
        case .allergy, .contact: return lines.isEmpty ? [] : [lines.prefix(4).joined(separator: " · ")]
        case .problem, .medication, .immunization, .vitalSign, .laboratory, .finding, .habit, .report, .visit, .diagnosis, .procedure,
            .document, .carePlan, .goal, .careTeam, .device, .order, .specimen, .other, .supporting:
            return Array(lines.prefix(3))
        }
    }

    /// A condition's date is not when it happened but since when it is so, or only since when it is known.
    private func dateWords(in say: Language) -> String? {
        guard let date else { return nil }
        let words = DayWords.partial(date, in: say)
        switch section {
        case .problem, .allergy, .diagnosis: return "\(dateRole.words(in: say)) \(words)"
        case .medication, .immunization, .vitalSign, .laboratory, .finding, .habit, .report, .visit, .procedure, .document, .carePlan,
            .goal, .careTeam, .device, .order, .specimen, .contact, .other, .supporting:
            return words
        }
    }

    /// `Old Plan, received Nov 24, 2026`; several payers one after another, the latest day.
    func origin(for reader: ChartReader, in say: Language) -> String {
        var names: [String] = []
        for source in sources {
            let name = ChartWords.origin(source.payer, for: reader, say)
            if !names.contains(name) { names.append(name) }
        }
        let day = sources.map(\.receivedAt).max().map { DayWords.brief(String($0.prefix(10)), in: say) } ?? ""
        return say("\(names.joined(separator: " + ")), received \(day)", "\(names.joined(separator: " + ")), recibido el \(day)")
    }

    func view(for reader: ChartReader, in say: Language) -> View {
        let tags = tags(in: say)
        return [
            "eTitle": name(in: say), "eAddress": address ?? false as Any, "eStruck": isStruck,
            "eDate": dateWords(in: say) ?? false as Any, "eDateTime": date ?? "",
            "eNoDate": date == nil ? say("No date", "Sin fecha") : false as Any,
            "eValue": valueWords(in: say) ?? false as Any,
            "eTags": tags.map { ["tagWord": $0.word, "tagTone": $0.tone.rawValue] as View },
            "eLines": brief(in: say).map { ["lineText": $0] as View },
            "eOrigin": origin(for: reader, in: say),
        ]
    }
}
