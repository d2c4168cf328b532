package import FHIR

/// What `Patient/{id}/$everything` is asked for (FHIR R4 Patient operations).
package struct EverythingQuery: Sendable {
    /// Care dates that count: what has none is always in.
    let care: DateRange?
    let since: [SearchMoment]
    /// Nil for every type that is shared.
    let types: Set<ResourceType>?
    /// Resources on one page; nil for all on one.
    let count: Int?
    package let isPretty: Bool
    package private(set) var page: String?
    /// The parameters that were used, in their order, for the self link.
    package private(set) var applied: [(name: String, value: String)] = []

    /// With this many the answer is cut into pages, whether it was asked for or not.
    static let maximumCount = 20_000

    package init(parameters: [(name: String, value: String)], context: SearchContext, isStrict: Bool) throws(SearchProblem) {
        var start: DateRange?
        var end: DateRange?
        var since: [SearchMoment] = []
        var types: Set<ResourceType>?
        var count: Int?
        var isPretty = false
        for (name, value) in parameters where !value.isEmpty {
            switch name {
            case "start": start = try Self.date(name, value)
            case "end": end = try Self.date(name, value)
            case "_since": since = try SearchMoment.read("ge" + value, context)
            case "_type":
                for part in value.split(separator: ",") {
                    guard let type = ResourceType(String(part)) else {
                        throw SearchProblem(.invalid, "\(part) is not a resource type of FHIR R4.", parameter: name)
                    }
                    types = (types ?? []).union([type])
                }
            case "_count":
                guard let number = Int(value), number > 0, value.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
                    throw SearchProblem(.invalid, "_count takes a number from 1 on.", parameter: name)
                }
                count = min(number, Self.maximumCount)
            case "_pretty": isPretty = value == "true"
            case "_format": break
            case SearchQuery.pageParameter:
                page = value
                continue
            default:
                guard !isStrict else {
                    throw SearchProblem(
                        .notSupported, "$everything takes start, end, _since, _type and _count, not \(name).", parameter: name)
                }
                continue
            }
            applied.append((name, value))
        }
        care =
            start == nil && end == nil ? nil : DateRange(low: start?.low ?? DateRange.earliest, high: end?.high ?? DateRange.latest)
        (self.since, self.types, self.count, self.isPretty) = (since, types, count, isPretty)
    }

    private static func date(_ name: String, _ value: String) throws(SearchProblem) -> DateRange {
        guard let range = DateRange(value.utf8) else {
            throw SearchProblem(.invalid, "\(name) takes a date such as 2026-01-31.", parameter: name)
        }
        return range
    }

    func wants(_ type: ResourceType) -> Bool { types?.contains(type) ?? true }
}
