package import Exchange
package import FHIR

extension Store: UsageStore, DeletionStore {
    package func usage(of plan: Key<Plan>, for quota: PlanQuota) throws(Refusal) -> PlanUsage {
        try survey { reader in
            func number(_ sql: StaticString) throws -> Int {
                let statement = try reader.statement(sql)
                defer { statement.reset() }
                statement.bind(1, plan.number)
                return try statement.step() ? Int(statement.int(0)) : 0
            }
            return PlanUsage(
                members: quota.members == nil ? 0 : try number("SELECT count(*) FROM member WHERE plan = ?"),
                resources: quota.resources == nil
                    ? 0 : try number("SELECT CAST(coalesce(sum(count), 0) AS BIGINT) FROM resource_count WHERE plan = ? AND member >= 0"),
                bytes: quota.bytes == nil
                    ? 0 : try number("SELECT CAST(coalesce(sum(length(body)), 0) AS BIGINT) FROM resource WHERE plan = ? AND member >= 0"))
        }
    }

    package func isEmpty(_ plan: Key<Plan>) throws(Refusal) -> Bool {
        try read { reader in
            let statement = try reader.statement("SELECT 1 FROM resource_count WHERE plan = ? AND member >= 0 AND count > 0 LIMIT 1")
            defer { statement.reset() }
            statement.bind(1, plan.number)
            return try !statement.step()
        }
    }

    package func growth(of batch: [PreparedResource], plan: Key<Plan>) throws(Refusal) -> PlanUsage {
        try read { reader in
            try reader.snapshot {
                var growth = PlanUsage()
                var newPatients: [String: Bool] = [:]
                let places = try Self.places(reader, plan, batch.map(\.key))
                for resource in batch {
                    if case .member(let patient) = resource.owner, newPatients[patient.text] == nil {
                        newPatients[patient.text] = try !Self.isMember(reader, plan, patient.text)
                    }
                    guard !resource.isRepeat else { continue }
                    guard let member = places[resource.key], let old = try Self.kept(reader, resource, member, plan) else {
                        growth.resources += 1
                        growth.bytes += resource.size
                        continue
                    }
                    if !old.isSame { growth.bytes += resource.size - old.bytes }
                }
                growth.members = newPatients.values.count { $0 }
                for resource in batch {
                    // A roster line that had no record yet becomes this member's.
                    guard let line = resource.roster, let patient = line.patientID, newPatients[patient] == true else { continue }
                    if try Self.isWaiting(reader, plan, memberID: line.memberID) { growth.members -= 1 }
                }
                return growth
            }
        }
    }

    private static func isMember(_ reader: Reader, _ plan: Key<Plan>, _ patient: String) throws -> Bool {
        let statement = try reader.statement("SELECT 1 FROM member WHERE plan = ? AND patient_id = ?")
        defer { statement.reset() }
        statement.bind(1, plan.number)
        statement.bind(2, patient)
        return try statement.step()
    }

    private static func isWaiting(_ reader: Reader, _ plan: Key<Plan>, memberID: String) throws -> Bool {
        let statement = try reader.statement("SELECT 1 FROM member WHERE plan = ? AND member_id = ? AND patient_id IS NULL")
        defer { statement.reset() }
        statement.bind(1, plan.number)
        statement.bind(2, memberID)
        return try statement.step()
    }

    /// In whose compartment a resource with this number stands. Asked by itself, for places and resources may lie on different machines.
    private static func place(_ reader: Reader, _ plan: Key<Plan>, _ key: Int64) throws -> Int64? {
        let row = try reader.statement("SELECT member FROM resource_place WHERE plan = ? AND key = ? AND removed_version IS NULL")
        defer { row.reset() }
        row.bind(1, plan.number)
        row.bind(2, key)
        return try row.step() ? row.int(0) : nil
    }

    /// The same for many, sixteen in one question.
    private static func places(_ reader: Reader, _ plan: Key<Plan>, _ keys: [Int64]) throws -> [Int64: Int64] {
        let rows = try reader.statement(
            """
            SELECT key, member FROM resource_place
            WHERE plan = ? AND removed_version IS NULL AND key IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        defer { rows.reset() }
        var places: [Int64: Int64] = [:]
        for start in stride(from: 0, to: keys.count, by: 16) {
            rows.reset()
            rows.bind(1, plan.number)
            // The last question names its last key several times.
            for index in 0..<16 { rows.bind(Int32(index + 2), keys[min(start + index, keys.count - 1)]) }
            while try rows.step() { places[rows.int(0)] = rows.int(1) }
        }
        return places
    }

    private static func kept(
        _ reader: Reader, _ resource: PreparedResource, _ member: Int64, _ plan: Key<Plan>
    ) throws -> (isSame: Bool, bytes: Int)? {
        let row = try reader.statement("SELECT digest, length(body) FROM resource WHERE plan = ? AND member = ? AND type = ? AND id = ?")
        defer { row.reset() }
        row.bind(1, plan.number)
        row.bind(2, member)
        row.bind(3, Int64(resource.type.rawValue))
        row.bind(4, resource.id.text)
        guard try row.step() else { return nil }
        return (resource.digest.withUnsafeBytes { $0.elementsEqual(row.bytes(0)) }, Int(row.int(1)))
    }

    package func delete(_ resources: [(type: ResourceType, id: ResourceID)], plan: Key<Plan>, at now: Timestamp) throws(Refusal) -> Int {
        let owned = try read { reader in
            var owned: [Int64: [(type: ResourceType, id: ResourceID)]] = [:]
            var named: Set<String> = []
            for (type, id) in resources where named.insert("\(type.name)/\(id.text)").inserted {
                guard let member = try Self.place(reader, plan, ResourceKey.number(type, id.text)) else { continue }
                let row = try reader.statement("SELECT 1 FROM resource WHERE plan = ? AND member = ? AND type = ? AND id = ?")
                defer { row.reset() }
                row.bind(1, plan.number)
                row.bind(2, member)
                row.bind(3, Int64(type.rawValue))
                row.bind(4, id.text)
                if try row.step() { owned[member, default: []].append((type, id)) }
            }
            return owned
        }
        defer { clinicalMark.changed() }
        do {
            for (member, resources) in owned { try engine.remove(resources, plan: plan, member: Key(member), for: nil) }
        } catch { throw Self.refusal(error) }
        return owned.values.reduce(0) { $0 + $1.count }
    }
}
