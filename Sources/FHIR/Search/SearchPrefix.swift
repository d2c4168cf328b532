/// The prefixes of date and quantity search: how the resource's range stands to the query's. Source: FHIR R4 search §3.1.1.4.6.
package enum SearchPrefix: String, Sendable, CaseIterable {
    case eq, ne, gt, lt, ge, le, sa, eb, ap

    package func holds(_ value: DateRange, _ query: DateRange) -> Bool {
        switch self {
        case .eq: query.low <= value.low && value.high <= query.high
        case .ne: !(query.low <= value.low && value.high <= query.high)
        case .gt: value.high > query.high
        case .lt: value.low < query.low
        case .ge: value.high > query.high || (query.low <= value.low && value.high <= query.high)
        case .le: value.low < query.low || (query.low <= value.low && value.high <= query.high)
        case .sa: value.low >= query.high
        case .eb: value.high <= query.low
        case .ap: value.low < query.high && query.low < value.high
        }
    }

    /// Splits `ge2011-01-04` into its prefix and the rest; no letters means `eq`.
    static func split(_ text: String) -> (SearchPrefix, Substring)? {
        guard let first = text.utf8.first, (first | 0x20) >= 0x61, (first | 0x20) <= 0x7A else { return (.eq, text[...]) }
        guard let prefix = SearchPrefix(rawValue: String(text.prefix(2))) else { return nil }
        return (prefix, text.dropFirst(2))
    }
}
