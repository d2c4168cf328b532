import Exchange
import FHIR

/// The clinical tables on a PostgreSQL server: a batch asks what it must know in a few questions, and its new rows go in by COPY.
final class PostgresResourceTable: ResourceTable {
    private struct Stored {
        var version: Int64
        var digest: [UInt8]
    }

    private let connection: PostgresConnection
    private let plan: Int64
    private let findMembers: PostgresStatement
    private let addMembers: PostgresStatement
    private let findPlaces: PostgresStatement
    private let findRows: PostgresStatement
    private let update: PostgresStatement
    private let removeRow: PostgresStatement
    private let movePlace: PostgresStatement
    private let takeBack: PostgresStatement
    private let removePlaceRow: PostgresStatement
    private let addCount: PostgresStatement
    private let addCounts: PostgresStatement
    private let change: PostgresStatement
    private var newRows = PostgresCopy(
        into: "resource", columns: ["plan", "member", "type", "id", "version", "updated_at", "digest", "body"])
    private var placeRows = PostgresCopy(into: "resource_place", columns: ["plan", "key", "member"])

    /// False while batches before this one may not be in the tables yet: then one that leans on them is refused with `LeansOnEarlier`.
    var mayLean = true
    /// When the sending of rows rests.
    var pace = ImportPace.full
    /// What comes is taken for new without asking, as in a first load. One that is not new is refused by the index, and everything is asked
    /// for from then on until nothing of a batch was there.
    var expectsNew = true
    /// Nothing that was asked for was there.
    private(set) var foundNothing = false

    let step = Int.max

    // What is known of the batch.
    private var newPlaces: [(key: Int64, member: Int64)] = []
    private var members: [String: Int64] = [:]
    private var places: [Int64: Int64] = [:]
    /// The last versions of what was removed.
    private var removed: [Int64: Int64] = [:]
    private var rows: [ResourceRow: Stored] = [:]
    /// Whether a resource comes twice in the batch, so that what is written first must be known later.
    private var hasTwice = false
    private struct Update {
        let row: ResourceRow, version: Int64, updatedAt: Int64, digest: [UInt8], body: [UInt8]
    }
    private var updates: [Update] = []
    private var counts: [(gained: Int64, member: Int64, type: ResourceType)] = []
    private var hasChanged = false

    static let placesByKey = "SELECT key, member, removed_version FROM resource_place WHERE plan = ? AND key = ANY (?)"
    static let rowsByKey = """
        SELECT r.member, r.type, r.id, r.version, r.digest FROM unnest(?1, ?2, ?3) AS wanted (member, type, id)
        JOIN resource r ON r.plan = ?4 AND r.member = wanted.member AND r.type = wanted.type AND r.id = wanted.id
        """

    init(_ connection: PostgresConnection, plan: Key<Plan>) {
        (self.connection, self.plan) = (connection, plan.number)
        findMembers = PostgresStatement(connection, "SELECT patient_id, number FROM member WHERE plan = ? AND patient_id = ANY (?)")
        addMembers = PostgresStatement(
            connection, "INSERT INTO member (plan, patient_id) SELECT ?, unnest(?) ON CONFLICT DO NOTHING RETURNING patient_id, number")
        findPlaces = PostgresStatement(connection, Self.placesByKey)
        takeBack = PostgresStatement(connection, ClinicalSQL.returnPlace)
        findRows = PostgresStatement(connection, Self.rowsByKey)
        update = PostgresStatement(connection, ClinicalSQL.update)
        removeRow = PostgresStatement(connection, ClinicalSQL.remove)
        movePlace = PostgresStatement(connection, ClinicalSQL.movePlace)
        removePlaceRow = PostgresStatement(connection, ClinicalSQL.removePlace)
        addCount = PostgresStatement(connection, ClinicalSQL.count)
        addCounts = PostgresStatement(
            connection,
            """
            INSERT INTO resource_count AS known (plan, member, type, count) SELECT ?1, member, type, gained
            FROM unnest(?2, ?3, ?4) AS shelf (member, type, gained)
            ON CONFLICT (plan, member, type) DO UPDATE SET count = known.count + excluded.count, version = known.version + 1
            """)
        change = PostgresStatement(connection, ClinicalSQL.change)
    }

    /// Nothing of the batch has been kept.
    func forget() {
        newRows.forget()
        placeRows.forget()
        newPlaces.removeAll(keepingCapacity: true)
        (members, places, removed, rows) = ([:], [:], [:], [:])
        (updates, counts, hasChanged, foundNothing) = ([], [], false, false)
    }

    // MARK: What the batch must know

    /// Finds the members whose resources these are, and makes those who are new. Outside a transaction.
    func bringMembers(of batch: [PreparedResource]) throws {
        try ask(members: Set(batch.compactMap { if case .member(let patient) = $0.owner { patient.text } else { nil } }))
    }

    func prepare(for batch: ArraySlice<PreparedResource>, owners: [Int64?]) throws {
        let own = Set(batch.map(\.key))
        hasTwice = own.count < batch.count
        var keys = expectsNew ? Set(batch.lazy.filter(\.isRepeat).map(\.key)) : own
        for resource in batch {
            if case .ownerOf(let targets) = resource.owner {
                for target in targets { keys.insert(ResourceKey.number(target.type, target.id.text)) }
            }
        }
        try ask(places: keys)
        foundNothing = places.isEmpty && removed.isEmpty
        if !mayLean, leansOnEarlier(batch, own) { throw LeansOnEarlier() }
        var wanted: Set<ResourceRow> = []
        for resource in batch {
            guard let place = places[resource.key] else { continue }
            let own: Int64? =
                switch resource.owner {
                case .plan: 0
                case .member(let patient): members[patient.text]
                case .ownerOf: nil
                }
            for member in [place, own].compactMap({ $0 }) {
                wanted.insert(ResourceRow(member: member, type: resource.type, id: resource.id.text))
            }
        }
        try ask(rows: Array(wanted))
    }

    /// Whether what happens to a resource may depend on one that is neither in the tables nor among these.
    private func leansOnEarlier(_ batch: ArraySlice<PreparedResource>, _ own: Set<Int64>) -> Bool {
        batch.contains { resource in
            if resource.isRepeat, places[resource.key] == nil { return true }
            guard case .ownerOf(let targets) = resource.owner else { return false }
            for target in targets {
                let key = ResourceKey.number(target.type, target.id.text)
                if own.contains(key) || places[key] ?? 0 != 0 { return false }
                if places[key] == nil { return true }
            }
            return false
        }
    }

    private func ask(members wanted: Set<String>) throws {
        guard !wanted.isEmpty else { return }
        func take(_ statement: PostgresStatement, _ ids: [String]) throws {
            defer { statement.reset() }
            statement.bind(1, plan)
            statement.bind(2, texts: ids)
            while try statement.step() { members[statement.text(0)] = statement.int(1) }
        }
        try take(findMembers, Array(wanted))
        func missing() -> [String] { wanted.filter { members[$0] == nil }.sorted() }
        if case let new = missing(), !new.isEmpty { try take(addMembers, new) }
        // Another writer was quicker.
        if case let rest = missing(), !rest.isEmpty { try take(findMembers, rest) }
    }

    private func ask(places keys: Set<Int64>) throws {
        guard !keys.isEmpty else { return }
        defer { findPlaces.reset() }
        findPlaces.bind(1, plan)
        findPlaces.bind(2, numbers: Array(keys))
        while try findPlaces.step() {
            if let version = findPlaces.optionalInt(2) {
                removed[findPlaces.int(0)] = version
            } else {
                places[findPlaces.int(0)] = findPlaces.int(1)
            }
        }
    }

    private func ask(rows wanted: [ResourceRow]) throws {
        guard !wanted.isEmpty else { return }
        defer { findRows.reset() }
        findRows.bind(1, numbers: wanted.map(\.member))
        findRows.bind(2, numbers: wanted.map { Int64($0.type.rawValue) })
        findRows.bind(3, texts: wanted.map(\.id))
        findRows.bind(4, plan)
        while try findRows.step() {
            guard let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: findRows.int(1))) else { continue }
            rows[ResourceRow(member: findRows.int(0), type: type, id: findRows.text(2))] = Stored(
                version: findRows.int(3), digest: Array(findRows.bytes(4)))
        }
    }

    // MARK: Members and places

    func member(ofPatient id: String) throws -> Int64? {
        if members[id] == nil { try ask(members: [id]) }
        return members[id]
    }

    /// `ask` has added whom it did not find.
    func addMember(ofPatient id: String) throws -> Int64 {
        guard let number = members[id] else { throw MissingRow() }
        return number
    }

    func place(of key: Int64) throws -> Int64? { places[key] }

    func takePlace(_ key: Int64, _ member: Int64) throws -> Bool {
        guard places[key] == nil, removed[key] == nil else { return false }
        places[key] = member
        newPlaces.append((key, member))
        return true
    }

    private func flushPlaces() throws {
        // Neighbours in the index one after the other.
        newPlaces.sort { $0.key < $1.key }
        for place in newPlaces {
            placeRows.addRow { bytes in
                bytes.append(sized: Int32(truncatingIfNeeded: plan))
                bytes.append(sized: place.key)
                bytes.append(sized: place.member)
            }
        }
        newPlaces.removeAll(keepingCapacity: true)
        try placeRows.flush(to: connection, pace)
    }

    func movePlace(_ key: Int64, to member: Int64) throws {
        try flushPlaces()
        places[key] = member
        movePlace.bind(1, member)
        movePlace.bind(2, plan)
        movePlace.bind(3, key)
        try movePlace.run()
    }

    func removePlace(_ key: Int64, _ member: Int64, version: Int64) throws {
        try flushPlaces()
        places[key] = nil
        removePlaceRow.bind(1, version)
        removePlaceRow.bind(2, plan)
        removePlaceRow.bind(3, key)
        removePlaceRow.bind(4, member)
        try removePlaceRow.run()
    }

    func returnPlace(_ key: Int64, _ member: Int64) throws -> Int64 {
        guard let version = removed.removeValue(forKey: key) else { return 0 }
        places[key] = member
        takeBack.bind(1, member)
        takeBack.bind(2, plan)
        takeBack.bind(3, key)
        try takeBack.run()
        return version
    }

    // MARK: Rows

    func find(_ row: ResourceRow) throws -> StoredVersion? {
        if rows[row] == nil { try ask(rows: [row]) }
        return rows[row].map { stored in
            StoredVersion(version: stored.version) { $0.withUnsafeBytes { $0.elementsEqual(stored.digest) } }
        }
    }

    func insert(_ row: ResourceRow, version: Int64, updatedAt: Int64, digest: PreparedResource.Digest, body: UnsafeRawBufferPointer) throws
    {
        newRows.addRow { bytes in
            bytes.append(sized: Int32(truncatingIfNeeded: plan))
            bytes.append(sized: row.member)
            bytes.append(sized: Int16(row.type.rawValue))
            var id = row.id
            id.withUTF8 { bytes.append(sized: UnsafeRawBufferPointer($0)) }
            bytes.append(sized: version)
            bytes.append(sized: updatedAt)
            digest.withUnsafeBytes { bytes.append(sized: $0) }
            bytes.append(sized: body)
        }
        if hasTwice { rows[row] = Stored(version: version, digest: digest.withUnsafeBytes { Array($0) }) }
    }

    func update(_ row: ResourceRow, version: Int64, updatedAt: Int64, digest: PreparedResource.Digest, body: [UInt8]) throws {
        let digest = digest.withUnsafeBytes { Array($0) }
        rows[row] = Stored(version: version, digest: digest)
        updates.append(Update(row: row, version: version, updatedAt: updatedAt, digest: digest, body: body))
    }

    func remove(_ row: ResourceRow) throws -> Int64? {
        try flushRows()
        rows[row] = nil
        bind(removeRow, row)
        defer { removeRow.reset() }
        return try removeRow.step() ? removeRow.int(0) : nil
    }

    private func bind(_ statement: PostgresStatement, _ row: ResourceRow, from index: Int32 = 1) {
        statement.bind(index, plan)
        statement.bind(index + 1, row.member)
        statement.bind(index + 2, Int64(row.type.rawValue))
        statement.bind(index + 3, row.id)
    }

    func count(_ gained: Int64, member: Int64, type: ResourceType) throws { counts.append((gained, member, type)) }
    func noteChange() throws { hasChanged = true }

    private func flushRows() throws {
        try newRows.flush(to: connection, pace)
        // In the order in which they came: a resource may come twice.
        try PostgresPipeline(connection: connection).run(update, updates) { statement, change in
            statement.bind(1, change.version)
            statement.bind(2, change.updatedAt)
            statement.bind(3, change.digest)
            statement.bind(4, change.body)
            self.bind(statement, change.row, from: 5)
        }
        updates.removeAll(keepingCapacity: true)
    }

    private func flushCounts() throws {
        guard !counts.isEmpty else { return }
        defer { counts.removeAll(keepingCapacity: true) }
        // Always in the same order, so that two writers wait for each other and not in a circle.
        counts.sort { ($0.member, $0.type.rawValue) < ($1.member, $1.type.rawValue) }
        if counts.allSatisfy({ $0.gained >= 0 }) {
            addCounts.bind(1, plan)
            addCounts.bind(2, numbers: counts.map(\.member))
            addCounts.bind(3, numbers: counts.map { Int64($0.type.rawValue) })
            addCounts.bind(4, numbers: counts.map(\.gained))
            return try addCounts.run()
        }
        try PostgresPipeline(connection: connection).run(addCount, counts) { statement, count in
            statement.bind(1, self.plan)
            statement.bind(2, count.member)
            statement.bind(3, Int64(count.type.rawValue))
            statement.bind(4, count.gained)
        }
    }

    func flush() throws {
        try flushPlaces()
        try flushRows()
        try flushCounts()
        // Last, for every writer waits for this row.
        if hasChanged { try change.run() }
        hasChanged = false
    }
}

/// What the batch brings may depend on a batch before it that is not in the tables yet.
struct LeansOnEarlier: Error {}
