package import Exchange
package import FHIR

extension SQLiteStore: UsageStore, DeletionStore {
    package func usage(of plan: Key<Plan>, for quota: PlanQuota) throws(Refusal) -> PlanUsage {
        try read { reader in
            func number(_ sql: StaticString) throws -> Int {
                let statement = try reader.statement(sql)
                defer { statement.reset() }
                statement.bind(1, plan.number)
                return try statement.step() ? Int(statement.int(0)) : 0
            }
            return PlanUsage(
                members: quota.members == nil ? 0 : try number("SELECT count(*) FROM member WHERE plan = ?"),
                resources: quota.resources == nil ? 0 : try number("SELECT coalesce(sum(count), 0) FROM resource_count WHERE plan = ?"),
                bytes: quota.bytes == nil ? 0 : try number("SELECT coalesce(sum(length(body)), 0) FROM resource WHERE plan = ?"))
        }
    }

    package func growth(of batch: [PreparedResource], plan: Key<Plan>) throws(Refusal) -> PlanUsage {
        try read { reader in
            try reader.snapshot {
                var growth = PlanUsage()
                var newPatients: [String: Bool] = [:]
                for resource in batch {
                    if case .member(let patient) = resource.owner, newPatients[patient.text] == nil {
                        newPatients[patient.text] = try !Self.isMember(reader, plan, patient.text)
                    }
                    guard !resource.isRepeat else { continue }
                    guard let old = try Self.kept(reader, resource, plan) else {
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

    private static func kept(_ reader: Reader, _ resource: PreparedResource, _ plan: Key<Plan>) throws -> (isSame: Bool, bytes: Int)? {
        let row = try reader.statement(
            """
            SELECT r.digest, length(r.body) FROM resource_place p JOIN resource r ON r.plan = p.plan AND r.member = p.member
            WHERE p.plan = ?1 AND p.key = ?2 AND r.type = ?3 AND r.id = ?4
            """)
        defer { row.reset() }
        row.bind(1, plan.number)
        row.bind(2, resource.key)
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
                let row = try reader.statement(
                    """
                    SELECT p.member FROM resource_place p JOIN resource r ON r.plan = p.plan AND r.member = p.member
                    WHERE p.plan = ?1 AND p.key = ?2 AND r.type = ?3 AND r.id = ?4
                    """)
                defer { row.reset() }
                row.bind(1, plan.number)
                row.bind(2, ResourceKey.number(type, id.text))
                row.bind(3, Int64(type.rawValue))
                row.bind(4, id.text)
                if try row.step() { owned[row.int(0), default: []].append((type, id)) }
            }
            return owned
        }
        defer { clinicalMark.changed() }
        do {
            for (member, resources) in owned { try bulk.remove(resources, plan: plan, member: Key(member)) }
        } catch { throw Self.refusal(error) }
        return owned.values.reduce(0) { $0 + $1.count }
    }
}
