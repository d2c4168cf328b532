import Foundation

/// One value of one search parameter, ready to be compared with stored terms.
enum SearchValue: Sendable {
    /// `code` (any system), `system|code`, `|code` (no system), `system|` (any code).
    case token(system: SystemMatch, code: [UInt8]?)
    case date(prefix: DatePrefix, range: DateRange)
    case string(folded: String, mode: StringMode)
    /// Any of these texts of a reference; a bare id also matches the end of `Type/id`.
    case reference(text: [UInt8], isBareID: Bool)

    enum SystemMatch: Sendable { case any, none, exactly([UInt8]) }
    enum StringMode: Sendable { case startsWith, contains, exactly }

    func matches(_ payload: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .token(let system, let code):
            guard let split = payload.firstIndex(of: 0) else { return false }
            switch system {
            case .any: break
            case .none: if split != 0 { return false }
            case .exactly(let wanted): if !equal(payload, 0..<split, wanted) { return false }
            }
            guard let code else { return true }
            return equal(payload, split + 1..<payload.count, code)
        case .date(let prefix, let range):
            return payload.count == 16 && prefix.holds(Terms.date(payload), range)
        case .string(let folded, let mode):
            let text = String(decoding: payload, as: UTF8.self)
            switch mode {
            case .startsWith: return text.folded.utf8.starts(with: folded.utf8)
            case .contains: return text.folded.contains(folded)
            case .exactly: return text.utf8.elementsEqual(folded.utf8)
            }
        case .reference(let text, let isBareID):
            guard isBareID else { return equal(payload, 0..<payload.count, text) }
            guard payload.count > text.count, payload[payload.count - text.count - 1] == UInt8(ascii: "/") else { return false }
            return equal(payload, payload.count - text.count..<payload.count, text)
        }
    }

    private func equal(_ payload: UnsafeRawBufferPointer, _ range: Range<Int>, _ wanted: [UInt8]) -> Bool {
        guard range.count == wanted.count else { return false }
        guard let base = payload.baseAddress else { return wanted.isEmpty }
        return wanted.withUnsafeBytes { memcmp(base + range.lowerBound, $0.baseAddress ?? base, wanted.count) == 0 }
    }
}

/// The prefixes of FHIR date search; the resource's range against the query's. Source: FHIR R4 search §3.1.1.4.6.
enum DatePrefix: String, Sendable {
    case eq, ne, gt, lt, ge, le, sa, eb, ap

    func holds(_ value: DateRange, _ query: DateRange) -> Bool {
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
    static func split(_ text: String) -> (DatePrefix, Substring)? {
        guard let first = text.utf8.first, first < 0x30 || first > 0x39 else { return (.eq, text[...]) }
        guard let prefix = DatePrefix(rawValue: String(text.prefix(2))) else { return nil }
        return (prefix, text.dropFirst(2))
    }
}
