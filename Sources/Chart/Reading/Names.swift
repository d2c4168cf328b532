import FHIR

/// What the references of a record point at, by name.
struct Names {
    private var names: [String: String] = [:]

    mutating func set(_ type: ResourceType, _ id: String, to name: String) {
        guard !name.isEmpty else { return }
        names["\(type.name)/\(id)"] = name
    }

    /// The name of a Reference: as the sender wrote it beside the reference, else that of the kept resource.
    func of(_ reference: JSONValue) -> String? {
        if let display = reference.words("display") { return Concept.withoutTag(display) }
        guard let text = reference["reference"]?.text, let target = Reference(text) else { return nil }
        return names[target.text]
    }

    func all(_ references: [JSONValue]) -> [String] {
        var seen: Set<String> = []
        return references.compactMap { of($0) }.filter { seen.insert($0).inserted }
    }

    func words(_ references: [JSONValue]) -> String? {
        let all = all(references)
        return all.isEmpty ? nil : all.prefix(12).joined(separator: ", ")
    }
}
