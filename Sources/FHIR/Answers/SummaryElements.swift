/// The elements that a type's definition counts into its summary, and those it must have. Source: FHIR R4 ElementDefinition.isSummary, min.
enum SummaryElements {
    struct Entry: Sendable {
        /// Paths below the resource; `onset*` is a choice. A group whose own elements are listed keeps only those.
        var summary: [String] = []
        var mandatory: [String] = []
    }

    static func entry(of type: ResourceType) -> Entry { byType[type] ?? Entry() }

    private static let byType: [ResourceType: Entry] = {
        var table: [ResourceType: Entry] = [:]
        var current: ResourceType?
        for line in String(decoding: PackageResources.SummaryElements_txt, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "summary": if let current { table[current, default: Entry()].summary = Array(words.dropFirst()) }
            case "mandatory": if let current { table[current, default: Entry()].mandatory = Array(words.dropFirst()) }
            default: current = ResourceType(words[0])
            }
        }
        return table
    }()
}
