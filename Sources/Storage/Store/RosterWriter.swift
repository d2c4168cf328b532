import Exchange

/// Puts roster lines into the member table and links them with records that are there already.
final class RosterWriter {
    private let plan: Int64
    private let byMemberID: any Statement
    private let byPatient: any Statement
    private let insert: any Statement
    private let insertNew: any Statement
    private let update: any Statement
    private let moveAccounts: any Statement
    private let unlink: any Statement
    private let hasRecord: any Statement
    /// The line before was new, or there was none: the next is put in without asking. One that is not new is refused by the indexes, and asked for.
    private var expectsNew = true

    init(_ connection: any Connection, plan: Key<Plan>) throws {
        self.plan = plan.number
        let columns = "number, member_id, first_name, last_name, birth_date, postal_code, email, coverage_start, coverage_end, patient_id"
        byMemberID = try connection.prepare("SELECT \(columns) FROM member WHERE plan = ? AND member_id = ?")
        byPatient = try connection.prepare("SELECT \(columns) FROM member WHERE plan = ? AND patient_id = ?")
        let line = """
            INSERT INTO member (plan, member_id, member_id_folded, first_name, last_name, birth_date, postal_code, email, coverage_start,
                coverage_end, patient_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """
        insert = try connection.prepare(line)
        insertNew = try connection.prepare(line + " ON CONFLICT DO NOTHING")
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

    /// A line from a Patient fills what is empty and never overrides what a roster file said.
    @discardableResult
    func keep(_ entry: RosterEntry, fromPatient: Bool) throws -> RosterChange {
        if expectsNew {
            if try write(insertNew, entry) == 1 { return .added }
            expectsNew = false
        }
        var entry = entry
        let linked = try entry.patientID.flatMap { try find(byPatient, $0) }
        var named = try find(byMemberID, entry.memberID)
        if fromPatient, let other = named?.entry.patientID, other != entry.patientID {
            // Two Patients carry one member ID; the later one is known by its own id until a roster says otherwise.
            entry.memberID = entry.patientID ?? entry.memberID
            named = try find(byMemberID, entry.memberID)
        }
        if fromPatient, let linked, linked.entry.memberID != "" { return .unchanged }
        if let named, let linked, named.number != linked.number {
            // The record came first under its own number, the roster line later under another: the record's number stays, for it is in every key.
            guard named.entry.patientID == nil else {
                return .refused("Member ID \(entry.memberID) already belongs to another record.")
            }
            moveAccounts.reset()
            moveAccounts.bind(1, linked.number)
            moveAccounts.bind(2, plan)
            moveAccounts.bind(3, named.number)
            _ = try moveAccounts.step()
            unlink.reset()
            unlink.bind(1, plan)
            unlink.bind(2, named.number)
            _ = try unlink.step()
            return try write(entry.merged(over: named.entry, fromPatient: fromPatient), into: linked.number)
        }
        guard let existing = linked ?? named else {
            try write(insert, entry)
            expectsNew = true
            return .added
        }
        if let wanted = entry.patientID, let own = existing.entry.patientID, wanted != own, try has(hasRecord, existing.number) {
            return .refused("Member ID \(entry.memberID) already has the record of another Patient.")
        }
        let next = entry.merged(over: existing.entry, fromPatient: fromPatient)
        return next == existing.entry ? .unchanged : try write(next, into: existing.number)
    }

    private func has(_ statement: any Statement, _ member: Int64) throws -> Bool {
        statement.reset()
        defer { statement.reset() }
        statement.bind(1, plan)
        statement.bind(2, member)
        return try statement.step()
    }

    private func find(_ statement: any Statement, _ value: String) throws -> (number: Int64, entry: RosterEntry)? {
        statement.reset()
        defer { statement.reset() }
        statement.bind(1, plan)
        statement.bind(2, value)
        guard try statement.step() else { return nil }
        let entry = RosterEntry(
            memberID: statement.optionalText(1) ?? "", firstName: statement.text(2), lastName: statement.text(3),
            birthDate: statement.text(4),
            postalCode: statement.text(5), email: statement.optionalText(6), coverageStart: statement.optionalText(7),
            coverageEnd: statement.optionalText(8), patientID: statement.optionalText(9))
        return (statement.int(0), entry)
    }

    private func write(_ entry: RosterEntry, into number: Int64) throws -> RosterChange {
        update.bind(12, number)
        try write(update, entry)
        return .changed
    }

    /// How many rows it wrote.
    @discardableResult
    private func write(_ statement: any Statement, _ entry: RosterEntry) throws -> Int {
        defer { statement.reset() }
        statement.bind(1, plan)
        statement.bind(2, entry.memberID)
        statement.bind(3, MemberDetails.identifier(entry.memberID))
        statement.bind(4, entry.firstName)
        statement.bind(5, entry.lastName)
        statement.bind(6, entry.birthDate)
        statement.bind(7, entry.postalCode)
        if let email = entry.email { statement.bind(8, email) }
        if let start = entry.coverageStart { statement.bind(9, start) }
        if let end = entry.coverageEnd { statement.bind(10, end) }
        if let patient = entry.patientID { statement.bind(11, patient) }
        _ = try statement.step()
        return statement.changesCount
    }
}

extension RosterEntry {
    /// This line, completed by what was known before; a line from a Patient only fills gaps.
    func merged(over known: RosterEntry, fromPatient: Bool) -> RosterEntry {
        var next = self
        if fromPatient, !known.memberID.isEmpty {
            next = known
            next.patientID = patientID
            next.email = known.email ?? email
            return next
        }
        next.email = email ?? known.email
        next.coverageStart = coverageStart ?? known.coverageStart
        next.coverageEnd = coverageEnd ?? known.coverageEnd
        next.patientID = patientID ?? known.patientID
        return next
    }
}
