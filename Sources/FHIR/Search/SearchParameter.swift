/// One search parameter of one resource type: where in the resource its values stand, and how they compare.
package struct SearchParameter: Sendable {
    package enum Kind: String, Sendable {
        case token, date, string, reference, quantity, uri
    }

    /// What US Core asks of a server (the stronger of 3.1.1 and 6.1.0).
    package enum Expectation: String, Sendable {
        case shall = "SHALL", should = "SHOULD", may = "MAY"
    }

    package let name: String
    package let kind: Kind
    package let paths: [SearchPath]
    /// The types that a reference may lead to, of those that this exchange knows; a chain goes on there.
    package let targets: [ResourceType]
    /// The system that a bare code has by its binding, such as `http://hl7.org/fhir/observation-status`; nil when the values name theirs.
    package let system: String?
    /// The canonical address of its definition.
    package let definition: String
    /// Nil when it is FHIR's own and US Core does not name it.
    package let expectation: Expectation?

    /// The parameter that names the member whose resource it is: asked for the member itself it is true of the whole compartment.
    package var isOwner: Bool { name == "patient" || name == "subject" }
}

/// Parameters that a US Core server answers together.
package struct SearchCombination: Sendable {
    package let expectation: SearchParameter.Expectation
    package let names: [String]
}
