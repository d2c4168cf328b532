/// One repetition of one parameter: any of its values must match (comma is OR, repetition is AND).
package struct SearchClause: Sendable {
    enum Condition: Sendable {
        case anyOf([SearchValue])
        case noneOf([SearchValue])
        case missing(Bool)
    }
    let number: UInt8
    let condition: Condition

    package func matches(_ terms: UnsafeRawBufferPointer) -> Bool {
        switch condition {
        case .anyOf(let values): has(values, terms)
        case .noneOf(let values): !has(values, terms)
        case .missing(let missing): Terms.contains(number, in: terms) { _ in true } != missing
        }
    }

    private func has(_ values: [SearchValue], _ terms: UnsafeRawBufferPointer) -> Bool {
        Terms.contains(number, in: terms) { payload in values.contains { $0.matches(payload) } }
    }

    init(_ number: UInt8, _ parameter: SearchParameter, modifier: String?, value: String) throws(SearchProblem) {
        self.number = number
        let written = modifier.map { "\(parameter.name):\($0)" } ?? parameter.name
        if modifier == "missing" {
            switch value {
            case "true": condition = .missing(true)
            case "false": condition = .missing(false)
            default: throw SearchProblem(.invalid, "\(written) takes true or false.", parameter: written)
            }
            return
        }
        let parts = Self.split(value, at: ",")
        guard parts.count <= 256 else { throw SearchProblem(.tooCostly, "\(written) takes at most 256 values.", parameter: written) }
        var values: [SearchValue] = []
        for part in parts where !part.isEmpty {
            values.append(try Self.value(part, parameter, modifier: modifier, written: written))
        }
        guard !values.isEmpty else { throw SearchProblem(.invalid, "\(written) has no value.", parameter: written) }
        condition = modifier == "not" ? .noneOf(values) : .anyOf(values)
    }

    private static func value(
        _ text: String, _ parameter: SearchParameter, modifier: String?, written: String
    ) throws(SearchProblem) -> SearchValue {
        switch (parameter.kind, modifier) {
        case (.token, nil), (.token, "not"):
            let parts = split(text, at: "|")
            switch parts.count {
            case 1: return .token(system: .any, code: Array(unescape(parts[0]).utf8))
            case 2:
                let system: SearchValue.SystemMatch = parts[0].isEmpty ? .none : .exactly(Array(unescape(parts[0]).utf8))
                guard !(parts[0].isEmpty && parts[1].isEmpty) else { break }
                return .token(system: system, code: parts[1].isEmpty ? nil : Array(unescape(parts[1]).utf8))
            default: break
            }
            throw SearchProblem(.invalid, "\(written) takes code, system|code, |code or system|.", parameter: written)
        case (.date, nil):
            guard let (prefix, rest) = DatePrefix.split(text), let range = DateRange(rest.utf8) else {
                throw SearchProblem(
                    .invalid, "\(written) takes a date such as 2011-01-04, with eq, ne, gt, lt, ge, le, sa, eb or ap before it.",
                    parameter: written)
            }
            return .date(prefix: prefix, range: range)
        case (.string, nil): return .string(folded: unescape(text).folded, mode: .startsWith)
        case (.string, "contains"): return .string(folded: unescape(text).folded, mode: .contains)
        case (.string, "exact"): return .string(folded: unescape(text), mode: .exactly)
        case (.reference, nil):
            let text = unescape(text)
            return .reference(text: Array(text.utf8), isBareID: !text.utf8.contains(UInt8(ascii: "/")))
        default:
            throw SearchProblem(.notSupported, "The modifier :\(modifier ?? "") is not supported on \(parameter.name).", parameter: written)
        }
    }

    /// Splits at an unescaped separator; the escapes stay (FHIR R4 search §3.1.1.4.12).
    static func split(_ text: String, at separator: Unicode.Scalar) -> [String] {
        var parts: [String] = []
        var current: [UInt8] = []
        var escaped = false
        for byte in text.utf8 {
            if escaped {
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: separator) {
                parts.append(String(decoding: current, as: UTF8.self))
                current.removeAll()
                continue
            }
            current.append(byte)
        }
        parts.append(String(decoding: current, as: UTF8.self))
        return parts
    }

    static func unescape(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
        var out: [UInt8] = []
        var escaped = false
        for byte in text.utf8 {
            if !escaped, byte == UInt8(ascii: "\\") {
                escaped = true
            } else {
                out.append(byte)
                escaped = false
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
