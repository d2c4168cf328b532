import Exchange
import FHIR

/// The session that writes the log of disclosures. Each process has a chain of its own, so that none waits for another.
final class PostgresDisclosureWriter {
    private let connection: PostgresConnection
    private let insert: PostgresStatement
    private let insertSeal: PostgresStatement
    private let newest: PostgresStatement
    private let writer = Int64.random(in: 1...Int64.max)
    private var last: Int64 = 0
    private var digest = DisclosureSeal.first

    init(_ address: PostgresAddress) throws {
        connection = try PostgresConnection(address, for: .log)
        insert = PostgresStatement(
            connection,
            """
            INSERT INTO disclosure (writer, number, at, plan, member, "grant", app, interaction, type, target, resources)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertSeal = PostgresStatement(connection, "INSERT INTO seal (writer, last, digest) VALUES (?, ?, ?)")
        newest = PostgresStatement(connection, "SELECT last, digest FROM seal WHERE writer = ? ORDER BY last DESC LIMIT 1")
    }

    func keep(_ disclosures: [Disclosure]) throws {
        var seal = DisclosureSeal(after: digest)
        for disclosure in disclosures { seal.add(disclosure) }
        let (end, sealed) = (last + Int64(disclosures.count), seal.digest)
        do { try write(disclosures, end, sealed) } catch let problem as PostgresProblem where problem.isLost {
            // Whether it was written before the session went is told by the seal.
            try connection.reopen()
            if try isSealed(end, sealed) == false { try write(disclosures, end, sealed) }
        }
        (last, digest) = (end, sealed)
    }

    private func isSealed(_ end: Int64, _ sealed: [UInt8]) throws -> Bool {
        newest.bind(1, writer)
        defer { newest.reset() }
        return try newest.step() && newest.int(0) == end && newest.bytes(1).elementsEqual(sealed)
    }

    /// One way there and back, which is one transaction.
    private func write(_ disclosures: [Disclosure], _ end: Int64, _ sealed: [UInt8]) throws {
        guard let first = disclosures.first else { return }
        defer {
            insert.reset()
            insertSeal.reset()
        }
        bind(first, end)
        _ = try insert.preparedName()
        insertSeal.bind(1, writer)
        insertSeal.bind(2, end)
        insertSeal.bind(3, sealed)
        _ = try insertSeal.preparedName()
        try PostgresPipeline(connection: connection).together {
            for (index, disclosure) in disclosures.enumerated() {
                insert.reset()
                bind(disclosure, last + Int64(index) + 1)
                try insert.send()
            }
            try insertSeal.send()
        }
    }

    private func bind(_ disclosure: Disclosure, _ number: Int64) {
        insert.bind(1, writer)
        insert.bind(2, number)
        insert.bind(3, disclosure.at.milliseconds)
        insert.bind(4, disclosure.plan.number)
        insert.bind(5, disclosure.member.number)
        insert.bind(6, disclosure.grant.number)
        insert.bind(7, disclosure.app.number)
        insert.bind(8, Int64(disclosure.interaction.rawValue))
        insert.bind(9, Int64(disclosure.type.rawValue))
        insert.bind(10, disclosure.target)
        insert.bind(11, Int64(disclosure.resources))
    }
}
