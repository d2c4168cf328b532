package import FHIR

/// What a person sees of a kept record: its entries, newest first, each once, with where it came from.
///
/// It does no I/O and depends on what it is given only, not on the order: the same resources make the same chart.
package struct Chart: Sendable {
    /// Newest first; those without a date last.
    package let items: [ChartItem]
    package let series: [ResultSeries]
    /// The sending payers, in the order of their names.
    package let payers: [String]
    /// What is kept but is no part of a chart: coverage, bills and payments.
    package let withheld: [ChartResource]
    private let resources: [ChartResource]
    private let places: [String: Int]

    package init(_ resources: [ChartResource]) {
        let resources = resources.sorted(by: Self.isBefore)
        var drafts: [ChartItem?] = Array(repeating: nil, count: resources.count)
        var withheld: [ChartResource] = []
        var rounds: [[(index: Int, kind: ChartKind)]] = [[], [], []]
        for (index, resource) in resources.enumerated() {
            if let kind = ChartKind(resource.type) {
                rounds[ItemReader.round(of: resource.type)].append((index, kind))
            } else {
                withheld.append(resource)
            }
        }
        let parser = JSONParser()
        var reader = ItemReader()
        for round in rounds {
            for (index, kind) in round {
                let resource = resources[index]
                let source = ChartSource(id: resource.id, payer: resource.payer, receivedAt: resource.receivedAt, index: index)
                let item = Self.read(resource, source, kind, parser, reader)
                reader.names.set(resource.type, resource.id, to: item.title)
                drafts[index] = item
            }
        }
        items = Reconciler.reconcile(drafts.compactMap(\.self)).sorted(by: Self.isNewer)
        series = ResultSeries.all(in: items)
        payers = Set(resources.map(\.payer)).sorted()
        self.withheld = withheld
        self.resources = resources
        var places: [String: Int] = [:]
        for (place, item) in items.enumerated() {
            for source in item.sources { places["\(item.type.name)/\(source.id)"] = place }
        }
        self.places = places
    }

    private static func read(
        _ resource: ChartResource, _ source: ChartSource, _ kind: ChartKind, _ parser: JSONParser, _ reader: ItemReader
    ) -> ChartItem {
        resource.bytes.withUnsafeBytes { bytes in
            do throws(JSONProblem) {
                return reader.read(try parser.parse(bytes), resource, kind, source)
            } catch {
                return ItemReader.unreadable(resource, source, error)
            }
        }
    }

    /// The latest word comes first, so that it is the one shown; the rest only makes the order total.
    private static func isBefore(_ a: ChartResource, _ b: ChartResource) -> Bool {
        if a.receivedAt != b.receivedAt { return a.receivedAt > b.receivedAt }
        if a.payer != b.payer { return a.payer < b.payer }
        if a.type != b.type { return a.type.rawValue < b.type.rawValue }
        if a.id != b.id { return a.id < b.id }
        return a.bytes.lexicographicallyPrecedes(b.bytes)
    }

    private static func isNewer(_ a: ChartItem, _ b: ChartItem) -> Bool {
        switch (a.date?.low, b.date?.low) {
        case (let a?, let b?) where a != b: return a > b
        case (_?, nil): return true
        case (nil, _?): return false
        case (_, _): break
        }
        if a.kind != b.kind { return a.kind.rawValue < b.kind.rawValue }
        if a.title != b.title { return a.title < b.title }
        return (a.type.rawValue, a.sources[0].index) < (b.type.rawValue, b.sources[0].index)
    }

    // MARK: Asking

    /// The item that a resource is part of, by the resource's type and local id.
    package func item(_ type: ResourceType, _ id: String) -> ChartItem? { places["\(type.name)/\(id)"].map { items[$0] } }

    /// The item whose `id`, or that of one of its sources, this is.
    package func item(_ id: String) -> ChartItem? { places[id].map { items[$0] } }

    /// The entries of a kind, those that stand first, newest first among them.
    package func items(_ kind: ChartKind) -> [ChartItem] { Self.standingFirst(items.filter { $0.kind == kind }) }

    package static func standingFirst(_ items: [ChartItem]) -> [ChartItem] {
        items.enumerated().sorted { ($0.element.standing.rawValue, $0.offset) < ($1.element.standing.rawValue, $1.offset) }.map(\.element)
    }

    /// A kind's entries by what they are about, in the order of the newest of each.
    package func groups(_ kind: ChartKind) -> [ChartGroup] {
        var members: [String: [ChartItem]] = [:]
        var order: [String] = []
        for item in items(kind) {
            // What was taken back or denied never hides behind what stands, nor the other way round.
            let key = "\(item.standing.stance) \(item.codeKey ?? item.id)"
            if members[key] == nil { order.append(key) }
            members[key, default: []].append(item)
        }
        return order.compactMap { key in members[key].map { ChartGroup(items: $0) } }
    }

    /// A resource of an item as it was sent.
    package func sent(_ source: ChartSource) -> SentRecord { SentRecord(resources[source.index].bytes) }

    /// A file that a source brought; nil for one that lies elsewhere or cannot be decoded.
    package func file(_ source: ChartSource, number: Int) -> AttachmentFile? {
        let attachments = sent(source).attachments
        guard attachments.indices.contains(number) else { return nil }
        switch attachments[number].place {
        case .inside: return SentRecord.file(number, in: resources[source.index].bytes).map { AttachmentFile($0) }
        case .binary(let id):
            guard let binary = item(.binary, id)?.sources.first(where: { $0.id == id }) else { return nil }
            return SentRecord.binary(resources[binary.index].bytes).map { AttachmentFile($0) }
        case .elsewhere, .nowhere: return nil
        }
    }
}
