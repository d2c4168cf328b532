import Exchange
package import FHIR
import Foundation

/// Searches over the whole search table, most of them for something that the record holds.
package struct MadeQuery {
    package let type: ResourceType
    package let parameters: ReferenceSearch.Parameters

    private static let common: [ResourceType] = [.observation, .encounter, .condition, .medicationRequest, .provenance]

    package var text: String { type.name + "?" + parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&") }

    /// Most often of one of these types, if any are given.
    package init(_ record: ReferenceSearch, _ dice: inout Dice, types: [ResourceType]? = nil) {
        let open = types ?? ReleasedTypes.clinical.filter { record.byType[$0] != nil }
        type = dice.pick(dice.chance(95) ? open + open.filter { Self.common.contains($0) } : ReleasedTypes.clinical)
        var maker = QueryMaker(record: record, dice: dice)
        var parameters: ReferenceSearch.Parameters = []
        for _ in 0..<maker.dice.pick([0, 1, 1, 1, 1, 1, 2, 3]) {
            if let condition = maker.condition(type, depth: 0) { parameters.append(condition) }
        }
        if maker.dice.chance(30) { parameters.append(("_sort", maker.order(type))) }
        if maker.dice.chance(40) { parameters.append(("_count", maker.dice.pick(["1", "2", "3", "5", "7", "1000"]))) }
        if maker.dice.chance(25) { parameters.append(("_include", maker.include(type))) }
        if maker.dice.chance(20) { parameters.append(("_revinclude", maker.reverseInclude(of: type))) }
        if maker.dice.chance(10) { parameters.append(("_include:iterate", maker.include(maker.dice.pick(ReleasedTypes.clinical)))) }
        if maker.dice.chance(5) { parameters.append(("_revinclude:iterate", maker.reverseInclude(of: type))) }
        dice = maker.dice
        self.parameters = parameters.shuffled(using: &dice)
    }
}

/// Makes the parameters of a query.
struct QueryMaker {
    let record: ReferenceSearch
    var dice: Dice
    /// What a chain leads to: what it asks is most often true of that.
    private var goal: ReferenceSearch.Resource?

    init(record: ReferenceSearch, dice: Dice) { (self.record, self.dice) = (record, dice) }

    mutating func condition(_ type: ResourceType, depth: Int) -> (name: String, value: String)? {
        switch dice.number(0..<100) {
        case 0..<4: return ("_id", (0..<dice.number(1..<3)).map { _ in id(of: type) }.joined(separator: ","))
        case 4..<8:
            let updated = Timestamp(milliseconds: some(type)?.updated ?? record.now).instant
            return ("_lastUpdated", prefix() + dice.pick([updated, String(updated.prefix(10)), String(updated.prefix(7))]))
        case 8..<22 where depth < 2: return chain(type, depth)
        case 22..<32 where depth < 2: return reverseChain(type, depth)
        default: return test(type)
        }
    }

    private mutating func some(_ type: ResourceType) -> ReferenceSearch.Resource? {
        if let goal, goal.type == type { return goal }
        return record.byType[type].map { dice.pick($0) }
    }
    private mutating func id(of type: ResourceType) -> String {
        dice.chance(80) ? some(type)?.id ?? "none" : dice.pick(["none", "x0", "Obs"])
    }
    private mutating func prefix() -> String { dice.pick(["", "", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]) }

    private func references(_ type: ResourceType) -> [SearchParameter] {
        SearchTable.parameters(of: type).filter { $0.kind == .reference && !$0.targets.isEmpty }
    }

    // MARK: Chains

    private mutating func chain(_ type: ResourceType, _ depth: Int) -> (name: String, value: String)? {
        guard let parameter = held(type, of: .reference), !parameter.targets.isEmpty else { return test(type) }
        let known = some(type).map { record.references($0, parameter) } ?? []
        let led = known.first.flatMap { ResourceType($0.type) }.flatMap { parameter.targets.contains($0) ? $0 : nil }
        let target = led ?? dice.pick(parameter.targets)
        let before = goal
        goal = dice.chance(80) ? known.first.flatMap { record.byKey[$0.key] } : nil
        let rest = condition(target, depth: depth + 1)
        goal = before
        guard let rest else { return nil }
        let head = dice.chance(70) ? "\(parameter.name):\(target.name)" : parameter.name
        return ("\(head).\(rest.name)", rest.value)
    }

    private mutating func reverseChain(_ type: ResourceType, _ depth: Int) -> (name: String, value: String)? {
        var sources = ReleasedTypes.clinical.flatMap { source in
            references(source).filter { $0.targets.contains(type) }.map { (source, $0) }
        }
        if dice.chance(80) { sources = sources.filter { source, parameter in refers(source, parameter, to: type) } }
        guard !sources.isEmpty else { return test(type) }
        let (source, parameter) = dice.pick(sources)
        guard let rest = condition(source, depth: depth + 1) else { return nil }
        return ("_has:\(source.name):\(parameter.name):\(rest.name)", rest.value)
    }

    private func refers(_ source: ResourceType, _ parameter: SearchParameter, to type: ResourceType) -> Bool {
        (record.byType[source] ?? []).contains { record.references($0, parameter).contains { $0.type == type.name } }
    }

    /// A parameter, of that kind if one is given, that most often some resource has a value of.
    private mutating func held(_ type: ResourceType, of kind: SearchParameter.Kind? = nil) -> SearchParameter? {
        let known = SearchTable.parameters(of: type).filter { kind == nil || $0.kind == kind }
        guard !known.isEmpty else { return nil }
        for _ in 0..<5 {
            let parameter = dice.pick(known)
            if let resource = some(type), !record.elements(resource, parameter).isEmpty { return parameter }
        }
        return dice.pick(known)
    }

    // MARK: One parameter

    private mutating func test(_ type: ResourceType) -> (name: String, value: String)? {
        guard let parameter = held(type) else { return nil }
        if dice.chance(7) { return (parameter.name + ":missing", dice.pick(["true", "false"])) }
        let modifier: String? =
            switch parameter.kind {
            case .token: dice.pick([nil, nil, nil, "not", "text", parameter.name == "identifier" ? "of-type" : nil])
            case .string: dice.pick([nil, nil, "exact", "contains"])
            case .reference: dice.pick([nil, nil, nil, "identifier", parameter.targets.isEmpty ? nil : dice.pick(parameter.targets).name])
            case .date, .quantity, .uri: nil
            }
        let values = (0..<dice.pick([1, 1, 1, 2, 3])).map { _ in value(type, parameter, modifier) }
        return (parameter.name + (modifier.map { ":" + $0 } ?? ""), values.joined(separator: ","))
    }

    private mutating func value(_ type: ResourceType, _ parameter: SearchParameter, _ modifier: String?) -> String {
        // Twice, since one resource alone often has none.
        var held = some(type).map { record.elements($0, parameter) } ?? []
        if held.isEmpty { held = some(type).map { record.elements($0, parameter) } ?? [] }
        let element = held.isEmpty || dice.chance(10) ? nil : dice.pick(held).value
        switch (parameter.kind, modifier) {
        case (.token, "text"):
            let known = element.map { PlainText.displays($0) } ?? []
            return part(of: known.isEmpty ? dice.pick(MadeValues.words) : dice.pick(known))
        case (.token, "of-type"): return ofType(element)
        case (.token, _): return token(element, parameter)
        case (.reference, "identifier"): return token(element?["identifier"], parameter)
        case (.reference, _): return reference(element, parameter, modifier)
        case (.string, _):
            let known = element.map { PlainText.strings($0) } ?? []
            return part(of: known.isEmpty ? dice.pick(MadeValues.words) : dice.pick(known))
        case (.uri, _): return PlainText.escaped(element?.text ?? dice.pick(MadeValues.profiles))
        case (.date, _): return prefix() + date(element)
        case (.quantity, _): return quantity(element)
        }
    }

    /// The whole text, its beginning, or a piece of it in other letters.
    private mutating func part(of text: String) -> String {
        var part = text
        switch dice.number(0..<4) {
        case 0: part = String(text.prefix(3))
        case 1: part = text.uppercased()
        case 2: part = String(text.dropFirst().prefix(3)).lowercased()
        default: break
        }
        return PlainText.escaped(part.isEmpty ? "a" : part)
    }

    private mutating func token(_ element: Plain?, _ parameter: SearchParameter) -> String {
        let known = element.map { PlainText.tokens($0) } ?? []
        let token =
            known.isEmpty ? .init(system: dice.pick(MadeValues.systems), code: dice.pick(MadeValues.codes)) : dice.pick(known)
        let code = PlainText.escaped(token.code)
        let system = PlainText.escaped(token.system ?? parameter.system ?? dice.pick(MadeValues.systems))
        return dice.pick([code, code, "\(system)|\(code)", "\(system)|\(code)", "|\(code)", "\(system)|"])
    }

    private mutating func ofType(_ element: Plain?) -> String {
        let coding = element?["type"]?["coding"]?.elements.first
        let parts = [
            coding?["system"]?.text ?? dice.pick(MadeValues.systems), coding?["code"]?.text ?? dice.pick(MadeValues.codes),
            element?["value"]?.text ?? dice.pick(MadeValues.codes),
        ]
        return parts.map { PlainText.escaped($0) }.joined(separator: "|")
    }

    private mutating func reference(_ element: Plain?, _ parameter: SearchParameter, _ modifier: String?) -> String {
        let whole = element.flatMap { $0.text ?? $0["reference"]?.text } ?? "Patient/x"
        guard let known = PlainReference(whole) else { return PlainText.escaped(whole) }
        if modifier != nil { return dice.pick([known.id, known.key]) }
        return PlainText.escaped(dice.pick([known.id, known.key, known.key, whole, "\(record.base)/\(known.key)"]))
    }

    /// A date that the element holds, or some other, as precise as it is or less.
    private mutating func date(_ element: Plain?) -> String {
        let held = [element?.text, element?["start"]?.text, element?["end"]?.text].compactMap { $0 }
        let text = held.isEmpty || dice.chance(20) ? dice.pick(MadeValues.dates) : dice.pick(held)
        return dice.chance(50) ? text : String(text.prefix(dice.pick([4, 7, 10])))
    }

    private mutating func quantity(_ element: Plain?) -> String {
        let held = element?["value"]?.number ?? element?["low"]?["value"]?.number
        let number = held.map { "\($0)" } ?? dice.pick(MadeValues.numbers)
        let unit = element?["low"] ?? element
        let system = unit?["system"]?.text ?? "http://unitsofmeasure.org"
        let code = unit?["code"]?.text ?? "mg"
        let words = unit?["unit"]?.text ?? "milligram"
        let text = prefix() + (dice.chance(20) ? dice.pick(MadeValues.numbers) : number)
        return text + dice.pick(["", "", "|\(system)|\(code)", "||\(code)", "||\(words)", "|\(system)|\(words)"])
    }

    // MARK: What comes along, and in which order

    mutating func order(_ type: ResourceType) -> String {
        let names = SearchTable.parameters(of: type).map(\.name) + ["_id", "_lastUpdated"]
        return (0..<dice.number(1..<4)).map { _ in dice.pick(["", "-"]) + dice.pick(names) }.joined(separator: ",")
    }

    mutating func include(_ type: ResourceType) -> String {
        let known = references(type)
        guard !known.isEmpty, !dice.chance(10) else { return dice.chance(50) ? "*" : "\(type.name):*" }
        let parameter = dice.pick(known)
        return "\(type.name):\(parameter.name)" + (dice.chance(40) ? ":" + dice.pick(parameter.targets).name : "")
    }

    mutating func reverseInclude(of type: ResourceType) -> String {
        if dice.chance(30) { return "Provenance:target" }
        let sources = ReleasedTypes.clinical.flatMap { source in
            references(source).filter { $0.targets.contains(type) }.map { (source, $0) }
        }
        guard !sources.isEmpty else { return "Provenance:target" }
        let (source, parameter) = dice.pick(sources)
        if dice.chance(10) { return "\(source.name):*" }
        return "\(source.name):\(parameter.name)" + (dice.chance(30) ? ":" + type.name : "")
    }
}
