package import Exchange
package import FHIR

extension SQLiteStore: ClinicalStore {
    /// The compartment's number in the key: 0 is the plan's shared one.
    private static func member(of type: ResourceType, in compartment: Compartment) -> Int64 {
        ReleasedTypes.isShared(type) ? 0 : compartment.member.number
    }

    package func read<T>(
        _ type: ResourceType, id: String, in compartment: Compartment, within restriction: [[SearchClause]]?, _ body: (StoredResource) -> T
    ) throws(Refusal) -> T? {
        try read { reader in
            let statement = try reader.statement(
                "SELECT version, updated_at, body, terms FROM resource WHERE plan = ? AND member = ? AND type = ? AND id = ?")
            defer { statement.reset() }
            statement.bind(1, compartment.plan.number)
            statement.bind(2, Self.member(of: type, in: compartment))
            statement.bind(3, Int64(type.rawValue))
            statement.bind(4, id)
            guard try statement.step() else { return nil }
            if let restriction, !SearchQuery.isOpen(statement.bytes(3), by: restriction) { return nil }
            return body(
                StoredResource(
                    id: id, version: Int(statement.int(0)), lastUpdated: Timestamp(milliseconds: statement.int(1)), body: statement.bytes(2)
                ))
        }
    }

    package func search(
        _ query: SearchQuery, in compartment: Compartment, after: String?, opening: (SearchSummary) -> Void, each: (StoredResource) -> Void
    ) throws(Refusal) {
        try read { reader in
            try reader.snapshot {
                let found = try scan(query, compartment, after: after, reader)
                opening(found.summary)
                for (row, id) in found.page {
                    let statement = try reader.statement("SELECT version, updated_at, body FROM resource WHERE rowid = ?")
                    defer { statement.reset() }
                    statement.bind(1, row)
                    guard try statement.step() else { continue }
                    each(
                        StoredResource(
                            id: id, version: Int(statement.int(0)), lastUpdated: Timestamp(milliseconds: statement.int(1)),
                            body: statement.bytes(2)))
                }
            }
        }
    }

    /// Walks the compartment's index of one type in the order of ids, keeping what matches.
    private func scan(
        _ query: SearchQuery, _ compartment: Compartment, after: String?, _ reader: Reader
    ) throws -> (summary: SearchSummary, page: [(row: Int64, id: String)]) {
        // A question about another member's Patient has no answer in this compartment.
        guard query.members.allSatisfy({ $0.contains { $0.utf8.elementsEqual(compartment.patientID.utf8) } }) else {
            return (SearchSummary(total: 0, pageCount: 0, next: nil), [])
        }
        let statement = try reader.statement(
            "SELECT rowid, id, updated_at, terms FROM resource WHERE plan = ? AND member = ? AND type = ? ORDER BY id")
        defer { statement.reset() }
        statement.bind(1, compartment.plan.number)
        statement.bind(2, Self.member(of: query.type, in: compartment))
        statement.bind(3, Int64(query.type.rawValue))
        var total = 0
        var beyond = false
        var page: [(row: Int64, id: String)] = []
        let after = after.map { Array($0.utf8) }
        let limit = query.isCountOnly ? 0 : query.count
        while try statement.step() {
            guard query.lastUpdated.isEmpty || query.lastUpdated.allSatisfy({ $0.holds(Timestamp(milliseconds: statement.int(2))) }) else {
                continue
            }
            let id = statement.bytes(1)
            guard query.ids.allSatisfy({ $0.contains { $0.utf8.elementsEqual(id) } }) else { continue }
            guard query.clauses.isEmpty && query.restriction == nil || query.matches(statement.bytes(3)) else { continue }
            total += 1
            if let after, !after.lexicographicallyPrecedes(id) { continue }
            if page.count < limit {
                page.append((statement.int(0), String(decoding: id, as: UTF8.self)))
            } else {
                beyond = limit > 0
            }
        }
        return (SearchSummary(total: total, pageCount: page.count, next: beyond ? page.last?.id : nil), page)
    }

    package func counts(in compartment: Compartment) throws(Refusal) -> [ResourceType: Int] {
        try read { reader in
            let statement = try reader.statement("SELECT type, COUNT(*) FROM resource WHERE plan = ? AND member = ? GROUP BY type")
            defer { statement.reset() }
            statement.bind(1, compartment.plan.number)
            statement.bind(2, compartment.member.number)
            var counts: [ResourceType: Int] = [:]
            while try statement.step() {
                if let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: statement.int(0))) { counts[type] = Int(statement.int(1)) }
            }
            return counts
        }
    }
}
