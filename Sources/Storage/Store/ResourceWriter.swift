import Exchange
import FHIR

/// Puts prepared resources into the tables, inside a transaction that the caller holds.
final class ResourceWriter {
    private let table: any ResourceTable
    private let roster: RosterWriter
    private var now = Timestamp(milliseconds: 0)
    private var instant: [UInt8] = []
    private var members: [String: Int64] = [:]
    /// The one that was asked for last: files have a member's resources in a row.
    private var lastMember: (patientID: String, number: Int64)?
    private struct Shelf: Hashable { let member: Int64, type: ResourceType }
    /// By shelf, how many resources it has gained; one that stands here with 0 has changed all the same.
    private var gained: [Shelf: Int64] = [:]
    /// Of how many resources the table is told at once: few after somebody else has waited, for what it has done for the rest was in vain.
    private var step: Int
    private static let leastStep = 64

    init(_ table: any ResourceTable, _ roster: RosterWriter) { (self.table, self.roster, step) = (table, roster, table.step) }

    /// Keeps the batch from `start` on, and stops early when `isEnough` says so; answers one outcome for each that was kept.
    func keep(
        _ batch: [PreparedResource], from start: Int = 0, at now: Timestamp, until isEnough: () -> Bool = { false }
    ) throws -> [ImportOutcome] {
        (self.now, instant) = (now, now.instantBytes)
        // Others may have changed the roster since the last batch.
        members.removeAll(keepingCapacity: true)
        lastMember = nil
        var outcomes: [ImportOutcome] = []
        outcomes.reserveCapacity(batch.count - start)
        while start + outcomes.count < batch.count {
            if try keepStep(batch, from: start + outcomes.count, &outcomes, until: isEnough) { break }
        }
        try keepCounts()
        try table.flush()
        // A Patient's line in the roster may link a record that this batch has brought.
        var lines: [RosterEntry] = []
        for (resource, outcome) in zip(batch[start...], outcomes) {
            if case .refused = outcome { continue }
            if let line = resource.roster { lines.append(line) }
        }
        try roster.keep(lines, fromPatient: true)
        return outcomes
    }

    /// Keeps as many as the table is told of at once; true when it is enough.
    private func keepStep(
        _ batch: [PreparedResource], from start: Int, _ outcomes: inout [ImportOutcome], until isEnough: () -> Bool
    ) throws -> Bool {
        let end = start + min(step, batch.count - start)
        let owners = try batch[start..<end].map { try owner(of: $0) }
        try table.prepare(for: batch[start..<end], owners: owners)
        for index in start..<end {
            outcomes.append(try keep(batch[index], owners[index - start]))
            if outcomes.count % 64 == 0, isEnough() {
                step = Self.leastStep
                return true
            }
        }
        step = min(step, table.step / 2) * 2
        return false
    }

    /// Takes these out of the member's compartment, or the shared ones out of the plan's; what is not there is left out.
    func remove(_ resources: [(type: ResourceType, id: ResourceID)], member: Key<Member>) throws {
        for (type, id) in resources {
            let owner = ReleasedTypes.isShared(type) ? 0 : member.number
            guard let version = try table.remove(ResourceRow(member: owner, type: type, id: id.text)) else { continue }
            try table.removePlace(ResourceKey.number(type, id.text), owner, version: version)
            gained[Shelf(member: owner, type: type), default: 0] -= 1
        }
        try keepCounts()
        try table.flush()
    }

    /// Nothing of the batch has been kept.
    func forget() {
        gained.removeAll()
        table.forget()
    }

    private func keep(_ resource: PreparedResource, _ owner: Int64?) throws -> ImportOutcome {
        guard let member = try owner ?? ownerOfTargets(of: resource) else {
            return .refused("It names no Patient, and none of the resources it names is known here.")
        }
        guard try table.takePlace(resource.key, member) else { return try replace(resource, member) }
        try add(resource, member, version: 1)
        return .added
    }

    private func row(_ resource: PreparedResource, _ member: Int64) -> ResourceRow {
        ResourceRow(member: member, type: resource.type, id: resource.id.text)
    }

    private func add(_ resource: PreparedResource, _ member: Int64, version: Int64) throws {
        if version == 1 {
            try resource.withFirst(lastUpdated: instant) { try insert(resource, member, version: version, $0) }
        } else {
            try resource.body(version: Int(version), lastUpdated: instant).withUnsafeBytes {
                try insert(resource, member, version: version, $0)
            }
        }
        gained[Shelf(member: member, type: resource.type), default: 0] += 1
    }

    private func insert(_ resource: PreparedResource, _ member: Int64, version: Int64, _ body: UnsafeRawBufferPointer) throws {
        try table.insert(row(resource, member), version: version, updatedAt: now.milliseconds, digest: resource.digest, body: body)
    }

    /// Adds what this batch has brought to the kept counts.
    private func keepCounts() throws {
        guard !gained.isEmpty else { return }
        for (shelf, count) in gained { try table.count(count, member: shelf.member, type: shelf.type) }
        gained.removeAll()
        try table.noteChange()
    }

    /// The same bytes in the same compartment change nothing; otherwise there is a next version.
    private func replace(_ resource: PreparedResource, _ member: Int64) throws -> ImportOutcome {
        var before = try table.place(of: resource.key) ?? member
        var stored = try table.find(row(resource, before))
        if stored == nil {
            // The place is another resource's of the same number, or was; this one stands where it belongs, or is new.
            before = member
            stored = try table.find(row(resource, member))
        }
        guard let stored else {
            // One that was removed goes on with its versions: a client may remember an older one by its ETag.
            try add(resource, member, version: try table.returnPlace(resource.key, member) + 1)
            return .added
        }
        if before == member, stored.isSame(resource.digest) { return .unchanged }
        if resource.isRepeat { return .repeated }
        let version = stored.version + 1
        let body = resource.body(version: Int(version), lastUpdated: instant)
        if before == member {
            try table.update(row(resource, member), version: version, updatedAt: now.milliseconds, digest: resource.digest, body: body)
        } else {
            // Rows of different members may lie on different machines, so one is taken away and the other added.
            _ = try table.remove(row(resource, before))
            try body.withUnsafeBytes { try insert(resource, member, version: version, $0) }
            try table.movePlace(resource.key, to: member)
            gained[Shelf(member: before, type: resource.type), default: 0] -= 1
            gained[Shelf(member: member, type: resource.type), default: 0] += 1
        }
        // A new version of what is there counts as a change of its shelf.
        gained[Shelf(member: member, type: resource.type), default: 0] += 0
        return .updated
    }

    /// nil when it belongs to whoever owns what it names, which may come before it in the same batch.
    private func owner(of resource: PreparedResource) throws -> Int64? {
        switch resource.owner {
        case .plan: 0
        case .member(let patientID): try member(patientID.text)
        case .ownerOf: nil
        }
    }

    private func ownerOfTargets(of resource: PreparedResource) throws -> Int64? {
        guard case .ownerOf(let targets) = resource.owner else { return nil }
        for target in targets {
            let key = ResourceKey.number(target.type, target.id.text)
            if let member = try table.place(of: key), member != 0 { return member }
        }
        return nil
    }

    /// The compartment of this Patient, made when its first resource arrives.
    private func member(_ patientID: String) throws -> Int64 {
        if let lastMember, lastMember.patientID == patientID { return lastMember.number }
        let number = try members[patientID] ?? table.member(ofPatient: patientID) ?? table.addMember(ofPatient: patientID)
        members[patientID] = number
        lastMember = (patientID, number)
        return number
    }
}
