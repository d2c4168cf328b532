import Exchange
import FHIR
import GRDBSQLite

/// The connection that writes the log of disclosures, a SQLite file of its own, and the seal it has reached.
final class SQLiteDisclosureWriter {
    private let connection: SQLiteConnection
    private let begin: any Statement
    private let commit: any Statement
    private let rollback: any Statement
    private let insert: any Statement
    private let insertSeal: any Statement
    private var last: Int64 = 0
    private var digest = DisclosureSeal.first

    init(path: String) throws {
        // An answer leaves only after its entry is on disk.
        connection = try SQLiteConnection(
            path: path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, waiting: 5000,
            pragmas: [
                "journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY", "journal_size_limit=67108864", "wal_autocheckpoint=4096",
            ])
        try Self.migrate(connection)
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        rollback = try connection.prepare("ROLLBACK")
        insert = try connection.prepare(
            """
            INSERT INTO disclosure (number, at, plan, member, "grant", app, interaction, type, target, resources)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertSeal = try connection.prepare("INSERT INTO seal (last, digest) VALUES (?, ?)")
        let newest = try connection.prepare("SELECT last, digest FROM seal ORDER BY last DESC LIMIT 1")
        if try newest.step() {
            last = newest.int(0)
            digest = Array(newest.bytes(1))
        }
    }

    private static let steps = [PackageResources.disclosures_v0001_sql, PackageResources.disclosures_v0002_sql]
    static var newest: Int { steps.count }

    private static func migrate(_ connection: SQLiteConnection) throws {
        guard try known(connection) < steps.count else { return }
        try connection.run("BEGIN IMMEDIATE")
        do {
            // Another process may have taken them since.
            for (index, step) in steps.enumerated().dropFirst(try known(connection)) {
                try connection.run(String(decoding: step, as: UTF8.self) + "PRAGMA user_version = \(index + 1)")
            }
            try connection.run("COMMIT")
        } catch {
            try? connection.run("ROLLBACK")
            throw error
        }
    }

    /// The schema's version as it is, of those that this program knows.
    private static func known(_ connection: SQLiteConnection) throws -> Int {
        let version = try connection.prepare("PRAGMA user_version")
        defer { version.reset() }
        let found = try version.step() ? Int(version.int(0)) : 0
        guard found <= steps.count else { throw NewerSchema(found: found, known: steps.count) }
        return found
    }

    func keep(_ disclosures: [Disclosure]) throws {
        var seal = DisclosureSeal(after: digest)
        var number = last
        try begin.run()
        do {
            for disclosure in disclosures {
                number += 1
                try keep(disclosure, number)
                seal.add(disclosure)
            }
            let sealed = seal.digest
            insertSeal.bind(1, number)
            insertSeal.bind(2, sealed)
            try insertSeal.run()
            try commit.run()
            (last, digest) = (number, sealed)
        } catch {
            try? rollback.run()
            throw error
        }
    }

    private func keep(_ disclosure: Disclosure, _ number: Int64) throws {
        insert.bind(1, number)
        insert.bind(2, disclosure.at.milliseconds)
        insert.bind(3, disclosure.plan.number)
        insert.bind(4, disclosure.member.number)
        insert.bind(5, disclosure.grant.number)
        insert.bind(6, disclosure.app.number)
        insert.bind(7, Int64(disclosure.interaction.rawValue))
        insert.bind(8, Int64(disclosure.type.rawValue))
        insert.bind(9, disclosure.target)
        insert.bind(10, Int64(disclosure.resources))
        try insert.run()
    }
}
