/// What a resource must meet to be found.
package indirect enum SearchCondition: Sendable {
    /// A parameter of the type, by its number in the table.
    case test(Int, SearchTest)
    /// `_id`: one of these.
    case id([[UInt8]])
    case lastUpdated([SearchMoment])
    /// `encounter.class=AMB`: one of the resources that the reference leads to, of one of these types, meets the condition there.
    case chain(Int, [(target: ResourceType, condition: SearchCondition)])
    /// `_has:Observation:patient:code=...`: a resource of that type refers here and meets the condition.
    case has(ResourceType, reference: Int, SearchCondition)
}

/// A condition on `_lastUpdated`.
package struct SearchMoment: Sendable {
    let prefix: SearchPrefix
    let range: DateRange

    package func holds(_ moment: Timestamp) -> Bool {
        prefix.holds(DateRange(low: moment.milliseconds, high: moment.milliseconds + 1), range)
    }

    /// Any of the moments, separated by commas.
    package static func read(_ value: String, _ context: SearchContext) throws(SearchProblem) -> [SearchMoment] {
        var moments: [SearchMoment] = []
        for part in value.split(separator: ",") {
            guard let (prefix, rest) = SearchPrefix.split(String(part)), let range = DateRange(rest.utf8) else {
                throw SearchProblem(.invalid, "_lastUpdated takes an instant such as ge2026-01-01T00:00:00Z.", parameter: "_lastUpdated")
            }
            moments.append(SearchMoment(prefix: prefix, range: prefix == .ap ? range.approximate(at: context.now) : range))
        }
        guard !moments.isEmpty else { throw SearchProblem(.invalid, "_lastUpdated has no value.", parameter: "_lastUpdated") }
        return moments
    }
}

extension SearchCondition {
    /// Chains and `_has` may lead this far; each step is one more type to search.
    static let maximumDepth = 3

    /// Reads one parameter of a search of `type`; nil when the type has no such parameter.
    static func read(
        _ written: String, _ value: String, of type: ResourceType, _ context: SearchContext, depth: Int = 0
    ) throws(SearchProblem) -> SearchCondition? {
        guard depth <= maximumDepth else {
            throw SearchProblem(.tooCostly, "A chain may lead through at most \(maximumDepth) references.", parameter: written)
        }
        if written.utf8.starts(with: "_has:".utf8) { return try has(written, value, of: type, context, depth) }
        if let dot = written.firstIndex(of: ".") {
            return try chain(written, String(written[..<dot]), String(written[written.index(after: dot)...]), value, type, context, depth)
        }
        let split = written.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(split[0])
        let modifier = split.count > 1 ? String(split[1]) : nil
        switch name {
        case "_id":
            guard modifier == nil else { throw SearchProblem(.notSupported, "_id takes no modifier.", parameter: written) }
            return .id(value.split(separator: ",").map { Array($0.utf8) })
        case "_lastUpdated":
            guard modifier == nil else { throw SearchProblem(.notSupported, "_lastUpdated takes no modifier.", parameter: written) }
            return .lastUpdated(try SearchMoment.read(value, context))
        default:
            guard let (number, parameter) = SearchTable.parameter(name, of: type) else { return nil }
            return .test(number, try SearchTest(parameter, modifier: modifier, value: value, context: context))
        }
    }

    /// `parameter[:Type].rest`
    private static func chain(
        _ written: String, _ head: String, _ rest: String, _ value: String, _ type: ResourceType, _ context: SearchContext, _ depth: Int
    ) throws(SearchProblem) -> SearchCondition? {
        let split = head.split(separator: ":", maxSplits: 1).map(String.init)
        guard let name = split.first, let (number, parameter) = SearchTable.parameter(name, of: type), parameter.kind == .reference else {
            return nil
        }
        var targets = parameter.targets
        if split.count > 1 {
            guard let target = ResourceType(split[1]), targets.contains(target) else {
                throw SearchProblem(.invalid, "\(name) of \(type.name) does not lead to \(split[1]).", parameter: written)
            }
            targets = [target]
        }
        var steps: [(target: ResourceType, condition: SearchCondition)] = []
        for target in targets {
            if let condition = try read(rest, value, of: target, context, depth: depth + 1) { steps.append((target, condition)) }
        }
        guard !steps.isEmpty else {
            throw SearchProblem(
                .notSupported, "None of the types that \(name) leads to has the search parameter \(rest).", parameter: written)
        }
        return .chain(number, steps)
    }

    /// `_has:Type:reference:parameter`
    private static func has(
        _ written: String, _ value: String, of type: ResourceType, _ context: SearchContext, _ depth: Int
    ) throws(SearchProblem) -> SearchCondition {
        let parts = written.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, let source = ResourceType(parts[1]), let (number, parameter) = SearchTable.parameter(parts[2], of: source),
            parameter.kind == .reference, parameter.targets.contains(type)
        else {
            throw SearchProblem(
                .invalid, "_has is written _has:Type:reference:parameter, where the reference of that type leads to \(type.name).",
                parameter: written)
        }
        guard let condition = try read(parts[3], value, of: source, context, depth: depth + 1) else {
            throw SearchProblem(.notSupported, "\(source.name) has no search parameter \(parts[3]).", parameter: written)
        }
        return .has(source, reference: number, condition)
    }
}
