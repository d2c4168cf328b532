/// A roster as comma-separated text with a header line (RFC 4180).
package struct RosterFile: Sendable {
    package struct Line: Sendable {
        package let number: Int
        package let entry: RosterEntry
    }

    package private(set) var lines: [Line] = []
    package private(set) var problems: [ImportReport.Problem] = []

    package static let required = ["member_id", "first_name", "last_name", "birth_date", "postal_code"]
    package static let optional = ["email", "coverage_start", "coverage_end", "patient_id"]

    /// `name` stands in the problems. Throws when the header lacks a required column.
    package init(_ bytes: [UInt8], name: String) throws(Refusal) {
        var records = CommaSeparated(bytes)
        guard let (_, header, _) = records.next() else { throw Refusal(.invalid, "\(name) is empty.") }
        let columns = header.map { String(decoding: $0.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self) }
        let missing = Self.required.filter { !columns.contains($0) }
        guard missing.isEmpty else {
            throw Refusal(
                .invalid,
                "\(name):1: the header lacks \(missing.joined(separator: ", ")). Columns: \((Self.required + Self.optional).joined(separator: ","))"
            )
        }
        while let (number, fields, flaw) = records.next() {
            let place = ImportPlace(name, line: number)
            if let flaw {
                problems.append(.init(place: place, reason: flaw))
                continue
            }
            guard fields.count == columns.count else {
                problems.append(.init(place: place, reason: "There are \(fields.count) fields; the header has \(columns.count)."))
                continue
            }
            let values = Dictionary(zip(columns, fields), uniquingKeysWith: { first, _ in first })
            switch Self.entry(values) {
            case .success(let entry): lines.append(Line(number: number, entry: entry))
            case .failure(let problem): problems.append(.init(place: place, reason: problem.message))
            }
        }
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

/// The records of a comma-separated text with the number of the line each begins on.
struct CommaSeparated: IteratorProtocol {
    private let bytes: [UInt8]
    private var at: Int
    private var line = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// `flaw` says why a record cannot be trusted.
    mutating func next() -> (line: Int, fields: [String], flaw: String?)? {
        while at < bytes.count, bytes[at] == 0x0A || bytes[at] == 0x0D {
            if bytes[at] == 0x0A { line += 1 }
            at += 1
        }
        guard at < bytes.count else { return nil }
        let start = line
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        let begin = at
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == 0x0A { line += 1 }
            if isQuoted {
                if byte != 0x22 {
                    field.append(byte)
                } else if at < bytes.count, bytes[at] == 0x22 {
                    field.append(0x22)
                    at += 1
                } else {
                    isQuoted = false
                }
            } else if byte == 0x22, field.isEmpty {
                isQuoted = true
            } else if byte == 0x2C {
                fields.append(Self.text(field))
                field.removeAll()
            } else if byte == 0x0A {
                break
            } else {
                field.append(byte)
            }
        }
        fields.append(Self.text(field))
        let flaw: String? =
            if isQuoted {
                "A quotation mark opens and is never closed, so the rest of the file could not be read."
            } else if String(validating: bytes[begin..<at], as: UTF8.self) == nil {
                "The line is not UTF-8; save the file as UTF-8."
            } else { nil }
        return (start, fields, flaw)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        var bytes = bytes
        while let last = bytes.last, last == 0x0D || last == 0x20 { bytes.removeLast() }
        return String(decoding: bytes.drop { $0 == 0x20 }, as: UTF8.self)
    }
}
