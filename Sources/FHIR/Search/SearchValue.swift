/// One value of one search parameter, ready to be compared.
package enum SearchValue: Sendable {
    /// `code` (any system), `system|code`, `|code` (no system), `system|` (any code).
    case token(TokenValue)
    /// `:text`: the display or text of a coded value, folded.
    case text(folded: [UInt8])
    /// `:of-type`: an identifier of this type and value.
    case ofType(system: String, code: String, value: String)
    case date(prefix: SearchPrefix, range: DateRange)
    case string(StringValue)
    case reference(ReferenceValue)
    /// `:identifier` of a reference.
    case referenceIdentifier(TokenValue)
    case quantity(QuantityValue)
    case uri([UInt8])
}

package struct TokenValue: Sendable {
    package enum System: Sendable { case any, none, exactly([UInt8]) }
    package let system: System
    /// Nil for any code of the system.
    package let code: [UInt8]?

    /// Reads `code`, `system|code`, `|code` or `system|`; nil for anything else.
    package init?(_ text: String) {
        let parts = SearchText.split(text, at: "|")
        switch parts.count {
        case 1: (system, code) = (.any, Array(SearchText.unescape(parts[0]).utf8))
        case 2:
            guard !(parts[0].isEmpty && parts[1].isEmpty) else { return nil }
            system = parts[0].isEmpty ? .none : .exactly(Array(SearchText.unescape(parts[0]).utf8))
            code = parts[1].isEmpty ? nil : Array(SearchText.unescape(parts[1]).utf8)
        default: return nil
        }
    }
}

package struct StringValue: Sendable {
    package enum Mode: Sendable { case startsWith, contains, exactly }
    package let mode: Mode
    /// Folded, except for `exactly`.
    package let bytes: [UInt8]
}

package struct ReferenceValue: Sendable {
    /// Nil for a bare id.
    package let type: ResourceType?
    package let id: [UInt8]
    /// An absolute or other text that is compared as a whole.
    package let whole: [UInt8]?

    /// `id`, `Type/id`, or an address; one below `base` is the `Type/id` it ends in.
    init(_ text: String, type: ResourceType?, base: String) {
        var text = text
        if !base.isEmpty, text.utf8.starts(with: (base + "/").utf8) { text = String(text.dropFirst(base.count + 1)) }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 1, !text.utf8.contains(UInt8(ascii: ":")) {
            (self.type, id, whole) = (type, Array(text.utf8), nil)
        } else if parts.count == 2, let named = ResourceType(String(parts[0])) {
            // The modifier and the value must agree; nothing is of two types.
            (self.type, id, whole) = (named, type == nil || type == named ? Array(parts[1].utf8) : [], nil)
        } else {
            (self.type, id, whole) = (type, [], Array(text.utf8))
        }
    }
}

package struct QuantityValue: Sendable {
    package let prefix: SearchPrefix
    package let value: Double
    /// The numbers that are the same to the precision written: `5.4` is 5.35 up to 5.45 (FHIR R4 search §3.1.1.4.5).
    package let low: Double
    package let high: Double
    /// Nil for any; empty for none.
    package let system: [UInt8]?
    /// The unit, as its code or its words.
    package let unit: [UInt8]?

    /// Reads `[prefix]number`, with `|system|code` or `||unit` after it.
    init?(_ text: String) {
        let parts = SearchText.split(text, at: "|").map { SearchText.unescape($0) }
        guard let (prefix, digits) = SearchPrefix.split(parts[0]), let number = DecimalNumber(digits), parts.count == 1 || parts.count == 3
        else { return nil }
        self.prefix = prefix
        (value, low, high) = (number.value, number.low, number.high)
        system = parts.count == 3 && !parts[1].isEmpty ? Array(parts[1].utf8) : nil
        unit = parts.count == 3 && !parts[2].isEmpty ? Array(parts[2].utf8) : nil
    }

    /// Whether a quantity, or a range of them, is one that is meant.
    package func holds(low other: Double, high otherHigh: Double) -> Bool {
        switch prefix {
        case .eq: low <= other && otherHigh < high
        case .ne: !(low <= other && otherHigh < high)
        case .gt, .sa: prefix == .gt ? otherHigh > value : other > value
        case .lt, .eb: prefix == .lt ? other < value : otherHigh < value
        case .ge: otherHigh >= value
        case .le: other <= value
        case .ap: other <= value + abs(value) * 0.1 && otherHigh >= value - abs(value) * 0.1
        }
    }
}

/// A decimal as written: its value, and the values between which it stands to the precision written.
struct DecimalNumber {
    let value: Double
    let low: Double
    let high: Double

    /// `-12.50`, `1e3`: an optional sign, up to 17 digits, an optional fraction and exponent; nil for anything else.
    init?(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        func digits() -> ArraySlice<UInt8> {
            let run = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }
            bytes = bytes.dropFirst(run.count)
            return run
        }
        let whole = digits()
        var fraction: ArraySlice<UInt8> = []
        if bytes.first == UInt8(ascii: ".") {
            bytes = bytes.dropFirst()
            fraction = digits()
            guard !fraction.isEmpty else { return nil }
        }
        var exponent = -fraction.count
        if let mark = bytes.first, mark | 0x20 == UInt8(ascii: "e") {
            guard let power = Int(String(decoding: bytes.dropFirst(), as: UTF8.self)), abs(power) < 300 else { return nil }
            exponent += power
            bytes = []
        }
        guard !whole.isEmpty, bytes.isEmpty, whole.count + fraction.count <= 17,
            let number = Int(String(decoding: whole + fraction, as: UTF8.self))
        else { return nil }
        let signed = isNegative ? -number : number
        // Through text, so that each is the double that the same decimal in a resource is read as.
        guard let value = Double("\(signed)e\(exponent)"), let low = Double("\(signed * 10 - 5)e\(exponent - 1)"),
            let high = Double("\(signed * 10 + 5)e\(exponent - 1)"), value.isFinite
        else { return nil }
        (self.value, self.low, self.high) = (value, low, high)
    }
}
