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
        try read { (reader) -> T? in
            let statement = try reader.statement(
                "SELECT id, version, updated_at, body, terms FROM resource WHERE plan = ? AND member = ? AND type = ? AND id = ?")
            defer { statement.reset() }
            statement.bind(1, compartment.plan.number)
            statement.bind(2, Self.member(of: type, in: compartment))
            statement.bind(3, Int64(type.rawValue))
            statement.bind(4, id)
            guard try statement.step() else { return nil }
            if let restriction, !SearchQuery.isOpen(statement.bytes(4), by: restriction) { return nil }
            return body(
                StoredResource(
                    id: statement.bytes(0), version: Int(statement.int(1)), lastUpdated: Timestamp(milliseconds: statement.int(2)),
                    body: statement.bytes(3)))
        }
    }

    package func search(
        _ query: SearchQuery, in compartment: Compartment, after: String?, opening: (SearchSummary) -> Void, each: (StoredResource) -> Void
    ) throws(Refusal) {
        try read { reader in
            try reader.snapshot {
                let search = CompartmentSearch(
                    query: query, compartment: compartment, member: Self.member(of: query.type, in: compartment), reader: reader)
                try search.run(after: after.map { Array($0.utf8) } ?? [], opening: opening, each: each)
            }
        }
    }

    package func counts(in compartment: Compartment) throws(Refusal) -> [ResourceType: Int] {
        try read { reader in
            let statement = try reader.statement("SELECT type, count FROM resource_count WHERE plan = ? AND member = ? AND count > 0")
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
