package import Exchange

extension Store: MemberStore {
    /// What `member(_:)` and `RosterTable` read of a row, in this order.
    static let memberColumns =
        "number, member_id, first_name, last_name, birth_date, postal_code, email, coverage_start, coverage_end, patient_id"

    private static func member(_ row: any Statement) -> Member {
        Member(
            key: Key(row.int(0)), memberID: row.text(1), firstName: row.text(2), lastName: row.text(3), birthDate: row.text(4),
            postalCode: row.text(5), email: row.optionalText(6), coverageStart: row.optionalText(7), coverageEnd: row.optionalText(8),
            patientID: row.optionalText(9))
    }

    package func members(memberID: String, plan: Key<Plan>) throws(Refusal) -> [Member] {
        try read { reader in
            let statement = try reader.statement(
                text: "SELECT \(Self.memberColumns) FROM member WHERE plan = ? AND member_id_folded = ? LIMIT 5")
            defer { statement.reset() }
            statement.bind(1, plan.number)
            statement.bind(2, MemberDetails.identifier(memberID))
            var found: [Member] = []
            while try statement.step() { found.append(Self.member(statement)) }
            return found
        }
    }

    package func member(_ key: Key<Member>, plan: Key<Plan>) throws(Refusal) -> Member? {
        try read { reader in
            let statement = try reader.statement(
                text: "SELECT \(Self.memberColumns) FROM member WHERE plan = ? AND number = ?")
            defer { statement.reset() }
            statement.bind(1, plan.number)
            statement.bind(2, key.number)
            return try statement.step() ? Self.member(statement) : nil
        }
    }

    package func members(plan: Key<Plan>, search: String?, limit: Int, offset: Int) throws(Refusal) -> [Member] {
        try read { reader in
            let statement = try reader.statement(
                text: """
                    SELECT \(Self.memberColumns)
                    FROM member WHERE plan = ?1 AND member_id IS NOT NULL
                        AND (?2 = '' OR lower(first_name || ' ' || last_name || ' ' || member_id) LIKE '%' || ?2 || '%' ESCAPE '!')
                    ORDER BY member_id LIMIT ?3 OFFSET ?4
                    """)
            defer { statement.reset() }
            statement.bind(1, plan.number)
            statement.bind(2, Self.pattern(search ?? ""))
            statement.bind(3, Int64(limit))
            statement.bind(4, Int64(offset))
            var found: [Member] = []
            while try statement.step() { found.append(Self.member(statement)) }
            return found
        }
    }

    /// The text in small letters, each sign that LIKE would read as one of its own marked.
    private static func pattern(_ text: String) -> String {
        var pattern = ""
        for character in text.lowercased() {
            if "%_!".contains(character) { pattern.append("!") }
            pattern.append(character)
        }
        return pattern
    }

    package func memberCount(plan: Key<Plan>) throws(Refusal) -> Int {
        try read { reader in
            let statement = try reader.statement("SELECT COUNT(*) FROM member WHERE plan = ? AND member_id IS NOT NULL")
            defer { statement.reset() }
            statement.bind(1, plan.number)
            return try statement.step() ? Int(statement.int(0)) : 0
        }
    }

    /// Others who write wait for one step of a roster, not for all of it.
    private static let linesAtOnce = 1000

    package func enrol(_ entries: [RosterEntry], plan: Key<Plan>) async throws(Refusal) -> [RosterChange] {
        var changes: [RosterChange] = []
        while changes.count < entries.count {
            let some = Array(entries[changes.count...].prefix(Self.linesAtOnce))
            changes += try await change { try RosterWriter($0.statements, plan: plan).keep(some, fromPatient: false) }
        }
        return changes
    }

    package func account(email: String, plan: Key<Plan>) throws(Refusal) -> Key<Member>? {
        try read { reader in
            let statement = try reader.statement("SELECT member FROM member_account WHERE plan = ? AND email = ?")
            defer { statement.reset() }
            statement.bind(1, plan.number)
            statement.bind(2, email)
            return try statement.step() ? Key(statement.int(0)) : nil
        }
    }

    package func hasAccount(_ member: Key<Member>, otherThan email: String, plan: Key<Plan>) throws(Refusal) -> Bool {
        try read { reader in
            let statement = try reader.statement("SELECT 1 FROM member_account WHERE plan = ? AND member = ? AND email <> ? LIMIT 1")
            defer { statement.reset() }
            statement.bind(1, plan.number)
            statement.bind(2, member.number)
            statement.bind(3, email)
            return try statement.step()
        }
    }
}
