package import Exchange
package import FHIR

extension Store: DisclosureLog {
    package func record(_ disclosure: Disclosure, done: @escaping @Sendable (Refusal?) -> Void) {
        disclosures.record(disclosure, done: done)
    }

    package func disclosures(of member: Key<Member>, plan: Key<Plan>, limit: Int) throws(Refusal) -> [Disclosure] {
        try readDisclosures { reader in
            let row = try reader.statement(
                """
                SELECT number, at, plan, member, "grant", app, interaction, type, target, resources FROM disclosure
                WHERE plan = ? AND member = ? ORDER BY at DESC, number DESC LIMIT ?
                """)
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, member.number)
            row.bind(3, Int64(limit))
            var found: [Disclosure] = []
            while try row.step() { if let disclosure = DisclosureRows.disclosure(row) { found.append(disclosure) } }
            return found
        }
    }

    package func newestDisclosure() throws(Refusal) -> Timestamp? {
        try readDisclosures { reader in
            let row = try reader.statement("SELECT at FROM disclosure ORDER BY at DESC LIMIT 1")
            defer { row.reset() }
            return try row.step() ? Timestamp(milliseconds: row.int(0)) : nil
        }
    }

    package func verify() throws(Refusal) -> Int {
        try readDisclosures { reader in try reader.snapshot { try DisclosureRows.verify(reader) } }
    }

    /// Reads the log with all that is durable in it; `asItIs` leaves out what has not been put there yet, and writes nothing.
    func readDisclosures<T>(asItIs: Bool = false, _ body: (Reader) throws -> T) throws(Refusal) -> T {
        do {
            if !asItIs { try engine.foldDisclosures() }
            let reader = try engine.lendDisclosures()
            defer { engine.giveBackDisclosures(reader) }
            return try body(reader)
        } catch { throw error as? Refusal ?? Refusal(.unavailable, "The log of disclosures cannot be read.", cause: "\(error)") }
    }
}
