import FHIR

/// What of a chart is wanted; nil or empty means all.
package struct ChartFilter: Sendable, Hashable {
    package var words: String
    package var kind: ChartKind?
    package var payer: String?
    /// Four digits.
    package var year: String?

    package init(words: String = "", kind: ChartKind? = nil, payer: String? = nil, year: String? = nil) {
        (self.words, self.kind, self.payer, self.year) = (words, kind, payer, year)
    }

    package var isEmpty: Bool { self == ChartFilter() }
}

extension Chart {
    /// The entries that hold every one of these words, in any case and with or without accents.
    package func matching(_ words: String) -> [ChartItem] { matching(ChartFilter(words: words)) }

    package func matching(_ filter: ChartFilter) -> [ChartItem] {
        let wanted = filter.words.utf8.prefix(200).split(separator: 0x20).prefix(10).map {
            Array(String(decoding: $0, as: UTF8.self).folded.utf8)
        }
        return items.filter { item in
            if item.kind == .supporting, filter.kind != .supporting { return false }
            if let kind = filter.kind, item.kind != kind { return false }
            if let payer = filter.payer, !item.sources.contains(where: { $0.payer == payer }) { return false }
            if let year = filter.year, item.date?.year != year { return false }
            return wanted.isEmpty || Self.holds(wanted, in: item)
        }
    }

    private static func holds(_ wanted: [[UInt8]], in item: ChartItem) -> Bool {
        let text = Array(item.searchText.folded.utf8)
        return text.withUnsafeBytes { text in
            wanted.allSatisfy { word in word.withUnsafeBytes { text.contains($0) } }
        }
    }

    /// The years that events lie in, newest first.
    package var years: [String] {
        Set(items.compactMap { $0.kind.isEvent ? $0.date?.year : nil }).sorted(by: >)
    }
}

extension ChartItem {
    /// What a search looks at.
    var searchText: String {
        var parts = [title, concept.text ?? "", date?.text ?? ""]
        for coding in concept.codings { parts += [coding.code, coding.display] }
        parts += who + statuses + details.map(\.text) + sources.map(\.payer)
        parts.append(value?.searchText ?? "")
        for component in components { parts += [component.concept.words ?? "", component.value?.searchText ?? ""] }
        return parts.joined(separator: "\n")
    }
}

extension ItemValue {
    var searchText: String {
        switch self {
        case .quantity(let quantity): "\(quantity.words) \(quantity.unit)"
        case .text(let text): text
        case .truth, .absent: ""
        }
    }
}
