import Exchange

/// Puts roster lines into the member table and links them with records that are there already.
final class RosterWriter {
    private let table: RosterTable
    /// Most lines before were new, or there were none: the next are put in without asking.
    private var expectsNew = true

    init(_ statements: StatementCache, plan: Key<Plan>) { table = RosterTable(statements, plan: plan) }

    /// Keeps the lines as if one came after the other, in few statements.
    ///
    /// A line from a Patient fills what is empty and never overrides what a roster file said.
    @discardableResult
    func keep(_ entries: [RosterEntry], fromPatient: Bool) throws -> [RosterChange] {
        var changes: [RosterChange] = []
        changes.reserveCapacity(entries.count)
        while changes.count < entries.count {
            changes += try keepSome(Self.independent(entries[changes.count...]), fromPatient: fromPatient)
        }
        return changes
    }

    /// The first of these, as far as no two name the same: then none of those that are new has to do with a line before it.
    private static func independent(_ entries: ArraySlice<RosterEntry>) -> [RosterEntry] {
        var (members, patients): (Set<String>, Set<String>) = ([], [])
        return Array(
            entries.prefix(RosterTable.most).prefix { entry in
                members.insert(entry.memberID).inserted && (entry.patientID.map { patients.insert($0).inserted } ?? true)
            })
    }

    private func keepSome(_ entries: [RosterEntry], fromPatient: Bool) throws -> [RosterChange] {
        let asksFirst = !expectsNew
        var known = asksFirst ? try table.known(of: entries) : RosterTable.Known()
        // Put in without asking is safe: a line that contradicts a row is not taken, and no two of these lines contradict each other.
        let added = try table.insert(entries.filter { !known.has($0) })
        if !asksFirst, added.count < entries.count {
            known = try table.known(of: entries.filter { !added.contains($0.memberID) })
        }
        expectsNew = added.count * 2 >= entries.count
        var changed = Names()
        return try entries.map { entry in
            if added.contains(entry.memberID) { return .added }
            var (linked, named) = known.rows(of: entry)
            if changed.have(entry) || changed.have(linked?.entry) || changed.have(named?.entry) {
                (linked, named) = try rows(of: entry)
            }
            let change = try keep(entry, linked, named, fromPatient: fromPatient)
            if change != .unchanged { for entry in [entry, linked?.entry, named?.entry] { changed.add(entry) } }
            return change
        }
    }

    private func rows(of entry: RosterEntry) throws -> (linked: RosterTable.Row?, named: RosterTable.Row?) {
        (try entry.patientID.flatMap { try table.row(patientID: $0) }, try table.row(memberID: entry.memberID))
    }

    /// Member IDs and Patients of rows that are not what they were when they were asked for.
    private struct Names {
        private var members: Set<String> = []
        private var patients: Set<String> = []

        func have(_ entry: RosterEntry?) -> Bool {
            guard let entry, !members.isEmpty else { return false }
            return members.contains(entry.memberID) || entry.patientID.map(patients.contains) ?? false
        }

        mutating func add(_ entry: RosterEntry?) {
            guard let entry else { return }
            members.insert(entry.memberID)
            guard let patient = entry.patientID else { return }
            patients.insert(patient)
            // Where two Patients carry one member ID, it is the member ID too.
            members.insert(patient)
        }
    }

    /// `linked` is the row of the line's Patient, `named` that of its member ID.
    private func keep(_ entry: RosterEntry, _ linked: RosterTable.Row?, _ named: RosterTable.Row?, fromPatient: Bool) throws -> RosterChange
    {
        var (entry, named) = (entry, named)
        if fromPatient, let other = named?.entry.patientID, other != entry.patientID {
            // Two Patients carry one member ID; the later one is known by its own id until a roster says otherwise.
            entry.memberID = entry.patientID ?? entry.memberID
            named = try table.row(memberID: entry.memberID)
        }
        if fromPatient, let linked, linked.entry.memberID != "" { return .unchanged }
        if let named, let linked, named.number != linked.number {
            // The record came first under its own number, the roster line later under another: the record's number stays, for it is in every key.
            guard named.entry.patientID == nil else {
                return .refused("Member ID \(entry.memberID) already belongs to another record.")
            }
            try table.remove(named.number, accountsTo: linked.number)
            try table.update(linked.number, entry.merged(over: named.entry, fromPatient: fromPatient))
            return .changed
        }
        guard let existing = linked ?? named else {
            if try !table.insert([entry]).isEmpty { return .added }
            // Somebody else was quicker.
            let (linked, named) = try rows(of: entry)
            guard linked != nil || named != nil else { throw MissingRow() }
            return try keep(entry, linked, named, fromPatient: fromPatient)
        }
        if let wanted = entry.patientID, let own = existing.entry.patientID, wanted != own, try table.hasRecord(existing.number) {
            return .refused("Member ID \(entry.memberID) already has the record of another Patient.")
        }
        let next = entry.merged(over: existing.entry, fromPatient: fromPatient)
        if next == existing.entry { return .unchanged }
        try table.update(existing.number, next)
        return .changed
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
