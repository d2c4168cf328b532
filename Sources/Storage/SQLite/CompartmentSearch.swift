import Exchange
import FHIR

/// One search in one compartment, inside a snapshot that the caller holds. Resources come in the order of their ids.
struct CompartmentSearch {
    let query: SearchQuery
    let compartment: Compartment
    /// The compartment's number in the key: the member's, or 0 for types that the plan shares.
    let member: Int64
    let reader: Reader

    func run(after: [UInt8], opening: (SearchSummary) -> Void, each: (StoredResource) -> Void) throws {
        // A question about another member's Patient has no answer in this compartment.
        guard query.members.allSatisfy({ $0.contains { $0.utf8.elementsEqual(compartment.patientID.utf8) } }) else {
            return opening(SearchSummary(total: 0, pageCount: 0, next: nil))
        }
        try isUnconditional ? runWhole(after: after, opening, each) : runFiltered(after: after, opening, each)
    }

    private var isUnconditional: Bool {
        query.clauses.isEmpty && query.restriction == nil && query.ids.isEmpty && query.lastUpdated.isEmpty
    }

    private var limit: Int { query.isCountOnly ? 0 : query.count }

    private func bindKey(_ statement: Statement) {
        statement.bind(1, compartment.plan.number)
        statement.bind(2, member)
        statement.bind(3, Int64(query.type.rawValue))
    }

    // MARK: Everything of a type: the kept count, and one ordered read of the page

    private func runWhole(after: [UInt8], _ opening: (SearchSummary) -> Void, _ each: (StoredResource) -> Void) throws {
        let total = try count()
        let last = limit > 0 ? try lastOfPage(after: after) : (id: nil, pageCount: 0, isEnd: true)
        opening(SearchSummary(total: total, pageCount: last.pageCount, next: last.isEnd ? nil : last.id))
        guard last.pageCount > 0 else { return }
        let statement = try reader.statement(
            """
            SELECT id, version, updated_at, body FROM resource WHERE plan = ?1 AND member = ?2 AND type = ?3 AND id > ?4 ORDER BY id LIMIT ?5
            """)
        defer { statement.reset() }
        bindKey(statement)
        statement.bindText(4, after)
        statement.bind(5, Int64(last.pageCount))
        while try statement.step() { each(Self.resource(statement, id: statement.bytes(0))) }
    }

    private func count() throws -> Int {
        let statement = try reader.statement("SELECT count FROM resource_count WHERE plan = ? AND member = ? AND type = ?")
        defer { statement.reset() }
        bindKey(statement)
        return try statement.step() ? Int(statement.int(0)) : 0
    }

    /// Steps over the page in the index alone, to know whether another follows.
    private func lastOfPage(after: [UInt8]) throws -> (id: String?, pageCount: Int, isEnd: Bool) {
        let statement = try reader.statement(
            "SELECT id FROM resource WHERE plan = ?1 AND member = ?2 AND type = ?3 AND id > ?4 ORDER BY id LIMIT ?5")
        defer { statement.reset() }
        bindKey(statement)
        statement.bindText(4, after)
        statement.bind(5, Int64(limit + 1))
        var pageCount = 0
        var last: String?
        while try statement.step() {
            if pageCount == limit { return (last, pageCount, false) }
            pageCount += 1
            if pageCount == limit { last = statement.text(0) }
        }
        return (nil, pageCount, true)
    }

    // MARK: With conditions: a walk over the type's index rows

    private func runFiltered(after: [UInt8], _ opening: (SearchSummary) -> Void, _ each: (StoredResource) -> Void) throws {
        let statement = try reader.statement(
            "SELECT rowid, id, updated_at, terms FROM resource WHERE plan = ? AND member = ? AND type = ? ORDER BY id")
        defer { statement.reset() }
        bindKey(statement)
        var total = 0
        var isEnd = true
        var rows: [Int64] = []
        var last: String?
        while try statement.step() {
            guard try matches(statement) else { continue }
            total += 1
            guard after.isEmpty || after.lexicographicallyPrecedes(statement.bytes(1)) else { continue }
            if rows.count < limit {
                rows.append(statement.int(0))
                if rows.count == limit { last = statement.text(1) }
            } else {
                isEnd = limit == 0
            }
        }
        opening(SearchSummary(total: total, pageCount: rows.count, next: isEnd ? nil : last))
        for row in rows {
            let statement = try reader.statement("SELECT id, version, updated_at, body FROM resource WHERE rowid = ?")
            defer { statement.reset() }
            statement.bind(1, row)
            if try statement.step() { each(Self.resource(statement, id: statement.bytes(0))) }
        }
    }

    private func matches(_ row: Statement) throws -> Bool {
        if !query.lastUpdated.isEmpty {
            let moment = Timestamp(milliseconds: row.int(2))
            guard query.lastUpdated.allSatisfy({ $0.holds(moment) }) else { return false }
        }
        if !query.ids.isEmpty {
            let id = row.bytes(1)
            guard query.ids.allSatisfy({ $0.contains { $0.utf8.elementsEqual(id) } }) else { return false }
        }
        return query.clauses.isEmpty && query.restriction == nil ? true : query.matches(row.bytes(3))
    }

    private static func resource(_ row: Statement, id: UnsafeRawBufferPointer) -> StoredResource {
        StoredResource(id: id, version: Int(row.int(1)), lastUpdated: Timestamp(milliseconds: row.int(2)), body: row.bytes(3))
    }
}
