/// One search parameter of one resource type: where in the resource its values stand, and how they compare.
package struct SearchParameter: Sendable {
    package enum Kind: String, Sendable {
        case token, date, string, reference
    }

    package let name: String
    package let kind: Kind
    /// Element paths below the resource, `.`-separated; a choice element is spelled out (`effectiveDateTime`).
    package let paths: [[String]]
    /// The parameter means "of this member": answered from the compartment, not from an index.
    package let isCompartment: Bool

    init(_ name: String, _ kind: Kind, _ paths: String..., isCompartment: Bool = false) {
        self.name = name
        self.kind = kind
        self.paths = paths.map { $0.split(separator: ".").map(String.init) }
        self.isCompartment = isCompartment
    }

    static func member(_ name: String, _ path: String) -> SearchParameter {
        SearchParameter(name, .reference, path, isCompartment: true)
    }

    /// The canonical address of its definition in R4.
    package func definition(for type: ResourceType) -> String {
        "http://hl7.org/fhir/SearchParameter/\(type.name)-\(name)"
    }
}
