import Testing

@testable import FHIR

@Suite("The table of search parameters")
struct SearchTableTests {
    @Test("Every row is read, and every parameter has a path that can be walked")
    func rows() {
        let lines = String(decoding: PackageResources.SearchParameters_txt, as: UTF8.self).split(separator: "\n")
        let rows = lines.filter { $0.hasPrefix("  ") && !$0.hasPrefix("  profiles ") && !$0.hasPrefix("  together ") }
        let own = SearchTable.entries.flatMap { entry in entry.parameters.filter { !$0.name.hasPrefix("_") } }
        #expect(rows.count == own.count)
        for (row, parameter) in zip(rows, own) { #expect(row.split(separator: " ").first == parameter.name[...]) }
        #expect(own.allSatisfy { !$0.paths.isEmpty })
    }

    @Test("What US Core asks for together is there by itself")
    func combinations() {
        for entry in SearchTable.entries {
            for name in entry.combinations.flatMap(\.names) {
                #expect(SearchTable.parameter(name, of: entry.type) != nil, "\(entry.type.name) \(name)")
            }
        }
    }

    @Test("A bare code has the system of its binding, and no other kind of value has one")
    func systems() {
        #expect(SearchTable.parameter("status", of: .observation)?.parameter.system == "http://hl7.org/fhir/observation-status")
        #expect(SearchTable.parameter("gender", of: .patient)?.parameter.system == "http://hl7.org/fhir/administrative-gender")
        #expect(SearchTable.parameter("code", of: .observation)?.parameter.system == nil)
        #expect(SearchTable.parameter("severity", of: .condition)?.parameter.system == nil)
        for parameter in SearchTable.entries.flatMap(\.parameters) where parameter.kind != .token { #expect(parameter.system == nil) }
    }
}
