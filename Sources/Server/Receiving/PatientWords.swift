import FHIR

/// How a Patient is called, and when they were born, as the resource says it.
struct PatientWords: Sendable {
    let name: String
    /// YYYY-MM-DD, or less.
    let birthDate: String

    init(_ patient: JSONValue) {
        birthDate = String((patient["birthDate"]?.string ?? "").prefix(10))
        guard let first = patient["name"]?.first else {
            name = ""
            return
        }
        var parts: [String] = []
        first["given"]?.forEachElement { given in
            if let text = given.string { parts.append(text) }
        }
        if let family = first["family"]?.string { parts.append(family) }
        name = String((parts.isEmpty ? first["text"]?.string ?? "" : parts.joined(separator: " ")).prefix(200))
    }
}
