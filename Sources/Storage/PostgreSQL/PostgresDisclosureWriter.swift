import Exchange
import FHIR

/// The session that writes the log of disclosures. Each process has a chain of its own, so that none waits for another.
final class PostgresDisclosureWriter {
    private let connection: PostgresConnection
    private let insert: PostgresStatement
    private let confirm: PostgresStatement
    private let folding: PostgresDisclosureFolding
    private var chain = Chain()

    /// What this process has written: each commit's seal follows the one before.
    private struct Chain {
        let writer = Int64.random(in: 1...Int64.max)
        var last: Int64 = 0
        var digest = DisclosureSeal.first

        /// As it is with these at its end.
        func adding(_ disclosures: [Disclosure]) -> Chain {
            var (longer, seal) = (self, DisclosureSeal(after: digest))
            for disclosure in disclosures { seal.add(disclosure) }
            (longer.last, longer.digest) = (last + Int64(disclosures.count), seal.digest)
            return longer
        }
    }

    init(_ address: PostgresAddress, _ folding: PostgresDisclosureFolding) throws {
        self.folding = folding
        connection = try PostgresConnection(address, for: .log)
        // A group and its seal are one row: one transaction, one way there and back, and one place in one index.
        insert = PostgresStatement(
            connection,
            """
            INSERT INTO disclosure_group (writer, last, digest, at, plan, member, "grant", app, interaction, type, target, resources)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        // Nothing changes; but the commit of a change waits for a synchronous standby, and by then it has what came before, too.
        confirm = PostgresStatement(
            connection, "UPDATE seal SET digest = digest WHERE writer = ? AND last = ? AND digest = ? RETURNING last")
    }

    func keep(_ disclosures: [Disclosure]) throws {
        var next = chain.adding(disclosures)
        do { try write(disclosures, next) } catch let problem as PostgresProblem where problem.isLost && !problem.isOverdue {
            // Whether it was written before the session went is told by the seal.
            try connection.reopen()
            try folding.fold()
            if try isSealed(next) == false {
                // The lost session's commit may still be under way, so nothing more goes into its chain.
                next = Chain().adding(disclosures)
                try write(disclosures, next)
            }
        }
        chain = next
    }

    private func isSealed(_ chain: Chain) throws -> Bool {
        confirm.bind(1, chain.writer)
        confirm.bind(2, chain.last)
        confirm.bind(3, chain.digest)
        defer { confirm.reset() }
        return try confirm.step()
    }

    private func write(_ disclosures: [Disclosure], _ chain: Chain) throws {
        defer { insert.reset() }
        insert.bind(1, chain.writer)
        insert.bind(2, chain.last)
        insert.bind(3, chain.digest)
        insert.bind(4, numbers: disclosures.map(\.at.milliseconds))
        insert.bind(5, numbers: disclosures.map(\.plan.number))
        insert.bind(6, numbers: disclosures.map(\.member.number))
        insert.bind(7, numbers: disclosures.map(\.grant.number))
        insert.bind(8, numbers: disclosures.map(\.app.number))
        insert.bind(9, numbers: disclosures.map { Int64($0.interaction.rawValue) })
        insert.bind(10, numbers: disclosures.map { Int64($0.type.rawValue) })
        insert.bind(11, texts: disclosures.map(\.target))
        insert.bind(12, numbers: disclosures.map { Int64($0.resources) })
        try insert.runOnce()
    }
}
