/// A search of one type, read from its parameters; it says nothing about whose resources are searched.
package struct SearchQuery: Sendable {
    package let type: ResourceType
    /// Conditions on the stored index, all of which must hold.
    package private(set) var clauses: [SearchClause] = []
    /// For each `patient` (or `subject`) parameter, the Patient ids of which one must be the member's.
    package private(set) var members: [[String]] = []
    /// For each `_id` parameter, the ids of which one must match.
    package private(set) var ids: [[String]] = []
    package private(set) var lastUpdated: [SearchMoment] = []
    package private(set) var count = SearchQuery.defaultCount
    package private(set) var isCountOnly = false
    /// The parameters that were used, in their order, for the self link.
    package private(set) var applied: [(name: String, value: String)] = []
    /// Parameters this server does not know; ignored unless the caller asks for strict handling.
    package private(set) var ignored: [String] = []
    /// What a granular scope leaves open: of these sets of conditions one must hold. Nil leaves everything open.
    package var restriction: [[SearchClause]]?
    /// The opaque place to go on from, as a page link carries it.
    package private(set) var page: String?

    package static let defaultCount = 50
    package static let maximumCount = 1000
    package static let maximumParameters = 32
    package static let pageParameter = "_page"

    /// Parameters that any type takes.
    package static let common = ["_id", "_lastUpdated", "_count"]

    package init(
        type: ResourceType, parameters: [(name: String, value: String)], isStrict: Bool = false
    ) throws(SearchProblem) {
        self.type = type
        guard parameters.count <= Self.maximumParameters else {
            throw SearchProblem(.tooCostly, "A search takes at most \(Self.maximumParameters) parameters.")
        }
        for (written, value) in parameters where !value.isEmpty {
            let split = written.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(split[0])
            let modifier = split.count > 1 ? String(split[1]) : nil
            if try !takeCommon(name, modifier, value, written) {
                guard let (number, parameter) = SearchTable.parameter(name, of: type) else {
                    ignored.append(written)
                    continue
                }
                if parameter.isCompartment {
                    try takeMember(parameter, modifier, value, written)
                } else {
                    clauses.append(try SearchClause(number, parameter, modifier: modifier, value: value))
                }
            }
            if written != Self.pageParameter { applied.append((written, value)) }
        }
        if isStrict, let unknown = ignored.first {
            throw SearchProblem(
                .notSupported, "\(unknown) is not a search parameter of \(type.name) here. Known: \(Self.known(type)).", parameter: unknown)
        }
    }

    /// The conditions of a granular scope (`patient/Observation.rs?category=...`) on this type, from its parameters.
    package static func restriction(
        _ filters: [[(name: String, value: String)]], type: ResourceType
    ) throws(SearchProblem) -> [[SearchClause]] {
        var sets: [[SearchClause]] = []
        for filter in filters {
            var set: [SearchClause] = []
            for (name, value) in filter {
                guard let (number, parameter) = SearchTable.parameter(name, of: type) else {
                    throw SearchProblem(.notSupported, "A scope cannot be limited by \(name) on \(type.name).", parameter: name)
                }
                set.append(try SearchClause(number, parameter, modifier: nil, value: value))
            }
            sets.append(set)
        }
        return sets
    }

    /// Whether a resource's terms meet the query's conditions and the scope's.
    package func matches(_ terms: UnsafeRawBufferPointer) -> Bool {
        clauses.allSatisfy { $0.matches(terms) } && (restriction.map { Self.isOpen(terms, by: $0) } ?? true)
    }

    package static func isOpen(_ terms: UnsafeRawBufferPointer, by restriction: [[SearchClause]]) -> Bool {
        restriction.contains { $0.allSatisfy { $0.matches(terms) } }
    }

    private mutating func takeCommon(_ name: String, _ modifier: String?, _ value: String, _ written: String) throws(SearchProblem) -> Bool
    {
        switch name {
        case "_id":
            guard modifier == nil else { throw SearchProblem(.notSupported, "_id takes no modifier.", parameter: written) }
            ids.append(value.split(separator: ",").map(String.init))
        case "_lastUpdated":
            guard modifier == nil else { throw SearchProblem(.notSupported, "_lastUpdated takes no modifier.", parameter: written) }
            lastUpdated.append(try SearchMoment(value))
        case "_count":
            guard let number = Self.number(value) else {
                throw SearchProblem(.invalid, "_count takes a number from 0 to \(Self.maximumCount).", parameter: written)
            }
            count = min(number, Self.maximumCount)
            if number == 0 { isCountOnly = true }
        case "_summary":
            guard value == "count" || value == "false" else {
                throw SearchProblem(.notSupported, "_summary takes count or false here.", parameter: written)
            }
            if value == "count" { isCountOnly = true }
        case Self.pageParameter: page = value
        case "_format", "_pretty": break
        default: return false
        }
        return true
    }

    private mutating func takeMember(_ parameter: SearchParameter, _ modifier: String?, _ value: String, _ written: String)
        throws(SearchProblem)
    {
        guard modifier == nil || modifier == "Patient" else {
            throw SearchProblem(.notSupported, "The modifier :\(modifier ?? "") is not supported on \(parameter.name).", parameter: written)
        }
        var ids: [String] = []
        for part in SearchClause.split(value, at: ",") where !part.isEmpty {
            let text = SearchClause.unescape(part)
            let pieces = text.split(separator: "/", omittingEmptySubsequences: false)
            switch pieces.count {
            case 1: ids.append(text)
            case 2...: ids.append(pieces[pieces.count - 2] == "Patient" ? String(pieces[pieces.count - 1]) : "")
            default: break
            }
        }
        guard !ids.isEmpty else { throw SearchProblem(.invalid, "\(written) has no value.", parameter: written) }
        members.append(ids)
    }

    private static func number(_ text: String) -> Int? {
        guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(text)
    }

    private static func known(_ type: ResourceType) -> String {
        (common + SearchTable.parameters(of: type).map(\.name)).joined(separator: ", ")
    }
}

/// A condition on `_lastUpdated`: any of the moments must hold.
package struct SearchMoment: Sendable {
    private let alternatives: [(prefix: DatePrefix, range: DateRange)]

    init(_ value: String) throws(SearchProblem) {
        var alternatives: [(DatePrefix, DateRange)] = []
        for part in value.split(separator: ",") {
            guard let (prefix, rest) = DatePrefix.split(String(part)), let range = DateRange(rest.utf8) else {
                throw SearchProblem(.invalid, "_lastUpdated takes an instant such as ge2026-01-01T00:00:00Z.", parameter: "_lastUpdated")
            }
            alternatives.append((prefix, range))
        }
        guard !alternatives.isEmpty else { throw SearchProblem(.invalid, "_lastUpdated has no value.", parameter: "_lastUpdated") }
        self.alternatives = alternatives
    }

    package func holds(_ moment: Timestamp) -> Bool {
        let value = DateRange(low: moment.milliseconds, high: moment.milliseconds + 1)
        return alternatives.contains { $0.prefix.holds(value, $0.range) }
    }
}
