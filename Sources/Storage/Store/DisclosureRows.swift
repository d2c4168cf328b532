import Exchange
import FHIR

/// Reading what the log of disclosures holds.
enum DisclosureRows {
    /// How many entries there are, when each is as it was written. Every writer has a chain of seals of its own.
    static func verify(_ reader: Reader) throws -> Int {
        let next = try reader.statement(
            """
            SELECT min(writer) FROM (SELECT min(writer) AS writer FROM disclosure WHERE writer > ?1
                UNION ALL SELECT min(writer) FROM seal WHERE writer > ?1) AS following
            """)
        var (writer, total) = (Int64.min, 0)
        while true {
            next.reset()
            next.bind(1, writer)
            guard try next.step(), let found = next.optionalInt(0) else { break }
            writer = found
            total += try verify(writer, reader)
        }
        next.reset()
        return total
    }

    private static func verify(_ writer: Int64, _ reader: Reader) throws -> Int {
        var seals = Pages(
            try reader.statement("SELECT last, digest FROM seal WHERE writer = ? AND last > ? ORDER BY last LIMIT 5000"), writer)
        var rows = Pages(
            try reader.statement(
                """
                SELECT number, at, plan, member, "grant", app, interaction, type, target, resources FROM disclosure
                WHERE writer = ? AND number > ? ORDER BY number LIMIT 5000
                """), writer)
        defer {
            seals.rows.reset()
            rows.rows.reset()
        }
        var digest = DisclosureSeal.first
        var number: Int64 = 0
        while try seals.next() {
            var seal = DisclosureSeal(after: digest)
            let last = seals.rows.int(0)
            while number < last {
                guard try rows.next(), rows.rows.int(0) == number + 1, let disclosure = disclosure(rows.rows) else {
                    throw Refusal(.invalid, "Entry \(number + 1) of the log of disclosures is missing or was changed.")
                }
                number += 1
                seal.add(disclosure)
            }
            digest = seal.digest
            guard seals.rows.bytes(1).elementsEqual(digest) else {
                throw Refusal(.invalid, "An entry of the log of disclosures up to \(last) is not as it was written.")
            }
        }
        guard try !rows.next() else {
            throw Refusal(.invalid, "Entry \(number + 1) of the log of disclosures was not written by this program.")
        }
        return Int(number)
    }

    /// A writer's rows one after the other, some thousand to a question, for an answer may be in memory as a whole. The first column is the
    /// place in their order.
    private struct Pages {
        let rows: any Statement
        private let writer: Int64
        private var last: Int64?

        init(_ rows: any Statement, _ writer: Int64) { (self.rows, self.writer) = (rows, writer) }

        mutating func next() throws -> Bool {
            if last != nil, try step() { return true }
            rows.reset()
            rows.bind(1, writer)
            rows.bind(2, last ?? Int64.min)
            return try step()
        }

        private mutating func step() throws -> Bool {
            guard try rows.step() else { return false }
            last = rows.int(0)
            return true
        }
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
