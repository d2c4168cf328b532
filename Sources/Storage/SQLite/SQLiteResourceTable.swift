import Exchange
import FHIR

/// The clinical tables of a SQLite file: each question and each row is a statement of its own.
final class SQLiteResourceTable: ResourceTable {
    private let plan: Int64
    private let addCount: any Statement
    private let insert: any Statement
    private let find: any Statement
    private let update: any Statement
    private let findMember: any Statement
    private let addMember: any Statement
    private let place: any Statement
    private let findPlace: any Statement
    private let move: any Statement
    private let takeBack: any Statement
    private let change: any Statement
    private let removeResource: any Statement
    private let removePlace: any Statement
    private let dropPlace: any Statement
    /// Places of resources that have not come yet, by key the member.
    private var ahead: [Int64: Int64] = [:]

    init(_ connection: any Connection, plan: Key<Plan>) throws {
        self.plan = plan.number
        insert = try connection.prepare(ClinicalSQL.insert)
        find = try connection.prepare("SELECT version, digest FROM resource WHERE plan = ? AND member = ? AND type = ? AND id = ?")
        place = try connection.prepare("INSERT INTO resource_place (plan, key, member) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        findPlace = try connection.prepare("SELECT member, removed_version FROM resource_place WHERE plan = ? AND key = ?")
        takeBack = try connection.prepare(ClinicalSQL.returnPlace)
        move = try connection.prepare(ClinicalSQL.movePlace)
        update = try connection.prepare(ClinicalSQL.update)
        findMember = try connection.prepare("SELECT number FROM member WHERE plan = ? AND patient_id = ?")
        addMember = try connection.prepare(ClinicalSQL.addMember)
        addCount = try connection.prepare(ClinicalSQL.count)
        change = try connection.prepare(ClinicalSQL.change)
        removeResource = try connection.prepare(ClinicalSQL.remove)
        removePlace = try connection.prepare(ClinicalSQL.removePlace)
        dropPlace = try connection.prepare("DELETE FROM resource_place WHERE plan = ? AND key = ?")
    }

    /// As many as are kept as one at most: their places touch much of the index, and each of its pages is written once for all of them.
    let step = 16_384

    /// Their places in the order of the index: neighbours then find each other's page at hand.
    func prepare(for batch: ArraySlice<PreparedResource>, owners: [Int64?]) throws {
        var wanted: [(key: Int64, index: Int, member: Int64)] = []
        wanted.reserveCapacity(batch.count)
        for index in batch.indices {
            if let owner = owners[index - batch.startIndex] { wanted.append((batch[index].key, index, owner)) }
        }
        wanted.sort { ($0.key, $0.index) < ($1.key, $1.index) }
        for place in wanted where try addPlace(place.key, place.member) { ahead[place.key] = place.member }
    }

    func flush() throws {
        for key in ahead.keys {
            dropPlace.bind(1, plan)
            dropPlace.bind(2, key)
            try dropPlace.run()
        }
        forget()
    }

    func forget() { ahead.removeAll(keepingCapacity: true) }

    func member(ofPatient id: String) throws -> Int64? {
        findMember.bind(1, plan)
        findMember.bind(2, id)
        defer { findMember.reset() }
        return try findMember.step() ? findMember.int(0) : nil
    }

    func addMember(ofPatient id: String) throws -> Int64 {
        addMember.bind(1, plan)
        addMember.bind(2, id)
        defer { addMember.reset() }
        guard try addMember.step() else { throw MissingRow() }
        return addMember.int(0)
    }

    func place(of key: Int64) throws -> Int64? {
        if ahead[key] != nil { return nil }
        findPlace.bind(1, plan)
        findPlace.bind(2, key)
        defer { findPlace.reset() }
        return try findPlace.step() && findPlace.isNull(1) ? findPlace.int(0) : nil
    }

    func takePlace(_ key: Int64, _ member: Int64) throws -> Bool {
        guard let taken = ahead.removeValue(forKey: key) else { return try addPlace(key, member) }
        // Another with this key, whose owner was known before, comes after it.
        if taken != member { try movePlace(key, to: member) }
        return true
    }

    private func addPlace(_ key: Int64, _ member: Int64) throws -> Bool {
        place.bind(1, plan)
        place.bind(2, key)
        place.bind(3, member)
        // RETURNING would tell as well, through a table of its own for each row.
        defer { place.reset() }
        _ = try place.step()
        return place.changesCount == 1
    }

    func movePlace(_ key: Int64, to member: Int64) throws {
        move.bind(1, member)
        move.bind(2, plan)
        move.bind(3, key)
        try move.run()
    }

    func removePlace(_ key: Int64, _ member: Int64, version: Int64) throws {
        removePlace.bind(1, version)
        removePlace.bind(2, plan)
        removePlace.bind(3, key)
        removePlace.bind(4, member)
        try removePlace.run()
    }

    func returnPlace(_ key: Int64, _ member: Int64) throws -> Int64 {
        findPlace.bind(1, plan)
        findPlace.bind(2, key)
        defer { findPlace.reset() }
        guard try findPlace.step(), let version = findPlace.optionalInt(1) else { return 0 }
        takeBack.bind(1, member)
        takeBack.bind(2, plan)
        takeBack.bind(3, key)
        try takeBack.run()
        return version
    }

    private func bind(_ statement: any Statement, _ row: ResourceRow, from index: Int32 = 1) {
        statement.bind(index, plan)
        statement.bind(index + 1, row.member)
        statement.bind(index + 2, Int64(row.type.rawValue))
        statement.bind(index + 3, row.id)
    }

    func find(_ row: ResourceRow) throws -> StoredVersion? {
        bind(find, row)
        defer { find.reset() }
        guard try find.step() else { return nil }
        let digest = Array(find.bytes(1))
        return StoredVersion(version: find.int(0)) { $0.withUnsafeBytes { $0.elementsEqual(digest) } }
    }

    func insert(_ row: ResourceRow, version: Int64, updatedAt: Int64, digest: PreparedResource.Digest, body: UnsafeRawBufferPointer) throws
    {
        insert.bind(1, plan)
        insert.bind(2, row.member)
        insert.bind(3, Int64(row.type.rawValue))
        insert.bind(5, version)
        insert.bind(6, updatedAt)
        var id = row.id
        try id.withUTF8 { id in
            try digest.withUnsafeBytes { digest in
                insert.bind(4, lentText: UnsafeRawBufferPointer(id))
                insert.bind(7, lent: digest)
                insert.bind(8, lent: body)
                try insert.run()
            }
        }
    }

    func update(_ row: ResourceRow, version: Int64, updatedAt: Int64, digest: PreparedResource.Digest, body: [UInt8]) throws {
        update.bind(1, version)
        update.bind(2, updatedAt)
        digest.withUnsafeBytes { update.bind(3, bytes: $0) }
        update.bind(4, body)
        bind(update, row, from: 5)
        try update.run()
    }

    func remove(_ row: ResourceRow) throws -> Int64? {
        bind(removeResource, row)
        defer { removeResource.reset() }
        return try removeResource.step() ? removeResource.int(0) : nil
    }

    func count(_ gained: Int64, member: Int64, type: ResourceType) throws {
        addCount.bind(1, plan)
        addCount.bind(2, member)
        addCount.bind(3, Int64(type.rawValue))
        addCount.bind(4, gained)
        try addCount.run()
    }

    func noteChange() throws { try change.run() }
}
