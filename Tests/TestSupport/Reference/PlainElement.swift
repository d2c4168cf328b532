import FHIR

/// An element of a made resource that a search parameter looks at.
struct PlainElement {
    let value: Plain

    static func all(in body: Plain, of parameter: SearchParameter) -> [PlainElement] {
        var found: [PlainElement] = []
        for path in parameter.paths {
            let isFallback = path.steps.isEmpty
            guard !isFallback || found.isEmpty else { continue }
            let values = isFallback ? [body] : follow(path.steps[...], from: body)
            for value in values where isOf(path.target, value) && hasValue(value) {
                found.append(PlainElement(value: path.constant.map { .text($0) } ?? value))
            }
        }
        return found
    }

    private static func follow(_ steps: ArraySlice<SearchPath.Step>, from value: Plain) -> [Plain] {
        guard let step = steps.first else { return [value] }
        return (value[step.name]?.elements ?? []).filter { element in
            step.filter.map { element[$0.name]?.text == $0.value } ?? true
        }.flatMap { follow(steps.dropFirst(), from: $0) }
    }

    /// `.where(resolve() is Patient)`: what is known to lead elsewhere does not count.
    private static func isOf(_ target: ResourceType?, _ value: Plain) -> Bool {
        guard let target else { return true }
        if let whole = value["reference"]?.text { return PlainReference(whole)?.type == target.name }
        return value["type"]?.text.map { $0 == target.name } ?? true
    }

    /// Extensions alone, such as the reason for its absence, are no value.
    private static func hasValue(_ value: Plain) -> Bool {
        guard case .object(let members) = value else { return true }
        return members.keys.contains { $0 != "extension" && $0 != "id" }
    }
}

/// A literal reference: the last two parts of its address, without a version.
struct PlainReference {
    let type: String
    let id: String

    var key: String { "\(type)/\(id)" }

    init?(_ text: String) {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count >= 4, parts[parts.count - 2] == "_history" { parts.removeLast(2) }
        guard parts.count >= 2, ResourceType(parts[parts.count - 2]) != nil, let id = parts.last,
            id.wholeMatch(of: /[A-Za-z0-9.\-]{1,64}/) != nil
        else { return nil }
        (type, self.id) = (parts[parts.count - 2], id)
    }
}
