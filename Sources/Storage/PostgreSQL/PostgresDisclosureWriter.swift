import Exchange
import FHIR

/// The session that writes the log of disclosures. Each process has a chain of its own, so that none waits for another.
final class PostgresDisclosureWriter {
    private let connection: PostgresConnection
    private let insert: PostgresStatement
    private let confirm: PostgresStatement
    private let writer = Int64.random(in: 1...Int64.max)
    private var last: Int64 = 0
    private var digest = DisclosureSeal.first

    init(_ address: PostgresAddress) throws {
        connection = try PostgresConnection(address, for: .log)
        // All of a group and its seal in one statement, which is one transaction and one way there and back.
        insert = PostgresStatement(
            connection,
            """
            WITH sealed AS (INSERT INTO seal (writer, last, digest) VALUES (?1, ?2, ?3))
            INSERT INTO disclosure (writer, number, at, plan, member, "grant", app, interaction, type, target, resources)
            SELECT ?1, ?4 + n, at, plan, member, "grant", app, interaction, type, target, resources
            FROM unnest(?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) WITH ORDINALITY
                AS entry (at, plan, member, "grant", app, interaction, type, target, resources, n)
            """)
        // Nothing changes; but the commit of a change waits for a synchronous standby, and by then it has what came before, too.
        confirm = PostgresStatement(
            connection, "UPDATE seal SET digest = digest WHERE writer = ? AND last = ? AND digest = ? RETURNING last")
    }

    func keep(_ disclosures: [Disclosure]) throws {
        var seal = DisclosureSeal(after: digest)
        for disclosure in disclosures { seal.add(disclosure) }
        let (end, sealed) = (last + Int64(disclosures.count), seal.digest)
        do { try write(disclosures, end, sealed) } catch let problem as PostgresProblem where problem.isLost && !problem.isOverdue {
            // Whether it was written before the session went is told by the seal.
            try connection.reopen()
            if try isSealed(end, sealed) == false { try write(disclosures, end, sealed) }
        }
        (last, digest) = (end, sealed)
    }

    private func isSealed(_ end: Int64, _ sealed: [UInt8]) throws -> Bool {
        confirm.bind(1, writer)
        confirm.bind(2, end)
        confirm.bind(3, sealed)
        defer { confirm.reset() }
        return try confirm.step()
    }

    private func write(_ disclosures: [Disclosure], _ end: Int64, _ sealed: [UInt8]) throws {
        defer { insert.reset() }
        insert.bind(1, writer)
        insert.bind(2, end)
        insert.bind(3, sealed)
        insert.bind(4, last)
        insert.bind(5, numbers: disclosures.map(\.at.milliseconds))
        insert.bind(6, numbers: disclosures.map(\.plan.number))
        insert.bind(7, numbers: disclosures.map(\.member.number))
        insert.bind(8, numbers: disclosures.map(\.grant.number))
        insert.bind(9, numbers: disclosures.map(\.app.number))
        insert.bind(10, numbers: disclosures.map { Int64($0.interaction.rawValue) })
        insert.bind(11, numbers: disclosures.map { Int64($0.type.rawValue) })
        insert.bind(12, texts: disclosures.map(\.target))
        insert.bind(13, numbers: disclosures.map { Int64($0.resources) })
        try insert.runOnce()
    }
}
