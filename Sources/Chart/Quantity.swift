/// An amount as the bytes say it: `1.50` stays `1.50`.
package struct Quantity: Sendable, Hashable {
    /// `<`, `<=`, `>=`, `>` or nothing.
    package let comparator: String
    package let value: String
    package let unit: String
    /// The unit's code, UCUM as a rule; empty when none was sent.
    package let code: String

    package init(comparator: String, value: String, unit: String, code: String) {
        (self.comparator, self.value, self.unit, self.code) = (comparator, value, unit, code)
    }

    /// For drawing only: a `Double` is near the number, not the number, so it is never shown or compared for sameness.
    package var number: Double? { Double(value) }

    /// The unit as people write it; UCUM's brackets are for machines.
    package var unitWords: String { Self.familiar[unit] ?? (unit.utf8.first == UInt8(ascii: "{") ? "" : unit) }

    package var words: String {
        let amount = comparator + value
        let unit = unitWords
        if unit.isEmpty { return amount }
        return unit == "%" ? amount + unit : "\(amount) \(unit)"
    }

    /// What two quantities must share to be the same quantity.
    var sameness: String { "\(comparator)\(value) \(code.isEmpty ? unit : code)" }

    private static let familiar = [
        "mm[Hg]": "mmHg", "Cel": "°C", "[degF]": "°F", "/min": "per minute", "{beats}/min": "beats per minute", "10*3/uL": "×10³/µL",
        "10*6/uL": "×10⁶/µL", "10*9/L": "×10⁹/L", "10*12/L": "×10¹²/L", "ug/dL": "µg/dL", "ug/L": "µg/L", "kg/m2": "kg/m²",
        "mL/min/{1.73_m2}": "mL/min/1.73 m²", "[lb_av]": "lb", "[in_i]": "in", "[IU]/L": "IU/L", "[iU]/L": "IU/L", "uU/mL": "µU/mL",
        "d": "days", "a": "years", "mo": "months", "wk": "weeks", "h": "hours", "1": "",
    ]
}

/// The values that are usual for this test, as the laboratory stated them.
package struct ReferenceRange: Sendable, Hashable {
    package let low: Quantity?
    package let high: Quantity?
    package let text: String?

    package init(low: Quantity?, high: Quantity?, text: String?) { (self.low, self.high, self.text) = (low, high, text) }

    package var words: String {
        if let text { return text }
        switch (low, high) {
        case (let low?, let high?):
            let unit = high.unitWords
            return "\(low.value) – \(high.value)" + (unit.isEmpty ? "" : unit == "%" ? "%" : " \(unit)")
        case (let low?, nil): return "≥ \(low.words)"
        case (nil, let high?): return "≤ \(high.words)"
        case (nil, nil): return ""
        }
    }
}
