package import Exchange
package import FHIR

extension Store: ClinicalStore {
    /// The compartment's number in the key: 0 is the plan's shared one.
    private static func member(of type: ResourceType, in compartment: Compartment) -> Int64 {
        ReleasedTypes.isShared(type) ? 0 : compartment.member.number
    }

    private static func bind(_ statement: any Statement, _ type: ResourceType, _ compartment: Compartment) {
        statement.bind(1, compartment.plan.number)
        statement.bind(2, member(of: type, in: compartment))
        statement.bind(3, Int64(type.rawValue))
    }

    package var waits: Bool { engine.waits }

    package func knownChangeMark() -> Int64? { clinicalMark.current() }

    package func changeMark() throws(Refusal) -> Int64 {
        if let known = clinicalMark.current() { return known }
        return try read { reader in
            let asked = self.clinicalMark.generation
            let statement = try reader.statement("SELECT number FROM clinical_change")
            defer { statement.reset() }
            let number = try statement.step() ? statement.int(0) : 0
            self.clinicalMark.remember(number, since: asked)
            return number
        }
    }

    package func read<T>(
        _ type: ResourceType, id: String, in compartment: Compartment, _ body: (StoredResource) throws -> T
    ) throws -> T? {
        try read { (reader) -> T? in
            let statement = try reader.statement(
                "SELECT id, version, updated_at, body FROM resource WHERE plan = ? AND member = ? AND type = ? AND id = ?")
            defer { statement.reset() }
            Self.bind(statement, type, compartment)
            statement.bind(4, id)
            guard try statement.step() else { return nil }
            return try body(Self.resource(statement))
        }
    }

    package func load(
        _ type: ResourceType, in compartment: Compartment, opening: (ShelfState) throws -> Void, each: (StoredResource) throws -> Void
    ) throws {
        try read { reader in
            try reader.snapshot {
                try opening(try Self.state(reader, type, compartment))
                let statement = try reader.statement(
                    "SELECT id, version, updated_at, body FROM resource WHERE plan = ? AND member = ? AND type = ? ORDER BY id")
                defer { statement.reset() }
                Self.bind(statement, type, compartment)
                while try statement.step() { try each(Self.resource(statement)) }
            }
        }
    }

    package func state(of type: ResourceType, in compartment: Compartment) throws(Refusal) -> ShelfState {
        try read { try Self.state($0, type, compartment) }
    }

    private static func state(_ reader: Reader, _ type: ResourceType, _ compartment: Compartment) throws -> ShelfState {
        let statement = try reader.statement("SELECT version, count FROM resource_count WHERE plan = ? AND member = ? AND type = ?")
        defer { statement.reset() }
        bind(statement, type, compartment)
        return try statement.step() ? ShelfState(version: statement.int(0), count: Int(statement.int(1))) : .empty
    }

    private static func resource(_ row: any Statement) -> StoredResource {
        StoredResource(
            id: row.bytes(0), version: Int(row.int(1)), lastUpdated: Timestamp(milliseconds: row.int(2)), body: row.bytes(3))
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
