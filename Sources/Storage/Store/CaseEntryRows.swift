import Exchange
import FHIR

/// The steps of a case, whatever it is about.
enum CaseEntryRows {
    enum Kind: String { case verification, production, application }

    static func insert(_ entry: CaseEntry, _ kind: Kind, _ subject: Int64, _ database: Transaction) throws {
        try database.execute(
            sql: "INSERT INTO case_entry (kind, subject, role, name, action, text, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [kind.rawValue, subject, entry.role.rawValue, entry.name, entry.action, entry.text, entry.at.milliseconds])
    }

    /// Oldest first.
    static func all(_ kind: Kind, _ subject: Int64, _ reader: Reader) throws -> [CaseEntry] {
        let row = try reader.statement(
            "SELECT role, name, action, text, at FROM case_entry WHERE kind = ? AND subject = ? ORDER BY number")
        defer { row.reset() }
        row.bind(1, kind.rawValue)
        row.bind(2, subject)
        var found: [CaseEntry] = []
        while try row.step() {
            found.append(
                CaseEntry(
                    role: CaseRole(rawValue: row.text(0)) ?? .reviewer, name: row.text(1), action: row.text(2), text: row.text(3),
                    at: Timestamp(milliseconds: row.int(4))))
        }
        return found
    }
}
