import Exchange
import FHIR

/// Reading what the log of disclosures holds.
enum DisclosureRows {
    /// How many entries there are, when each is as it was written. Every writer has a chain of seals of its own.
    static func verify(_ reader: Reader) throws -> Int {
        let known = try reader.statement("SELECT DISTINCT writer FROM disclosure UNION SELECT DISTINCT writer FROM seal ORDER BY 1")
        var writers: [Int64] = []
        while try known.step() { writers.append(known.int(0)) }
        known.reset()
        return try writers.reduce(0) { try $0 + verify($1, reader) }
    }

    private static func verify(_ writer: Int64, _ reader: Reader) throws -> Int {
        let seals = try reader.statement("SELECT last, digest FROM seal WHERE writer = ? ORDER BY last")
        let rows = try reader.statement(
            """
            SELECT number, at, plan, member, "grant", app, interaction, type, target, resources FROM disclosure WHERE writer = ?
            ORDER BY number
            """)
        defer {
            seals.reset()
            rows.reset()
        }
        seals.bind(1, writer)
        rows.bind(1, writer)
        var digest = DisclosureSeal.first
        var number: Int64 = 0
        while try seals.step() {
            var seal = DisclosureSeal(after: digest)
            let last = seals.int(0)
            while number < last {
                guard try rows.step(), rows.int(0) == number + 1, let disclosure = disclosure(rows) else {
                    throw Refusal(.invalid, "Entry \(number + 1) of the log of disclosures is missing or was changed.")
                }
                number += 1
                seal.add(disclosure)
            }
            digest = seal.digest
            guard seals.bytes(1).elementsEqual(digest) else {
                throw Refusal(.invalid, "An entry of the log of disclosures up to \(last) is not as it was written.")
            }
        }
        guard try !rows.step() else {
            throw Refusal(.invalid, "Entry \(number + 1) of the log of disclosures was not written by this program.")
        }
        return Int(number)
    }

    static func disclosure(_ row: any Statement) -> Disclosure? {
        guard let interaction = Disclosure.Interaction(rawValue: UInt8(truncatingIfNeeded: row.int(6))),
            let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: row.int(7)))
        else { return nil }
        return Disclosure(
            at: Timestamp(milliseconds: row.int(1)), plan: Key(row.int(2)), member: Key(row.int(3)), grant: Key(row.int(4)),
            app: Key(row.int(5)), interaction: interaction, type: type, target: row.text(8), resources: Int(row.int(9)))
    }
}
