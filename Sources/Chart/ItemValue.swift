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

/// One part of a result that has several, such as the systolic pressure.
package struct Component: Sendable, Hashable {
    package let concept: Concept
    package let value: ItemValue?
    package let interpretation: Interpretation?
    package let range: ReferenceRange?
}
