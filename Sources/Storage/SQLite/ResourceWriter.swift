import Exchange
import FHIR

/// Puts prepared resources into the tables, inside a transaction that the caller holds.
final class ResourceWriter {
    private let plan: Int64
    private var now = Timestamp(milliseconds: 0)
    private var instant: [UInt8] = []
    /// The bytes of the row that is written.
    private var body: [UInt8] = []
    private var members: [String: Int64] = [:]
    private struct Shelf: Hashable { let member: Int64, type: ResourceType }
    /// By shelf, how many resources it has gained; one that stands here with 0 has changed all the same.
    private var gained: [Shelf: Int64] = [:]
    private let addCount: Statement
    private let insert: Statement
    private let find: Statement
    private let update: Statement
    private let findMember: Statement
    private let addMember: Statement
    private let place: Statement
    private let findPlace: Statement
    private let move: Statement
    private let change: Statement
    private let removeResource: Statement
    private let removePlace: Statement
    private let roster: RosterWriter

    init(_ connection: OpaquePointer, plan: Key<Plan>) throws {
        self.plan = plan.number
        insert = try Statement(
            connection,
            """
            INSERT INTO resource (plan, member, type, id, version, updated_at, digest, body) VALUES (?, ?, ?, ?, 1, ?, ?, ?)
            """)
        find = try Statement(
            connection, "SELECT rowid, version, digest FROM resource WHERE plan = ? AND member = ? AND type = ? AND id = ?")
        place = try Statement(
            connection, "INSERT INTO resource_place (plan, key, member) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        findPlace = try Statement(connection, "SELECT member FROM resource_place WHERE plan = ? AND key = ?")
        move = try Statement(connection, "UPDATE resource_place SET member = ? WHERE plan = ? AND key = ?")
        update = try Statement(
            connection, "UPDATE resource SET member = ?, version = ?, updated_at = ?, digest = ?, body = ? WHERE rowid = ?")
        findMember = try Statement(connection, "SELECT number FROM member WHERE plan = ? AND patient_id = ?")
        addMember = try Statement(connection, "INSERT INTO member (plan, patient_id) VALUES (?, ?) RETURNING number")
        addCount = try Statement(
            connection,
            """
            INSERT INTO resource_count (plan, member, type, count) VALUES (?1, ?2, ?3, max(?4, 0))
            ON CONFLICT (plan, member, type) DO UPDATE SET count = count + ?4, version = version + 1
            """)
        change = try Statement(connection, "UPDATE clinical_change SET number = number + 1")
        removeResource = try Statement(connection, "DELETE FROM resource WHERE plan = ? AND member = ? AND type = ? AND id = ?")
        removePlace = try Statement(connection, "DELETE FROM resource_place WHERE plan = ? AND key = ? AND member = ?")
        roster = try RosterWriter(connection, plan: plan)
    }

    func keep(_ batch: [PreparedResource], at now: Timestamp) throws -> [ImportOutcome] {
        (self.now, instant) = (now, now.instantBytes)
        // Others may have changed the roster since the last batch.
        members.removeAll(keepingCapacity: true)
        let outcomes = try batch.map { try keep($0) }
        try keepCounts()
        return outcomes
    }

    /// Takes these out of the member's compartment, or the shared ones out of the plan's; what is not there is left out.
    func remove(_ resources: [(type: ResourceType, id: ResourceID)], member: Key<Member>) throws {
        for (type, id) in resources {
            let owner = ReleasedTypes.isShared(type) ? 0 : member.number
            removeResource.reset()
            removeResource.bind(1, plan)
            removeResource.bind(2, owner)
            removeResource.bind(3, Int64(type.rawValue))
            removeResource.bind(4, id.text)
            _ = try removeResource.step()
            removeResource.reset()
            guard removeResource.changesCount == 1 else { continue }
            removePlace.bind(1, plan)
            removePlace.bind(2, ResourceKey.number(type, id.text))
            removePlace.bind(3, owner)
            _ = try removePlace.step()
            removePlace.reset()
            gained[Shelf(member: owner, type: type), default: 0] -= 1
        }
        try keepCounts()
    }

    /// Nothing of the batch has been kept.
    func forget() { gained.removeAll() }

    private func keep(_ resource: PreparedResource) throws -> ImportOutcome {
        guard let member = try owner(of: resource) else {
            return .refused("It names no Patient, and none of the resources it names is known here.")
        }
        let outcome: ImportOutcome
        if try takePlace(resource, member) {
            try add(resource, member)
            outcome = .added
        } else {
            outcome = try replace(resource, member)
        }
        if let entry = resource.roster { try roster.keep(entry, fromPatient: true) }
        return outcome
    }

    /// True when the plan had no such resource before.
    private func takePlace(_ resource: PreparedResource, _ member: Int64) throws -> Bool {
        place.reset()
        place.bind(1, plan)
        place.bind(2, resource.key)
        place.bind(3, member)
        // RETURNING would tell as well, through a table of its own for each row.
        _ = try place.step()
        place.reset()
        return place.changesCount == 1
    }

    private func add(_ resource: PreparedResource, _ member: Int64) throws {
        resource.writeFirst(into: &body, lastUpdated: instant)
        insert.reset()
        insert.bind(1, plan)
        insert.bind(2, member)
        insert.bind(3, Int64(resource.type.rawValue))
        insert.bind(5, now.milliseconds)
        var id = resource.id.text
        try id.withUTF8 { id in
            try resource.digest.withUnsafeBytes { digest in
                try body.withUnsafeBytes { body in
                    insert.bind(4, lentText: UnsafeRawBufferPointer(id))
                    insert.bind(6, lent: digest)
                    insert.bind(7, lent: body)
                    _ = try insert.step()
                    insert.reset()
                }
            }
        }
        gained[Shelf(member: member, type: resource.type), default: 0] += 1
    }

    /// Adds what this batch has brought to the kept counts.
    private func keepCounts() throws {
        guard !gained.isEmpty else { return }
        for (shelf, count) in gained {
            addCount.reset()
            addCount.bind(1, plan)
            addCount.bind(2, shelf.member)
            addCount.bind(3, Int64(shelf.type.rawValue))
            addCount.bind(4, count)
            _ = try addCount.step()
        }
        addCount.reset()
        gained.removeAll()
        change.reset()
        _ = try change.step()
        change.reset()
    }

    /// The same bytes in the same compartment change nothing; otherwise there is a next version.
    private func replace(_ resource: PreparedResource, _ member: Int64) throws -> ImportOutcome {
        var before = try owner(ofKey: resource.key) ?? member
        defer { find.reset() }
        if try !isFound(resource, before) {
            // The place is another resource's of the same number, or was; this one stands where it belongs, or is new.
            before = member
            guard try isFound(resource, member) else {
                try add(resource, member)
                return .added
            }
        }
        let row = find.int(0)
        let version = Int(find.int(1)) + 1
        if before == member, resource.digest.withUnsafeBytes({ $0.elementsEqual(find.bytes(2)) }) { return .unchanged }
        if resource.isRepeat { return .repeated }
        if before != member {
            gained[Shelf(member: before, type: resource.type), default: 0] -= 1
            gained[Shelf(member: member, type: resource.type), default: 0] += 1
            move.reset()
            move.bind(1, member)
            move.bind(2, plan)
            move.bind(3, resource.key)
            _ = try move.step()
            move.reset()
        }
        // A new version of what is there counts as a change of its shelf.
        gained[Shelf(member: member, type: resource.type), default: 0] += 0
        update.reset()
        update.bind(1, member)
        update.bind(2, Int64(version))
        update.bind(3, now.milliseconds)
        resource.digest.withUnsafeBytes { update.bind(4, Array($0)) }
        update.bind(5, resource.body(version: version, lastUpdated: instant))
        update.bind(6, row)
        _ = try update.step()
        return .updated
    }

    private func owner(of resource: PreparedResource) throws -> Int64? {
        switch resource.owner {
        case .plan: return 0
        case .member(let patientID): return try member(patientID.text)
        case .ownerOf(let targets):
            for target in targets {
                let key = ResourceKey.number(target.type, target.id.text)
                if let member = try owner(ofKey: key), member != 0 { return member }
            }
            return nil
        }
    }

    /// Finds the resource in this member's compartment; its row is then `find`'s.
    private func isFound(_ resource: PreparedResource, _ member: Int64) throws -> Bool {
        find.reset()
        find.bind(1, plan)
        find.bind(2, member)
        find.bind(3, Int64(resource.type.rawValue))
        find.bind(4, resource.id.text)
        return try find.step()
    }

    private func owner(ofKey key: Int64) throws -> Int64? {
        findPlace.reset()
        defer { findPlace.reset() }
        findPlace.bind(1, plan)
        findPlace.bind(2, key)
        return try findPlace.step() ? findPlace.int(0) : nil
    }

    /// The compartment of this Patient, made when its first resource arrives.
    private func member(_ patientID: String) throws -> Int64 {
        if let known = members[patientID] { return known }
        findMember.reset()
        findMember.bind(1, plan)
        findMember.bind(2, patientID)
        let number: Int64
        if try findMember.step() {
            number = findMember.int(0)
        } else {
            addMember.reset()
            addMember.bind(1, plan)
            addMember.bind(2, patientID)
            _ = try addMember.step()
            number = addMember.int(0)
            addMember.reset()
        }
        findMember.reset()
        members[patientID] = number
        return number
    }
}
