package import FHIR
import Foundation

/// The search of FHIR R4 read from its text and done the slow and obvious way: every resource is looked at for every question.
///
/// It takes names, kinds and paths from the search table and shares nothing else with the search that is tested. It knows only what is open
/// to the asker, so that whatever it answers can depend on nothing else.
package final class ReferenceSearch {
    package struct Resource: Sendable {
        package let type: ResourceType
        package let id: String
        package let body: Plain
        /// Milliseconds since 1970.
        package let updated: Int64

        package init(type: ResourceType, id: String, body: Plain, updated: Int64) {
            (self.type, self.id, self.body, self.updated) = (type, id, body, updated)
        }

        package var key: String { "\(type.name)/\(id)" }
    }

    package typealias Parameters = [(name: String, value: String)]

    package let resources: [Resource]
    let byKey: [String: Resource]
    package let byType: [ResourceType: [Resource]]
    let base: String
    let now: Int64
    private var found: [String: [PlainElement]] = [:]

    package init(_ resources: [Resource], base: String, now: Int64) {
        self.resources = resources
        self.base = base
        self.now = now
        byKey = Dictionary(resources.map { ($0.key, $0) }) { first, _ in first }
        byType = Dictionary(grouping: resources, by: \.type)
    }

    // MARK: Matches

    private static let controls = ["_count", "_sort", "_include", "_revinclude", "_include:iterate", "_revinclude:iterate"]

    /// All that match, in their order.
    package func matches(_ type: ResourceType, _ parameters: Parameters) -> [Resource] {
        let conditions = parameters.filter { !Self.controls.contains($0.name) }
        let hits = (byType[type] ?? []).filter { resource in conditions.allSatisfy { meets(resource, $0.name, $0.value) } }
        let orders = parameters.filter { $0.name == "_sort" }.flatMap { $0.value.split(separator: ",").map(String.init) }
        return hits.sorted { comesBefore($0, $1, orders) }
    }

    /// One repetition of one parameter, as it stands in the address.
    package func meets(_ resource: Resource, _ written: String, _ value: String) -> Bool {
        if written.hasPrefix("_has:") { return isReferredTo(resource, written, value) }
        if let dot = written.firstIndex(of: ".") {
            return leads(resource, String(written[..<dot]), String(written[written.index(after: dot)...]), value)
        }
        let parts = written.split(separator: ":", maxSplits: 1).map(String.init)
        let modifier = parts.count > 1 ? parts[1] : nil
        switch parts[0] {
        case "_id": return value.split(separator: ",").contains { $0 == resource.id }
        case "_lastUpdated":
            let moment = PlainDates.Span(low: resource.updated, high: resource.updated + 1)
            return value.split(separator: ",").contains { holds(String($0), moment) }
        default: break
        }
        guard let parameter = SearchTable.parameter(parts[0], of: resource.type)?.parameter else { return false }
        let elements = elements(resource, parameter)
        if modifier == "missing" { return elements.isEmpty == (value == "true") }
        let choices = PlainText.split(value, at: ",").filter { !$0.isEmpty }
        let isMet = choices.contains { choice in elements.contains { matches($0.value, choice, parameter, modifier) } }
        return modifier == "not" ? !isMet : isMet
    }

    private func matches(_ element: Plain, _ choice: String, _ parameter: SearchParameter, _ modifier: String?) -> Bool {
        switch (parameter.kind, modifier) {
        case (.token, "text"):
            let wanted = PlainText.folded(PlainText.unescaped(choice))
            return PlainText.displays(element).contains { PlainText.folded($0).starts(with: wanted) }
        case (.token, "of-type"):
            let wanted = PlainText.split(choice, at: "|").map { PlainText.unescaped($0) }
            guard wanted.count == 3, element["value"]?.text == wanted[2] else { return false }
            return (element["type"]?["coding"]?.elements ?? []).contains {
                $0["system"]?.text == wanted[0] && $0["code"]?.text == wanted[1]
            }
        case (.token, _): return PlainText.tokens(element).contains { isToken($0, choice, implicit: parameter.system) }
        case (.string, _):
            let wanted = PlainText.unescaped(choice)
            return PlainText.strings(element).contains { text in
                switch modifier {
                case "exact": Array(text.unicodeScalars) == Array(wanted.unicodeScalars)
                case "contains": PlainText.folded(text).contains(PlainText.folded(wanted))
                default: PlainText.folded(text).starts(with: PlainText.folded(wanted))
                }
            }
        case (.uri, _): return element.text == PlainText.unescaped(choice)
        case (.date, _): return PlainDates.span(element).map { holds(choice, $0) } ?? false
        case (.quantity, _): return PlainQuantity(element).map { $0.meets(choice) } ?? false
        case (.reference, "identifier"):
            guard let identifier = element["identifier"] else { return false }
            return PlainText.tokens(identifier).contains { isToken($0, choice, implicit: nil) }
        case (.reference, _): return refers(element, to: PlainText.unescaped(choice), modifier)
        }
    }

    /// `code`, `system|code`, `|code`, `system|`. The system of a bare code is that of its binding.
    private func isToken(_ token: PlainText.Token, _ choice: String, implicit: String?) -> Bool {
        let parts = PlainText.split(choice, at: "|").map { PlainText.unescaped($0) }
        guard parts.count == 2 else { return token.code == parts[0] }
        if !parts[1].isEmpty, token.code != parts[1] { return false }
        if parts[0].isEmpty { return token.system == nil }
        return parts[0] == (token.system ?? implicit)
    }

    /// A literal reference, by id, by type and id, or by the whole address.
    private func refers(_ element: Plain, to wanted: String, _ modifier: String?) -> Bool {
        guard let whole = element.text ?? element["reference"]?.text, !whole.hasPrefix("#") else { return false }
        let own = PlainReference(whole)
        if let modifier, own?.type != modifier { return false }
        let local = wanted.hasPrefix(base + "/") ? String(wanted.dropFirst(base.count + 1)) : wanted
        let parts = local.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1, !local.contains(":") { return own?.id == local }
        if parts.count == 2, ResourceType(parts[0]) != nil { return own?.type == parts[0] && own?.id == parts[1] }
        return whole == local
    }

    /// How the time of a resource stands to the time of a query such as `ge2011-01`.
    private func holds(_ choice: String, _ own: PlainDates.Span) -> Bool {
        let (prefix, rest) = PlainText.prefix(choice)
        guard let asked = PlainDates.span(rest) else { return false }
        let isInside = asked.contains(own)
        switch prefix {
        case "ne": return !isInside
        case "gt": return own.high > asked.high
        case "lt": return own.low < asked.low
        case "ge": return own.high > asked.high || isInside
        case "le": return own.low < asked.low || isInside
        case "sa": return own.low >= asked.high
        case "eb": return own.high <= asked.low
        case "ap":
            let slack = max(abs(now - asked.low), abs(now - asked.high)) / 10
            return own.overlaps(PlainDates.Span(low: asked.low - slack, high: asked.high + slack))
        default: return isInside
        }
    }

    // MARK: From one resource to another

    /// `parameter[:Type].rest`: something open that it refers to meets the rest.
    private func leads(_ resource: Resource, _ head: String, _ rest: String, _ value: String) -> Bool {
        let parts = head.split(separator: ":").map(String.init)
        guard let parameter = SearchTable.parameter(parts[0], of: resource.type)?.parameter else { return false }
        return references(resource, parameter).contains { reference in
            guard parts.count == 1 || reference.type == parts[1], let target = byKey[reference.key],
                parameter.targets.contains(target.type)
            else { return false }
            return meets(target, rest, value)
        }
    }

    /// `_has:Type:reference:rest`: something open of that type refers here and meets the rest.
    private func isReferredTo(_ resource: Resource, _ written: String, _ value: String) -> Bool {
        let parts = written.split(separator: ":", maxSplits: 3).map(String.init)
        guard let type = ResourceType(parts[1]), let parameter = SearchTable.parameter(parts[2], of: type)?.parameter else { return false }
        return (byType[type] ?? []).contains { source in
            references(source, parameter).contains { $0.key == resource.key } && meets(source, parts[3], value)
        }
    }

    func references(_ resource: Resource, _ parameter: SearchParameter) -> [PlainReference] {
        elements(resource, parameter).compactMap { ($0.value.text ?? $0.value["reference"]?.text).flatMap { PlainReference($0) } }
    }

    // MARK: What comes along

    /// The keys of what `_include` and `_revinclude` bring along with these matches. As many rounds as the server promises.
    package func included(_ type: ResourceType, _ parameters: Parameters, with matches: [Resource]) -> Set<String> {
        var known = Set(matches.map(\.key))
        var fresh = matches
        var included: Set<String> = []
        for round in 0..<4 {
            var next: [Resource] = []
            for (name, value) in parameters where name.hasSuffix(":iterate") || round == 0 {
                let parts = value.split(separator: ":").map(String.init)
                let isReverse = name.hasPrefix("_revinclude")
                guard isReverse || name.hasPrefix("_include"), let source = parts[0] == "*" ? type : ResourceType(parts[0]) else {
                    continue
                }
                let from = isReverse ? byType[source] ?? [] : fresh.filter { $0.type == source }
                let wanted = parts.count > 2 ? parts[2] : nil
                let chosen = SearchTable.parameters(of: source).filter {
                    $0.kind == .reference && (parts.count == 1 || parts[1] == "*" || $0.name == parts[1])
                }
                for resource in from {
                    for reference in chosen.flatMap({ references(resource, $0) }) where wanted == nil || reference.type == wanted {
                        if isReverse {
                            if fresh.contains(where: { $0.key == reference.key }) { next.append(resource) }
                        } else if let target = byKey[reference.key] {
                            next.append(target)
                        }
                    }
                }
            }
            fresh = next.filter { known.insert($0.key).inserted }
            included.formUnion(fresh.map(\.key))
        }
        return included
    }

    // MARK: Values

    /// The elements that a parameter looks at, a constant in their place where the table says so.
    func elements(_ resource: Resource, _ parameter: SearchParameter) -> [PlainElement] {
        let key = resource.key + "|" + parameter.name
        if let known = found[key] { return known }
        let elements = PlainElement.all(in: resource.body, of: parameter)
        found[key] = elements
        return elements
    }

    // MARK: Order

    private enum SortKey: Equatable {
        case number(Decimal)
        case text([UInt8])

        static func < (a: SortKey, b: SortKey) -> Bool {
            switch (a, b) {
            case (.number(let a), .number(let b)): a < b
            case (.text(let a), .text(let b)): a.lexicographicallyPrecedes(b)
            case (.number, .text), (.text, .number): false
            }
        }
    }

    /// In the order of the keys, what has no value last, and what is alike in the order of ids.
    private func comesBefore(_ a: Resource, _ b: Resource, _ orders: [String]) -> Bool {
        for order in orders {
            let isDescending = order.hasPrefix("-")
            let name = isDescending ? String(order.dropFirst()) : order
            switch (sortKey(a, name, isDescending), sortKey(b, name, isDescending)) {
            case (nil, nil): continue
            case (nil, _): return false
            case (_, nil): return true
            case (let one?, let other?):
                if one == other { continue }
                return (one < other) != isDescending
            }
        }
        return Array(a.id.utf8).lexicographicallyPrecedes(Array(b.id.utf8))
    }

    /// Of several values the smallest, or going down the largest, counts.
    private func sortKey(_ resource: Resource, _ name: String, _ isDescending: Bool) -> SortKey? {
        if name == "_id" { return .text(Array(resource.id.utf8)) }
        if name == "_lastUpdated" { return .number(Decimal(resource.updated)) }
        guard let parameter = SearchTable.parameter(name, of: resource.type)?.parameter else { return nil }
        let keys: [SortKey] = elements(resource, parameter).flatMap { element -> [SortKey] in
            let value = element.value
            switch parameter.kind {
            case .token: return PlainText.tokens(value).map { .text(Array($0.code.utf8)) }
            case .string: return PlainText.strings(value).map { .text(Array(PlainText.foldedText($0).utf8)) }
            case .reference:
                let whole = value.text ?? value["reference"]?.text
                return whole.map { $0.hasPrefix("#") ? [] : [.text(Array($0.utf8))] } ?? []
            case .uri: return value.text.map { [.text(Array($0.utf8))] } ?? []
            case .date: return PlainDates.span(value).map { [.number(Decimal(isDescending ? $0.high : $0.low))] } ?? []
            case .quantity: return PlainQuantity(value).map { [.number(isDescending ? $0.high : $0.low)] } ?? []
            }
        }
        return isDescending ? keys.max { $0 < $1 } : keys.min { $0 < $1 }
    }
}
