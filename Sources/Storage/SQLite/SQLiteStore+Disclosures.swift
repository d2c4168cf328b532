package import Exchange

extension SQLiteStore: DisclosureLog {
    package func record(_ disclosure: Disclosure, done: @escaping @Sendable (Refusal?) -> Void) {
        disclosures.record(disclosure, done: done)
    }

    package func disclosures(of member: Key<Member>, plan: Key<Plan>, limit: Int) throws(Refusal) -> [Disclosure] {
        try disclosures.disclosures(of: member, plan: plan, limit: limit)
    }

    package func verify() throws(Refusal) -> Int { try disclosures.verify() }
}
