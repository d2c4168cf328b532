import Chart
import FHIR
import Pages

/// A chart's values as its pages show them: the one place that knows both.
extension ChartSection {
    /// Both enums name the same kinds by the same words; a test holds them together.
    init(_ kind: ChartKind) { self = ChartSection(rawValue: kind.rawValue) ?? .other }
}

extension ChartEntry {
    /// `root` is the chart's address; nil where the page cannot lead on.
    init(_ item: ChartItem, root: String?) {
        self.init(
            section: ChartSection(item.kind), title: item.title, address: root.map { "\($0)/\(item.id)" }, date: item.date?.text,
            dateRole: ChartDateRole(rawValue: item.dateRole.rawValue) ?? .recorded, statuses: item.statuses, isDisputed: item.isDisputed,
            isStruck: item.standing.isStruck, value: item.value.map { ChartValue($0) },
            parts: item.components.map { part in
                ChartPart(
                    name: part.concept.words ?? "", value: part.value.map { ChartValue($0) }, flag: ChartFlag(part.judgment))
            },
            flag: ChartFlag(item.judgment), range: item.range?.words, who: item.who,
            details: item.details.map { (label: ChartLabel(rawValue: $0.label.rawValue) ?? .note, text: $0.text) },
            sources: item.sources.map { ChartOrigin($0) })
    }
}

extension Standing {
    fileprivate var isStruck: Bool {
        switch self {
        case .current, .past: false
        case .negated, .inError: true
        }
    }
}

extension ChartOrigin {
    init(_ source: ChartSource) { self.init(payer: source.payer, receivedAt: source.receivedAt.instant) }
}

extension ChartValue {
    init(_ value: ItemValue) {
        switch value {
        case .quantity(let quantity): self = .words(quantity.words)
        case .text(let text): self = .words(text)
        case .truth(let truth): self = .truth(truth)
        case .absent(let reason): self = .absent(reason)
        }
    }
}

extension ChartFlag {
    init?(_ interpretation: Interpretation?) {
        guard let interpretation else { return nil }
        self.init(code: interpretation.code, text: interpretation.text)
    }
}

extension ChartCode {
    init(_ coding: Coding) { self.init(system: coding.system, code: coding.code, display: coding.display) }
}

extension ChartJoin {
    init(_ join: Join) {
        // A system is a URI and holds no bar; a value or a code may.
        let bar = join.shared.utf8.firstIndex(of: UInt8(ascii: "|")) ?? join.shared.endIndex
        let system = String(join.shared[..<bar])
        let rest = String(join.shared[bar...].dropFirst())
        switch join.rule {
        case .identifier: self = .identifier(system: system, value: rest)
        case .event: self = .event(system: system, code: rest)
        }
    }
}

extension ChartPlot {
    init(_ series: ResultSeries) {
        let lines = series.lines.map { line in
            Line(
                name: line.name,
                points: line.points.map { Point(date: $0.date.text, at: $0.date.low, text: $0.text, number: $0.number) },
                low: line.range?.low?.number, high: line.range?.high?.number)
        }
        self.init(
            title: series.title, unit: series.unit, lines: lines, range: series.lines.count == 1 ? series.lines[0].range?.words : nil)
    }
}

extension Chart {
    /// Each sender with what came from it, in the order of their names.
    var senders: [ChartSender] {
        var counts: [String: (records: Int, last: Timestamp)] = [:]
        for source in items.flatMap(\.sources) {
            let known = counts[source.payer]
            counts[source.payer] = ((known?.records ?? 0) + 1, max(known?.last ?? source.receivedAt, source.receivedAt))
        }
        return counts.sorted { $0.key < $1.key }.map { payer, count in
            ChartSender(payer: payer, records: count.records, lastReceived: count.last.instant)
        }
    }

    /// The first `limit` entries of a section; results carry the newest `rows` of their table.
    func content(_ kind: ChartKind, root: String?, limit: Int, rows: Int) -> ChartContent {
        content(kind, root: root, from: 0, limit: limit, rows: rows)
    }

    func content(_ kind: ChartKind, root: String?, page: Int, size: Int) -> ChartContent {
        content(kind, root: root, from: (page - 1) * size, limit: size, rows: 4)
    }

    private func content(_ kind: ChartKind, root: String?, from: Int, limit: Int, rows: Int) -> ChartContent {
        let items = items(kind)
        let address = root.map { "\($0)/\(kind.rawValue)" }
        guard kind.isResult || kind == .medication else {
            return ChartContent(
                section: ChartSection(kind), records: items.count, total: items.count,
                body: .entries(items.dropFirst(from).prefix(limit).map { ChartEntry($0, root: root) }), address: address)
        }
        let groups = groups(kind)
        let plots = plots(kind)
        let results = groups.dropFirst(from).prefix(limit).map { group in
            ChartResults(
                latest: ChartEntry(group.latest, root: root), count: group.items.count, plot: plots[group.id].map { ChartPlot($0) },
                rows: kind.isResult ? group.items.prefix(rows).map { ChartEntry($0, root: root) } : [])
        }
        return ChartContent(
            section: ChartSection(kind), records: items.count, total: groups.count, body: .results(Array(results)), address: address)
    }

    /// The series of a kind by the entry that is the latest of each.
    private func plots(_ kind: ChartKind) -> [String: ResultSeries] {
        var plots: [String: ResultSeries] = [:]
        for series in series where series.kind == kind {
            for line in series.lines {
                if let last = line.points.last, plots[last.item] == nil { plots[last.item] = series }
            }
        }
        return plots
    }

    /// All entries about the same thing as this one, with their drawing; nil for what has no history.
    func history(of item: ChartItem, root: String) -> ChartResults? {
        guard item.kind.isResult || item.kind == .medication,
            let group = groups(item.kind).first(where: { group in group.items.contains { $0.id == item.id } })
        else { return nil }
        let series = series.first { series in series.lines.contains { line in line.points.contains { $0.item == item.id } } }
        return ChartResults(
            latest: ChartEntry(item, root: root), count: group.items.count, plot: series.map { ChartPlot($0) },
            rows: group.items.prefix(200).map { ChartEntry($0, root: root) })
    }

    func sourceRecord(_ source: ChartSource, of item: ChartItem, root: String) -> ChartSourceRecord {
        let sent = sent(source)
        let files = sent.attachments.enumerated().map { number, attachment in
            let address = "\(root)/\(item.type.name)/\(source.id)/files/\(number)"
            let place: ChartFile.Place =
                switch attachment.place {
                case .inside(let size): .here(address: address, size: size)
                case .binary(let id): self.item(.binary, id) == nil ? .nowhere : .here(address: address, size: nil)
                case .elsewhere(let url): .elsewhere(url)
                case .nowhere: .nowhere
                }
            return ChartFile(title: attachment.title, type: attachment.declaredType, date: attachment.created?.text, place: place)
        }
        return ChartSourceRecord(
            origin: ChartOrigin(source), reference: "\(item.type.name)/\(source.id)", statuses: source.statuses,
            section: ChartSection(item.kind),
            identifiers: sent.identifiers, files: files, narrative: sent.narrative, json: sent.json)
    }

    /// The days on which something happened, newest first; many results of one kind on one day are gathered.
    func days(year: String?, root: String) -> [ChartTimelinePage.Day] {
        var order: [String] = []
        var days: [String: [ChartItem]] = [:]
        for item in items where item.kind.isEvent {
            guard let date = item.date, year == nil || date.year == year else { continue }
            if days[date.day] == nil { order.append(date.day) }
            days[date.day, default: []].append(item)
        }
        // Instants of one day may come in another order of days, when zones differ.
        return order.sorted(by: >).map { day in
            let items = days[day] ?? []
            let lines = ChartKind.allCases.flatMap { kind -> [ChartTimelinePage.Line] in
                let entries = items.filter { $0.kind == kind }.map { ChartEntry($0, root: root) }
                return kind.isResult && entries.count > 2 ? [.gathered(ChartSection(kind), entries)] : entries.map { .entry($0) }
            }
            return ChartTimelinePage.Day(date: day, lines: lines)
        }
    }
}
