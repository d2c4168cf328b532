import Exchange

/// The roster's statements on one connection.
final class RosterTable {
    /// A line of the roster as it stands.
    struct Row {
        let number: Int64
        let entry: RosterEntry
    }

    /// What is known of some lines before they are kept.
    struct Known {
        var byMemberID: [String: Row] = [:]
        var byPatient: [String: Row] = [:]
    }

    private let connection: any Connection
    private let plan: Int64
    private let byMemberID: any Statement
    private let byPatient: any Statement
    private let update: any Statement
    private let moveAccounts: any Statement
    private let unlink: any Statement
    private let hasRecord: any Statement
    /// By what they ask for, made when they are needed first.
    private var forMany: [String: any Statement] = [:]

    /// How many lines one question asks about at most.
    static let most = 64
    /// So many are put in with one statement.
    private static let inserted = [64, 8, 1]
    private static let columns =
        "number, member_id, first_name, last_name, birth_date, postal_code, email, coverage_start, coverage_end, patient_id"

    init(_ connection: any Connection, plan: Key<Plan>) throws {
        self.connection = connection
        self.plan = plan.number
        byMemberID = try connection.prepare("SELECT \(Self.columns) FROM member WHERE plan = ? AND member_id = ?")
        byPatient = try connection.prepare("SELECT \(Self.columns) FROM member WHERE plan = ? AND patient_id = ?")
        update = try connection.prepare(
            """
            UPDATE member SET member_id = ?2, member_id_folded = ?3, first_name = ?4, last_name = ?5, birth_date = ?6, postal_code = ?7,
                email = ?8, coverage_start = ?9, coverage_end = ?10, patient_id = ?11
            WHERE plan = ?1 AND number = ?12
            """)
        moveAccounts = try connection.prepare("UPDATE member_account SET member = ? WHERE plan = ? AND member = ?")
        unlink = try connection.prepare("DELETE FROM member WHERE plan = ? AND number = ?")
        hasRecord = try connection.prepare("SELECT 1 FROM resource WHERE plan = ? AND member = ? LIMIT 1")
    }

    func row(memberID: String) throws -> Row? { try row(byMemberID, memberID) }

    func row(patientID: String) throws -> Row? { try row(byPatient, patientID) }

    private func row(_ statement: any Statement, _ value: String) throws -> Row? {
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
        try forEachRow(where: "member_id", isOneOf: entries.map(\.memberID)) { known.byMemberID[$0.entry.memberID] = $0 }
        try forEachRow(where: "patient_id", isOneOf: entries.compactMap(\.patientID)) { row in
            if let patient = row.entry.patientID { known.byPatient[patient] = row }
        }
        return known
    }

    private func forEachRow(where column: String, isOneOf values: [String], _ body: (Row) -> Void) throws {
        guard !values.isEmpty else { return }
        // What is not bound is NULL, which nothing equals.
        let statement = try statement(column) {
            "SELECT \(Self.columns) FROM member WHERE plan = ? AND \(column) IN (\(Self.places(Self.most)))"
        }
        defer { statement.reset() }
        statement.bind(1, plan)
        for (index, value) in values.enumerated() { statement.bind(Int32(index) + 2, value) }
        while try statement.step() { body(Self.row(statement)) }
    }

    private static func places(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }

    private func statement(_ name: String, _ sql: () -> String) throws -> any Statement {
        if let statement = forMany[name] { return statement }
        let statement = try connection.prepare(sql())
        forMany[name] = statement
        return statement
    }

    /// Puts those in that contradict no row, and answers their member IDs.
    func insert(_ entries: [RosterEntry]) throws -> Set<String> {
        var added: Set<String> = []
        var rest = entries[...]
        while let count = Self.inserted.first(where: { $0 <= rest.count }) {
            let statement = try statement("insert \(count)") {
                let line = "(\(Self.places(11)))"
                return """
                    INSERT INTO member (plan, member_id, member_id_folded, first_name, last_name, birth_date, postal_code, email, coverage_start,
                        coverage_end, patient_id)
                    VALUES \(Array(repeating: line, count: count).joined(separator: ", ")) ON CONFLICT DO NOTHING RETURNING member_id
                    """
            }
            defer { statement.reset() }
            for (index, entry) in rest.prefix(count).enumerated() { bind(statement, entry, from: Int32(index * 11)) }
            while try statement.step() { added.insert(statement.text(0)) }
            rest = rest.dropFirst(count)
        }
        return added
    }

    func update(_ number: Int64, _ entry: RosterEntry) throws {
        update.bind(12, number)
        bind(update, entry, from: 0)
        try update.run()
    }

    private func bind(_ statement: any Statement, _ entry: RosterEntry, from place: Int32) {
        statement.bind(place + 1, plan)
        statement.bind(place + 2, entry.memberID)
        statement.bind(place + 3, MemberDetails.identifier(entry.memberID))
        statement.bind(place + 4, entry.firstName)
        statement.bind(place + 5, entry.lastName)
        statement.bind(place + 6, entry.birthDate)
        statement.bind(place + 7, entry.postalCode)
        if let email = entry.email { statement.bind(place + 8, email) }
        if let start = entry.coverageStart { statement.bind(place + 9, start) }
        if let end = entry.coverageEnd { statement.bind(place + 10, end) }
        if let patient = entry.patientID { statement.bind(place + 11, patient) }
    }

    func hasRecord(_ number: Int64) throws -> Bool {
        defer { hasRecord.reset() }
        hasRecord.bind(1, plan)
        hasRecord.bind(2, number)
        return try hasRecord.step()
    }

    /// Takes a row away whose accounts are those of another from here on.
    func remove(_ number: Int64, accountsTo other: Int64) throws {
        moveAccounts.bind(1, other)
        moveAccounts.bind(2, plan)
        moveAccounts.bind(3, number)
        try moveAccounts.run()
        unlink.bind(1, plan)
        unlink.bind(2, number)
        try unlink.run()
    }
}
