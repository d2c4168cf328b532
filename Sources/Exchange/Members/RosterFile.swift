import FHIR

/// A roster as comma-separated text with a header line (RFC 4180), read as it comes; `.gz` and `.zst` are unpacked on the way.
///
/// Not for two threads at once.
package final class RosterFile {
    package enum Line: Sendable, Equatable {
        case entry(RosterEntry, ImportPlace)
        case problem(ImportReport.Problem)
    }

    package static let required = ["member_id", "first_name", "last_name", "birth_date", "postal_code"]
    package static let optional = ["email", "coverage_start", "coverage_end", "patient_id"]

    private let name: String
    private let columns: [String]
    private var records: CommaSeparated
    private let file: FileBytes?
    private var trouble: Refusal?

    /// Reads the header; throws when there is none, or it lacks a required column.
    package convenience init(path: String) throws(Refusal) {
        let file: FileBytes
        do { file = try FileBytes(path: path) } catch { throw Refusal(.notFound, error.explanation) }
        try self.init(name: path, file) { () throws(Refusal) in
            do throws(LineProblem) { return try file.next(256 << 10) } catch { throw Refusal(.invalid, error.explanation) }
        }
    }

    /// `name` stands in the problems; `read` answers the next bytes, none at the end.
    init(name: String, _ file: FileBytes? = nil, read: @escaping () throws(Refusal) -> [UInt8]) throws(Refusal) {
        (self.name, self.file) = (name, file)
        records = CommaSeparated(read)
        guard let (_, header, _) = try records.next() else { throw Refusal(.invalid, "\(name) is empty.") }
        let columns = header.map { String(decoding: $0.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self) }
        self.columns = columns
        let missing = Self.required.filter { !columns.contains($0) }
        guard missing.isEmpty else {
            throw Refusal(
                .invalid,
                "\(name):1: the header lacks \(missing.joined(separator: ", ")). Columns: \((Self.required + Self.optional).joined(separator: ","))"
            )
        }
    }

    /// How much of the file has been read, from 0 to 1.
    package var fraction: Double {
        guard let file, file.fileSize > 0 else { return 0 }
        return Double(file.bytesRead) / Double(file.fileSize)
    }

    /// Whether it is there to be read from its start again, as what comes through a pipe is not.
    package var isLasting: Bool { file?.isRegular ?? true }

    /// The next of its lines; nil at the end. Throws when the file cannot be read to its end.
    package func next() throws(Refusal) -> Line? {
        guard let (number, fields, flaw) = try records.next() else { return nil }
        let place = ImportPlace(name, line: number)
        if let flaw { return .problem(.init(place: place, reason: flaw)) }
        guard fields.count == columns.count else {
            return .problem(.init(place: place, reason: "There are \(fields.count) fields; the header has \(columns.count)."))
        }
        let values = Dictionary(zip(columns, fields), uniquingKeysWith: { first, _ in first })
        switch Self.entry(values) {
        case .success(let entry): return .entry(entry, place)
        case .failure(let problem): return .problem(.init(place: place, reason: problem.message))
        }
    }

    /// The next of its lines, at most so many; none at the end. Where it cannot be read on, it answers what came before, and throws the next time.
    package func next(_ most: Int) throws(Refusal) -> [Line] {
        if let trouble { throw trouble }
        var lines: [Line] = []
        do throws(Refusal) {
            while lines.count < most, let line = try next() { lines.append(line) }
        } catch {
            if lines.isEmpty { throw error }
            trouble = error
        }
        return lines
    }

    private static func entry(_ values: [String: String]) -> Result<RosterEntry, Refusal> {
        func text(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let empty = required.first(where: { text($0) == nil }) { return .failure(Refusal(.invalid, "\(empty) is empty.")) }
        guard let birthDate = text("birth_date").flatMap({ BirthDate.parse($0) }) else {
            return .failure(Refusal(.invalid, "birth_date is no day; write 2011-01-04 or 01/04/2011."))
        }
        if let email = text("email"), EmailAddress(email) == nil { return .failure(Refusal(.invalid, "email is no address.")) }
        for column in ["coverage_start", "coverage_end"] {
            if let day = text(column), BirthDate.parse(day) == nil { return .failure(Refusal(.invalid, "\(column) is no day.")) }
        }
        return .success(
            RosterEntry(
                memberID: text("member_id") ?? "", firstName: text("first_name") ?? "", lastName: text("last_name") ?? "",
                birthDate: birthDate,
                postalCode: text("postal_code") ?? "", email: text("email"),
                coverageStart: text("coverage_start").flatMap { BirthDate.parse($0) },
                coverageEnd: text("coverage_end").flatMap { BirthDate.parse($0) }, patientID: text("patient_id")))
    }
}
