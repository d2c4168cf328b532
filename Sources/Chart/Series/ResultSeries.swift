import FHIR

/// One kind of measurement over time, in one unit; several lines when it is measured in parts, such as blood pressure.
package struct ResultSeries: Sendable, Identifiable {
    package struct Point: Sendable {
        /// The `id` of the item it is from.
        package let item: String
        package let date: ChartDate
        /// As the bytes say it.
        package let text: String
        /// For drawing only.
        package let number: Double
    }

    package struct Line: Sendable {
        package let name: String
        /// Oldest first; two or more in the longest line.
        package let points: [Point]
        package let range: ReferenceRange?
    }

    /// The code and the unit that all share.
    package let id: String
    package let title: String
    package let kind: ChartKind
    package let unit: String
    package let lines: [Line]

    /// The series that a record's results make up, in the order of their latest point, newest first.
    static func all(in items: [ChartItem]) -> [ResultSeries] {
        var drafts: [String: Draft] = [:]
        var order: [String] = []
        for item in items where item.kind.isResult {
            guard let code = item.codeKey, let date = item.date else { continue }
            switch item.standing {
            case .current, .past: break
            // What was taken back or denied is no measurement.
            case .negated, .inError: continue
            }
            var parts: [(name: String, value: ItemValue?, range: ReferenceRange?)] = [("", item.value, item.range)]
            parts += item.components.map { ($0.concept.words ?? "", $0.value, $0.range) }
            for (name, value, range) in parts {
                // A value "less than" stands in the table; a point would claim to know where it lies.
                guard case .quantity(let quantity) = value, quantity.comparator.isEmpty, let number = quantity.number, number.isFinite
                else {
                    continue
                }
                let key = "\(item.kind.rawValue)\n\(code)\n\(quantity.code.isEmpty ? quantity.unit : quantity.code)"
                if drafts[key] == nil {
                    drafts[key] = Draft(title: item.title, kind: item.kind, unit: quantity.unitWords)
                    order.append(key)
                }
                let point = Point(item: item.id, date: date, text: quantity.value, number: number)
                drafts[key]?.add(point, to: name, range: range)
            }
        }
        return order.compactMap { key in drafts[key]?.series(id: key) }
    }

    private struct Draft {
        let title: String
        let kind: ChartKind
        let unit: String
        var names: [String] = []
        var points: [String: [Point]] = [:]
        var ranges: [String: ReferenceRange] = [:]

        init(title: String, kind: ChartKind, unit: String) { (self.title, self.kind, self.unit) = (title, kind, unit) }

        mutating func add(_ point: Point, to name: String, range: ReferenceRange?) {
            if points[name] == nil { names.append(name) }
            points[name, default: []].append(point)
            // Items come newest first: the latest stated range is drawn.
            if let range, ranges[name] == nil { ranges[name] = range }
        }

        func series(id: String) -> ResultSeries? {
            let lines = names.map { Line(name: $0, points: (points[$0] ?? []).reversed(), range: ranges[$0]) }
            guard lines.contains(where: { $0.points.count >= 2 }) else { return nil }
            return ResultSeries(id: id, title: title, kind: kind, unit: unit, lines: lines)
        }
    }
}
