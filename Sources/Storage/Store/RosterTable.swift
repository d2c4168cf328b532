import Exchange

/// The roster's statements on one connection.
struct RosterTable {
    /// A line of the roster as it stands.
    struct Row {
        let number: Int64
        let entry: RosterEntry
    }

    /// What is known of some lines before they are kept.
    struct Known {
        var byMemberID: [String: Row] = [:]
        var byPatient: [String: Row] = [:]

        /// The row of the line's Patient, and that of its member ID.
        func rows(of entry: RosterEntry) -> (linked: Row?, named: Row?) {
            (entry.patientID.flatMap { byPatient[$0] }, byMemberID[entry.memberID])
        }

        func has(_ entry: RosterEntry) -> Bool {
            let (linked, named) = rows(of: entry)
            return linked != nil || named != nil
        }
    }

    private let statements: StatementCache
    private let plan: Int64

    /// How many lines one question asks about at most.
    static let most = 64
    /// So many are put in with one statement.
    private static let inserted: [(count: Int, sql: String)] = [64, 8, 1].map { count in
        let line = "(\(places(7)), nullif(?, ''), nullif(?, ''), nullif(?, ''), nullif(?, ''))"
        return (
            count,
            """
            INSERT INTO member (plan, member_id, member_id_folded, first_name, last_name, birth_date, postal_code, email, coverage_start,
                coverage_end, patient_id)
            VALUES \(Array(repeating: line, count: count).joined(separator: ", ")) ON CONFLICT DO NOTHING RETURNING member_id
            """
        )
    }
    private static let columns = Store.memberColumns
    private static let byMemberID = "SELECT \(columns) FROM member WHERE plan = ? AND member_id = ?"
    private static let byPatient = "SELECT \(columns) FROM member WHERE plan = ? AND patient_id = ?"
    private static let byMemberIDs = "SELECT \(columns) FROM member WHERE plan = ? AND member_id IN (\(places(most)))"
    private static let byPatients = "SELECT \(columns) FROM member WHERE plan = ? AND patient_id IN (\(places(most)))"

    private static func places(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }

    init(_ statements: StatementCache, plan: Key<Plan>) { (self.statements, self.plan) = (statements, plan.number) }

    func row(memberID: String) throws -> Row? { try row(Self.byMemberID, memberID) }

    func row(patientID: String) throws -> Row? { try row(Self.byPatient, patientID) }

    private func row(_ sql: String, _ value: String) throws -> Row? {
        let statement = try statements.statement(text: sql)
        defer { statement.reset() }
        statement.bind(1, plan)
        statement.bind(2, value)
        return try statement.step() ? Self.row(statement) : nil
    }

    private static func row(_ statement: any Statement) -> Row {
        Row(
            number: statement.int(0),
            entry: RosterEntry(
                memberID: statement.optionalText(1) ?? "", firstName: statement.text(2), lastName: statement.text(3),
                birthDate: statement.text(4), postalCode: statement.text(5), email: statement.optionalText(6),
                coverageStart: statement.optionalText(7), coverageEnd: statement.optionalText(8), patientID: statement.optionalText(9)))
    }

    /// The rows that have a member ID or a Patient of these, which are `most` at most.
    func known(of entries: [RosterEntry]) throws -> Known {
        var known = Known()
        try forEachRow(Self.byMemberIDs, entries.map(\.memberID)) { known.byMemberID[$0.entry.memberID] = $0 }
        try forEachRow(Self.byPatients, entries.compactMap(\.patientID)) { row in
            if let patient = row.entry.patientID { known.byPatient[patient] = row }
        }
        return known
    }

    private func forEachRow(_ sql: String, _ values: [String], _ body: (Row) -> Void) throws {
        guard let last = values.last else { return }
        let statement = try statements.statement(text: sql)
        defer { statement.reset() }
        statement.bind(1, plan)
        // PostgreSQL prepares a statement for each combination of what is bound and what is not.
        for index in 0..<Self.most { statement.bind(Int32(index) + 2, index < values.count ? values[index] : last) }
        while try statement.step() { body(Self.row(statement)) }
    }

    /// Puts those in that contradict no row, and answers their member IDs.
    func insert(_ entries: [RosterEntry]) throws -> Set<String> {
        var added: Set<String> = []
        var rest = entries[...]
        while let (count, sql) = Self.inserted.first(where: { $0.count <= rest.count }) {
            let statement = try statements.statement(text: sql)
            defer { statement.reset() }
            for (index, entry) in rest.prefix(count).enumerated() { bind(statement, entry, from: Int32(index * 11)) }
            while try statement.step() { added.insert(statement.text(0)) }
            rest = rest.dropFirst(count)
        }
        return added
    }

    func update(_ number: Int64, _ entry: RosterEntry) throws {
        let statement = try statements.statement(
            """
            UPDATE member SET member_id = ?2, member_id_folded = ?3, first_name = ?4, last_name = ?5, birth_date = ?6, postal_code = ?7,
                email = nullif(?8, ''), coverage_start = nullif(?9, ''), coverage_end = nullif(?10, ''), patient_id = nullif(?11, '')
            WHERE plan = ?1 AND number = ?12
            """)
        statement.bind(12, number)
        bind(statement, entry, from: 0)
        try statement.run()
    }

    private func bind(_ statement: any Statement, _ entry: RosterEntry, from place: Int32) {
        statement.bind(place + 1, plan)
        statement.bind(place + 2, entry.memberID)
        statement.bind(place + 3, MemberDetails.identifier(entry.memberID))
        statement.bind(place + 4, entry.firstName)
        statement.bind(place + 5, entry.lastName)
        statement.bind(place + 6, entry.birthDate)
        statement.bind(place + 7, entry.postalCode)
        statement.bind(place + 8, entry.email ?? "")
        statement.bind(place + 9, entry.coverageStart ?? "")
        statement.bind(place + 10, entry.coverageEnd ?? "")
        statement.bind(place + 11, entry.patientID ?? "")
    }

    func hasRecord(_ number: Int64) throws -> Bool {
        let statement = try statements.statement("SELECT 1 FROM resource WHERE plan = ? AND member = ? LIMIT 1")
        defer { statement.reset() }
        statement.bind(1, plan)
        statement.bind(2, number)
        return try statement.step()
    }

    /// Takes a row away whose accounts are those of another from here on.
    func remove(_ number: Int64, accountsTo other: Int64) throws {
        let accounts = try statements.statement("UPDATE member_account SET member = ? WHERE plan = ? AND member = ?")
        accounts.bind(1, other)
        accounts.bind(2, plan)
        accounts.bind(3, number)
        try accounts.run()
        let row = try statements.statement("DELETE FROM member WHERE plan = ? AND number = ?")
        row.bind(1, plan)
        row.bind(2, number)
        try row.run()
    }
}
