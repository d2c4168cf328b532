import Exchange
package import FHIR
import Trust

/// What `DocumentReference/$docref` is asked for (US Core DocRef operation).
package struct DocumentsQuery: Sendable {
    package let patient: String
    let care: DateRange?
    let types: [SearchValue]
    /// Nothing is made on demand here, so whoever wants only that gets nothing.
    let isOnDemandOnly: Bool
    let profiles: [SearchValue]

    package init(parameters: [(name: String, value: String)]) throws(SearchProblem) {
        func values(_ name: String) -> [String] { parameters.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }
        func one(_ name: String) throws(SearchProblem) -> String? {
            guard values(name).count <= 1 else { throw SearchProblem(.invalid, "\(name) may be given once.", parameter: name) }
            return values(name).first
        }
        guard let patient = try one("patient") else {
            throw SearchProblem(.invalid, "$docref needs patient, the id of the Patient.", parameter: "patient")
        }
        self.patient = patient.utf8.starts(with: "Patient/".utf8) ? String(patient.dropFirst("Patient/".count)) : patient
        func date(_ name: String) throws(SearchProblem) -> DateRange? {
            guard let text = try one(name) else { return nil }
            guard let range = DateRange(text.utf8) else {
                throw SearchProblem(.invalid, "\(name) takes a date such as 2026-01-31.", parameter: name)
            }
            return range
        }
        let (start, end) = (try date("start"), try date("end"))
        care =
            start == nil && end == nil ? nil : DateRange(low: start?.low ?? DateRange.earliest, high: end?.high ?? DateRange.latest)
        var types: [SearchValue] = []
        for text in values("type") {
            guard let token = TokenValue(text) else {
                throw SearchProblem(.invalid, "type takes a code or system|code, such as http://loinc.org|34133-9.", parameter: "type")
            }
            types.append(.token(token))
        }
        self.types = types
        profiles = values("profile").map { .uri(Array($0.utf8)) }
        isOnDemandOnly = try one("on-demand") == "true"
    }
}

extension RecordReader {
    /// The documents of the care dates; without any, the most recent one of each type. Nil when documents are closed.
    package func documents(_ query: DocumentsQuery) throws -> SearchOutcome? {
        guard let view = try view(.documentReference, for: .search) else { return nil }
        let shelf = view.shelf
        let isOther = !query.patient.utf8.elementsEqual(access.compartment.patientID.utf8)
        guard !query.isOnDemandOnly, !isOther else { return SearchOutcome(total: 0, matches: [], included: [], next: nil) }
        let columns = try shelf.columns()
        var hits = view.rows
        func narrow(_ name: String, _ values: [SearchValue]) {
            guard !values.isEmpty, let (number, _) = SearchTable.parameter(name, of: .documentReference) else { return }
            hits.formIntersection(columns.rows(values, number, count: hits.count))
        }
        narrow("type", query.types)
        narrow("_profile", query.profiles)
        var rows: [Int] = []
        hits.forEach { row in
            if let care = query.care, let date = columns.serviceDates[row], date.high <= care.low || date.low >= care.high { return true }
            rows.append(row)
            return true
        }
        if query.care == nil { rows = mostRecent(rows, columns) }
        return SearchOutcome(total: rows.count, matches: Self.runs(rows, shelf), included: [], next: nil)
    }

    private func mostRecent(_ rows: [Int], _ columns: Columns) -> [Int] {
        guard let (number, _) = SearchTable.parameter("type", of: .documentReference) else { return rows }
        var types: [Int: TextPool.Ref] = [:]
        for entry in columns.tokens[number] where types[Int(entry.row)] == nil { types[Int(entry.row)] = entry.code }
        var latest: [TextPool.Ref?: Int] = [:]
        for row in rows {
            let type = types[row]
            let date = columns.serviceDates[row]?.low ?? DateRange.earliest
            if let known = latest[type], (columns.serviceDates[known]?.low ?? DateRange.earliest) >= date { continue }
            latest[type] = row
        }
        return latest.values.sorted()
    }
}
