package import Exchange
package import FHIR

extension Store: AuditStore {
    static func write(_ entry: AuditEntry, _ database: Transaction, at now: Timestamp) throws {
        let (role, account, name): (String, Int64?, String) =
            switch entry.actor {
            case .account(let key, let role, let name): (role, key.number, name)
            case .sponsor(let name): ("sponsor", nil, name)
            case .member(let key): ("member", nil, "member \(key.number)")
            case .stranger: ("stranger", nil, "")
            case .system(let name): ("system", nil, name)
            }
        try database.execute(
            sql: "INSERT INTO audit (at, role, account, name, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [now.milliseconds, role, account, name, entry.action, entry.subject, entry.detail])
    }

    package func record(_ entry: AuditEntry, at now: Timestamp) async throws(Refusal) {
        try await change { database in try Self.write(entry, database, at: now) }
    }

    package func audit(before: Int64?, limit: Int) throws(Refusal) -> [AuditRecord] {
        try read { reader in
            let row = try reader.statement(
                "SELECT number, at, role, name, action, subject, detail FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?")
            defer { row.reset() }
            row.bind(1, before ?? .max)
            row.bind(2, Int64(limit))
            var found: [AuditRecord] = []
            while try row.step() {
                found.append(
                    AuditRecord(
                        number: row.int(0), at: Timestamp(milliseconds: row.int(1)), role: row.text(2), name: row.text(3),
                        action: row.text(4), subject: row.text(5), detail: row.text(6)))
            }
            return found
        }
    }
}
