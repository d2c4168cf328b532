/// `_include` or `_revinclude`: what comes along with the matches.
package struct Inclusion: Sendable {
    /// The type whose reference it is.
    package let source: ResourceType
    /// Numbers of the source's reference parameters; several for `*`.
    package let parameters: [Int]
    /// Only references to this type; nil for any.
    package let target: ResourceType?
    /// Also from what was included, not from the matches alone.
    package let isIterative: Bool

    static let maximum = 16

    /// Reads `Source:parameter[:Target]`, `Source:*` or, for `_include`, `*`.
    static func read(
        _ value: String, isReverse: Bool, isIterative: Bool, of type: ResourceType, written: String
    ) throws(SearchProblem) -> Inclusion {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts == ["*"], !isReverse {
            return Inclusion(source: type, parameters: references(of: type), target: nil, isIterative: isIterative)
        }
        guard (2...3).contains(parts.count), let source = ResourceType(parts[0]), SearchTable.entry(of: source) != nil else {
            throw SearchProblem(
                .invalid, "\(written) takes Type:parameter or Type:parameter:Target, such as MedicationRequest:medication.",
                parameter: written)
        }
        var target: ResourceType?
        if parts.count == 3 {
            guard let named = ResourceType(parts[2]) else {
                throw SearchProblem(.invalid, "\(parts[2]) is not a resource type of FHIR R4.", parameter: written)
            }
            target = named
        }
        if parts[1] == "*" {
            return Inclusion(source: source, parameters: references(of: source), target: target, isIterative: isIterative)
        }
        guard let (number, parameter) = SearchTable.parameter(parts[1], of: source), parameter.kind == .reference else {
            let known = references(of: source).map { SearchTable.parameters(of: source)[$0].name }.joined(separator: ", ")
            throw SearchProblem(
                .notSupported, "\(source.name) has no reference parameter \(parts[1]). It has: \(known).", parameter: written)
        }
        return Inclusion(source: source, parameters: [number], target: target, isIterative: isIterative)
    }

    private static func references(of type: ResourceType) -> [Int] {
        SearchTable.parameters(of: type).indices.filter { SearchTable.parameters(of: type)[$0].kind == .reference }
    }
}
