/// Every search parameter that the API offers, by type: the one table from which the search, the CapabilityStatement and the
/// documentation come. The rows stand in `Table/SearchParameters.txt`.
///
/// A row: name, kind, paths separated by ` | `, then `-> targets` of a reference, `= system` of a bare code, `@ id` of a definition that is
/// not `Type-name`, and `! expectation` of US Core. Source: the FHIR R4 search parameter registry; US Core 3.1.1 and 6.1.0.
package enum SearchTable {
    package struct Entry: Sendable {
        package let type: ResourceType
        /// US Core profiles of the type, by the last part of their address.
        package fileprivate(set) var profiles: [String] = []
        package fileprivate(set) var combinations: [SearchCombination] = []
        /// The common parameters first, then the type's own.
        package fileprivate(set) var parameters: [SearchParameter]
        fileprivate var numbers: [String: Int] = [:]
    }

    /// The types, in the order of the table.
    package static let entries: [Entry] = read(String(decoding: PackageResources.SearchParameters_txt, as: UTF8.self))

    package static func entry(of type: ResourceType) -> Entry? { byType[Int(type.rawValue)] }
    package static func parameters(of type: ResourceType) -> [SearchParameter] { entry(of: type)?.parameters ?? [] }

    /// The parameter of this name, and its place among the type's.
    package static func parameter(_ name: String, of type: ResourceType) -> (number: Int, parameter: SearchParameter)? {
        guard let entry = entry(of: type), let number = entry.numbers[name], entry.parameters[number].name.utf8.elementsEqual(name.utf8)
        else { return nil }
        return (number, entry.parameters[number])
    }

    /// `_profile`, `_tag`, `_security` and `_source` stand before a type's own parameters.
    private static let common: [SearchParameter] = [
        own("_profile", .uri, "meta.profile"), own("_tag", .token, "meta.tag"), own("_security", .token, "meta.security"),
        own("_source", .uri, "meta.source"),
    ]
    /// The place of `_security` in every type.
    package static let security = 2

    private static func own(_ name: String, _ kind: SearchParameter.Kind, _ path: String) -> SearchParameter {
        SearchParameter(
            name: name, kind: kind, paths: [SearchPath(path)], targets: [], system: nil,
            definition: "http://hl7.org/fhir/SearchParameter/Resource-\(name.dropFirst())", expectation: nil)
    }

    private static let byType: [Entry?] = {
        var table = [Entry?](repeating: nil, count: 256)
        for entry in entries { table[Int(entry.type.rawValue)] = entry }
        return table
    }()

    // MARK: Reading the rows

    private static func read(_ text: String) -> [Entry] {
        var entries: [Entry] = []
        for line in text.split(separator: "\n") {
            guard line.hasPrefix(" ") else {
                if let type = ResourceType(String(line)) { entries.append(Entry(type: type, parameters: common)) }
                continue
            }
            let words = line.split(separator: " ").map(String.init)
            guard !entries.isEmpty, words.count >= 2 else { continue }
            let last = entries.count - 1
            switch words[0] {
            case "profiles": entries[last].profiles = Array(words.dropFirst())
            case "together":
                guard let expectation = SearchParameter.Expectation(rawValue: words[1]) else { continue }
                let names = words[2].split(separator: "+").map(String.init)
                entries[last].combinations.append(SearchCombination(expectation: expectation, names: names))
            default:
                if let parameter = parameter(words, of: entries[last].type) { entries[last].parameters.append(parameter) }
            }
        }
        for index in entries.indices {
            for (number, parameter) in entries[index].parameters.enumerated() { entries[index].numbers[parameter.name] = number }
        }
        return entries
    }

    private static func parameter(_ words: [String], of type: ResourceType) -> SearchParameter? {
        guard let kind = SearchParameter.Kind(rawValue: words[1]) else { return nil }
        var paths: [SearchPath] = []
        var targets: [ResourceType] = []
        var system: String?
        var id = "\(type.name)-\(words[0])"
        var expectation: SearchParameter.Expectation?
        var section = "|"
        for word in words.dropFirst(2) {
            switch word {
            case "|", "->", "=", "@", "!": section = word
            default:
                switch section {
                case "|": paths.append(SearchPath(word))
                case "->": targets += word == "*" ? ReleasedTypes.clinical : ResourceType(word).map { [$0] } ?? []
                case "=": system = word
                case "@": id = word
                default: expectation = SearchParameter.Expectation(rawValue: word)
                }
            }
        }
        let root = id.hasPrefix("us-core") ? "http://hl7.org/fhir/us/core/SearchParameter/" : "http://hl7.org/fhir/SearchParameter/"
        return SearchParameter(
            name: words[0], kind: kind, paths: paths, targets: targets, system: system, definition: root + id, expectation: expectation)
    }
}
