import FHIR

/// Finds the records that say the same and makes one item of them; nothing is dropped, each source stays with its item.
///
/// Both rules are equalities of keys, so their order does not matter, and what a rule joins differs in nothing that it compares. In doubt
/// two records stay two: a value that is shown twice does less harm than one that is hidden.
struct Reconciler {
    private var parents: [Int]
    private var joins: [(item: Int, join: Join)] = []

    /// `items` come in an order of their own making, one source each.
    static func reconcile(_ items: [ChartItem]) -> [ChartItem] {
        var reconciler = Reconciler(parents: Array(items.indices))
        var owners: [String: Int] = [:]
        for (index, item) in items.enumerated() {
            for (key, join) in keys(of: item) {
                if let owner = owners[key] {
                    // A record may carry one code twice.
                    if owner == index { continue }
                    reconciler.joins.append((index, join))
                    reconciler.unite(owner, index)
                } else {
                    owners[key] = index
                }
            }
        }
        return reconciler.merged(items)
    }

    private init(parents: [Int]) { self.parents = parents }

    /// What an item shares with every other record of the same thing.
    private static func keys(of item: ChartItem) -> [(String, Join)] {
        switch item.kind {
        // The member's own data and the people and places stand under ids of their own; two of one name may be two.
        case .supporting, .contact: return []
        case .problem, .medication, .allergy, .immunization, .vitalSign, .laboratory, .finding, .habit, .report, .visit, .diagnosis,
            .procedure, .document, .carePlan, .goal, .careTeam, .device, .order, .specimen, .other:
            break
        }
        let codes = item.concept.codings.filter { !$0.system.isEmpty && !$0.code.isEmpty }.map { "\($0.system)|\($0.code)" }
        let same = "\(item.type.rawValue)\n\(item.standing.stance)\n\(sameness(of: item))\n"
        var keys: [(String, Join)] = []
        for identifier in item.identifiers {
            let shared = "\(identifier.system)|\(identifier.value)"
            let day = item.date?.day ?? ""
            for code in codes.isEmpty ? [item.title] : codes {
                keys.append(("i\n\(same)\(shared)\n\(code)\n\(day)", Join(rule: .identifier, shared: shared)))
            }
        }
        if let date = item.date {
            let moment = "\(item.dateRole.rawValue) \(date.precision.rawValue) \(date.low)"
            for code in codes { keys.append(("e\n\(same)\(code)\n\(moment)", Join(rule: .event, shared: code))) }
        }
        return keys
    }

    private static func sameness(of item: ChartItem) -> String {
        var parts = [item.value?.sameness ?? "", item.distinction]
        for component in item.components {
            parts.append("\(component.concept.codings.first?.code ?? component.concept.words ?? "")=\(component.value?.sameness ?? "")")
        }
        return parts.joined(separator: "\u{1}")
    }

    private mutating func root(_ index: Int) -> Int {
        var at = index
        while parents[at] != at {
            parents[at] = parents[parents[at]]
            at = parents[at]
        }
        return at
    }

    private mutating func unite(_ one: Int, _ other: Int) {
        let (one, other) = (root(one), root(other))
        parents[max(one, other)] = min(one, other)
    }

    private mutating func merged(_ items: [ChartItem]) -> [ChartItem] {
        var merged: [ChartItem] = []
        var places: [Int: Int] = [:]
        for (index, item) in items.enumerated() {
            let root = root(index)
            if let place = places[root] {
                merged[place].sources += item.sources
            } else {
                places[root] = merged.count
                merged.append(item)
            }
        }
        for (index, join) in joins {
            guard let place = places[root(index)], !merged[place].joins.contains(where: { $0.rule == join.rule }) else { continue }
            merged[place].joins.append(join)
        }
        return merged
    }
}
