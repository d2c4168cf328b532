/// One repetition of one parameter: any of its values must match (comma is OR, repetition is AND).
package enum SearchTest: Sendable {
    case anyOf([SearchValue])
    case noneOf([SearchValue])
    case missing(Bool)

    /// The most values one parameter may list.
    package static let maximumValues = 256

    /// Reads the value of `parameter` under this modifier. `now` is what `ap` is measured from; `base` is the server's own FHIR base.
    init(
        _ parameter: SearchParameter, modifier: String?, value: String, context: SearchContext
    ) throws(SearchProblem) {
        let written = modifier.map { "\(parameter.name):\($0)" } ?? parameter.name
        if modifier == "missing" {
            switch value {
            case "true": self = .missing(true)
            case "false": self = .missing(false)
            default: throw SearchProblem(.invalid, "\(written) takes true or false.", parameter: written)
            }
            return
        }
        let parts = SearchText.split(value, at: ",")
        guard parts.count <= Self.maximumValues else {
            throw SearchProblem(.tooCostly, "\(written) takes at most \(Self.maximumValues) values.", parameter: written)
        }
        var values: [SearchValue] = []
        for part in parts where !part.isEmpty {
            values.append(try Self.value(part, parameter, modifier, written, context))
        }
        guard !values.isEmpty else { throw SearchProblem(.invalid, "\(written) has no value.", parameter: written) }
        self = modifier == "not" ? .noneOf(values) : .anyOf(values)
    }

    private static func value(
        _ text: String, _ parameter: SearchParameter, _ modifier: String?, _ written: String, _ context: SearchContext
    ) throws(SearchProblem) -> SearchValue {
        func invalid(_ explanation: String) -> SearchProblem {
            SearchProblem(.invalid, "\(written) takes \(explanation).", parameter: written)
        }
        switch (parameter.kind, modifier) {
        case (.token, nil), (.token, "not"):
            guard let token = TokenValue(text) else { throw invalid("code, system|code, |code or system|") }
            return .token(token)
        case (.token, "text"): return .text(folded: Array(SearchText.unescape(text).folded.utf8))
        case (.token, "of-type") where parameter.name == "identifier":
            let parts = SearchText.split(text, at: "|").map { SearchText.unescape($0) }
            guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { throw invalid("type system|type code|value") }
            return .ofType(system: parts[0], code: parts[1], value: parts[2])
        case (.date, nil):
            guard let (prefix, rest) = SearchPrefix.split(text), let range = DateRange(rest.utf8) else {
                throw invalid("a date such as 2011-01-04, with eq, ne, gt, lt, ge, le, sa, eb or ap before it")
            }
            return .date(prefix: prefix, range: prefix == .ap ? range.approximate(at: context.now) : range)
        case (.string, nil): return .string(StringValue(mode: .startsWith, bytes: Array(SearchText.unescape(text).folded.utf8)))
        case (.string, "contains"): return .string(StringValue(mode: .contains, bytes: Array(SearchText.unescape(text).folded.utf8)))
        case (.string, "exact"): return .string(StringValue(mode: .exactly, bytes: Array(SearchText.unescape(text).utf8)))
        case (.reference, nil): return .reference(ReferenceValue(SearchText.unescape(text), type: nil, base: context.base))
        case (.reference, "identifier"):
            guard let token = TokenValue(text) else { throw invalid("value, system|value, |value or system|") }
            return .referenceIdentifier(token)
        case (.reference, let modifier?):
            guard let type = ResourceType(modifier) else { break }
            return .reference(ReferenceValue(SearchText.unescape(text), type: type, base: context.base))
        case (.quantity, nil):
            guard let quantity = QuantityValue(text) else {
                throw invalid("a number such as 5.4, gt5.4, 5.4|http://unitsofmeasure.org|mg or 5.4||mg")
            }
            return .quantity(quantity)
        case (.uri, nil): return .uri(Array(SearchText.unescape(text).utf8))
        default: break
        }
        throw SearchProblem(.notSupported, "The modifier :\(modifier ?? "") is not supported on \(parameter.name).", parameter: written)
    }
}

/// What reading a search needs from around it.
package struct SearchContext: Sendable {
    /// Milliseconds since 1970: what `ap` is measured from.
    package let now: Int64
    /// The server's own FHIR base without a trailing slash; references below it are its own.
    package let base: String

    package init(now: Timestamp, base: String) { (self.now, self.base) = (now.milliseconds, base) }
}

extension DateRange {
    /// Wider on both sides by a tenth of its distance from now (FHIR R4 search, `ap`).
    func approximate(at now: Int64) -> DateRange {
        let distance = Swift.max(abs(now - low), abs(now - high)) / 10
        return DateRange(low: low - distance, high: high + distance)
    }
}
