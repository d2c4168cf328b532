/// What was found: an amount, words, a yes or no, or why there is none.
package enum ItemValue: Sendable, Hashable {
    case quantity(Quantity)
    case text(String)
    case truth(Bool)
    /// A code of FHIR's `data-absent-reason`, or the sender's words.
    case absent(String)

    var sameness: String {
        switch self {
        case .quantity(let quantity): "q \(quantity.sameness)"
        case .text(let text): "t \(text)"
        case .truth(let truth): "b \(truth)"
        case .absent(let reason): "a \(reason)"
        }
    }
}

/// The sender's judgment of a value.
package struct Interpretation: Sendable, Hashable {
    /// A code of HL7's ObservationInterpretation, such as `H`; empty when only words were sent.
    package let code: String
    package let text: String

    package init(code: String, text: String) { (self.code, self.text) = (code, text) }

    package enum Weight: Sendable { case usual, notable, critical }

    package var weight: Weight {
        switch code {
        case "N", "NEG", "ND", "NR", "S", "B", "D", "U", "W": .usual
        case "HH", "LL", "AA", "HU", "LU", ">", "<": .critical
        case "": .usual
        default: .notable
        }
    }
}

extension Interpretation {
    /// What the numbers say when the sender did not: a value outside the range that the sender stated.
    static func outside(_ value: ItemValue?, _ range: ReferenceRange?) -> Interpretation? {
        guard case .quantity(let quantity) = value, quantity.comparator.isEmpty, let number = quantity.number, let range else { return nil }
        // Two units cannot be compared by their numbers.
        func comparable(_ bound: Quantity?) -> Double? {
            guard let bound, bound.unit.isEmpty || bound.unit == quantity.unit || bound.code == quantity.code else { return nil }
            return bound.number
        }
        if let high = comparable(range.high), number > high { return Interpretation(code: "H", text: "") }
        if let low = comparable(range.low), number < low { return Interpretation(code: "L", text: "") }
        return nil
    }
}

extension ChartItem {
    /// The sender's judgment of the value, or what follows from the range that they stated.
    package var judgment: Interpretation? { interpretation ?? Interpretation.outside(value, range) }
}

extension Component {
    package var judgment: Interpretation? { interpretation ?? Interpretation.outside(value, range) }
}

/// One part of a result that has several, such as the systolic pressure.
package struct Component: Sendable, Hashable {
    package let concept: Concept
    package let value: ItemValue?
    package let interpretation: Interpretation?
    package let range: ReferenceRange?
}
