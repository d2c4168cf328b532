/// A search of one type, read from its parameters; it says nothing about whose resources are searched.
package struct SearchQuery: Sendable {
    package enum Total: Sendable { case none, accurate }

    package let type: ResourceType
    /// All must hold.
    package private(set) var conditions: [SearchCondition] = []
    package private(set) var order: [SearchOrder] = []
    package private(set) var includes: [Inclusion] = []
    package private(set) var reverseIncludes: [Inclusion] = []
    package private(set) var count = SearchQuery.defaultCount
    package private(set) var isCountOnly = false
    package private(set) var total = Total.accurate
    package private(set) var detail = ResourceDetail.whole
    package private(set) var isPretty = false
    /// The parameters that were used, in their order, for the self link.
    package private(set) var applied: [(name: String, value: String)] = []
    /// Parameters this server does not know; ignored unless the caller asks for strict handling.
    package private(set) var ignored: [String] = []
    /// The opaque place to go on from, as a page link carries it.
    package private(set) var page: String?

    package static let defaultCount = 50
    package static let maximumCount = 1000
    package static let maximumParameters = 32
    package static let pageParameter = "_page"
    /// Parameters that any type takes, besides those of the table.
    package static let common = ["_id", "_lastUpdated"]
    /// What shapes the answer.
    package static let controls = [
        "_count", "_sort", "_total", "_summary", "_elements", "_include", "_revinclude", "_format", "_pretty",
    ]

    package init(
        type: ResourceType, parameters: [(name: String, value: String)], context: SearchContext, isStrict: Bool = false
    ) throws(SearchProblem) {
        self.type = type
        guard parameters.count <= Self.maximumParameters else {
            throw SearchProblem(.tooCostly, "A search takes at most \(Self.maximumParameters) parameters.")
        }
        for (written, value) in parameters where !value.isEmpty {
            if try takeControl(written, value) {
                // Read as it came.
            } else if let condition = try SearchCondition.read(written, value, of: type, context) {
                conditions.append(condition)
            } else {
                ignored.append(written)
                continue
            }
            if written != Self.pageParameter { applied.append((written, value)) }
        }
        guard includes.count + reverseIncludes.count <= Inclusion.maximum else {
            throw SearchProblem(.tooCostly, "A search takes at most \(Inclusion.maximum) inclusions.", parameter: "_include")
        }
        if isStrict, let unknown = ignored.first {
            throw SearchProblem(
                .notSupported, "\(unknown) is not a search parameter of \(type.name) here. Known: \(Self.known(type)).", parameter: unknown)
        }
    }

    /// The conditions of a granular scope (`patient/Observation.rs?category=...`) on this type: of these sets one must hold whole.
    package static func restriction(
        _ filters: [[(name: String, value: String)]], type: ResourceType, context: SearchContext
    ) throws(SearchProblem) -> [[SearchCondition]] {
        var sets: [[SearchCondition]] = []
        for filter in filters {
            var set: [SearchCondition] = []
            for (name, value) in filter {
                guard let (number, parameter) = SearchTable.parameter(name, of: type) else {
                    throw SearchProblem(.notSupported, "A scope cannot be limited by \(name) on \(type.name).", parameter: name)
                }
                set.append(.test(number, try SearchTest(parameter, modifier: nil, value: value, context: context)))
            }
            sets.append(set)
        }
        return sets
    }

    private mutating func takeControl(_ written: String, _ value: String) throws(SearchProblem) -> Bool {
        switch written {
        case "_count":
            guard let number = Self.number(value) else {
                throw SearchProblem(.invalid, "_count takes a number from 0 to \(Self.maximumCount).", parameter: written)
            }
            count = min(number, Self.maximumCount)
            if number == 0 { isCountOnly = true }
        case "_sort": order = try SearchOrder.read(value, of: type)
        case "_total":
            switch value {
            case "none": total = .none
            case "estimate", "accurate": total = .accurate
            default: throw SearchProblem(.invalid, "_total takes none, estimate or accurate.", parameter: written)
            }
        case "_summary":
            switch value {
            case "true": detail = .summary
            case "text": detail = .text
            case "data": detail = .data
            case "count": isCountOnly = true
            case "false": break
            default: throw SearchProblem(.invalid, "_summary takes true, text, data, count or false.", parameter: written)
            }
        case "_elements": detail = .elements(value.split(separator: ",").map(String.init))
        case "_include", "_include:iterate", "_include:recurse":
            includes.append(
                try Inclusion.read(value, isReverse: false, isIterative: written != "_include", of: type, written: written))
        case "_revinclude", "_revinclude:iterate", "_revinclude:recurse":
            reverseIncludes.append(
                try Inclusion.read(value, isReverse: true, isIterative: written != "_revinclude", of: type, written: written))
        case "_pretty": isPretty = value == "true"
        case Self.pageParameter: page = value
        case "_format": break
        default: return false
        }
        return true
    }

    private static func number(_ text: String) -> Int? {
        guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(text)
    }

    private static func known(_ type: ResourceType) -> String {
        (common + SearchTable.parameters(of: type).map(\.name) + controls).joined(separator: ", ")
    }
}
