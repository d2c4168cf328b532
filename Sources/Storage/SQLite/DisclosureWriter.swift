import Exchange
import FHIR
import GRDBSQLite

/// The connection that writes, and the seal it has reached.
final class DisclosureWriter {
    private let connection: OpaquePointer
    private let begin: Statement
    private let commit: Statement
    private let rollback: Statement
    private let insert: Statement
    private let insertSeal: Statement
    private var last: Int64 = 0
    private var digest = DisclosureSeal.first

    init(path: String) throws {
        var handle: OpaquePointer?
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK, let handle
        else {
            let problem = StorageProblem(handle, doing: "open")
            sqlite3_close_v2(handle)
            throw problem
        }
        connection = handle
        sqlite3_busy_timeout(handle, 5000)
        // An answer leaves only after its entry is on disk.
        for pragma in [
            "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA temp_store=MEMORY", "PRAGMA journal_size_limit=67108864",
            "PRAGMA wal_autocheckpoint=4096",
        ] {
            try Self.run(handle, pragma)
        }
        if try Self.number(handle, "PRAGMA user_version") == 0 {
            try Self.run(
                handle,
                "BEGIN IMMEDIATE;" + String(decoding: PackageResources.disclosures_v0001_sql, as: UTF8.self)
                    + "PRAGMA user_version = 1; COMMIT")
        }
        begin = try Statement(handle, "BEGIN IMMEDIATE")
        commit = try Statement(handle, "COMMIT")
        rollback = try Statement(handle, "ROLLBACK")
        insert = try Statement(
            handle,
            """
            INSERT INTO disclosure (number, at, plan, member, "grant", app, interaction, type, target, resources)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertSeal = try Statement(handle, "INSERT INTO seal (last, digest) VALUES (?, ?)")
        let newest = try Statement(handle, "SELECT last, digest FROM seal ORDER BY last DESC LIMIT 1")
        if try newest.step() {
            last = newest.int(0)
            digest = Array(newest.bytes(1))
        }
        newest.reset()
    }

    deinit { sqlite3_close_v2(connection) }

    func keep(_ disclosures: some Sequence<Disclosure>) throws {
        var seal = DisclosureSeal(after: digest)
        var number = last
        try Self.step(begin)
        do {
            for disclosure in disclosures {
                number += 1
                try keep(disclosure, number)
                seal.add(disclosure)
            }
            let sealed = seal.digest
            insertSeal.reset()
            insertSeal.bind(1, number)
            insertSeal.bind(2, sealed)
            _ = try insertSeal.step()
            insertSeal.reset()
            try Self.step(commit)
            (last, digest) = (number, sealed)
        } catch {
            insert.reset()
            insertSeal.reset()
            commit.reset()
            try? Self.step(rollback)
            throw error
        }
    }

    private func keep(_ disclosure: Disclosure, _ number: Int64) throws {
        insert.reset()
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
        _ = try insert.step()
        insert.reset()
    }

    private static func step(_ statement: Statement) throws {
        defer { statement.reset() }
        _ = try statement.step()
    }

    private static func run(_ connection: OpaquePointer, _ sql: String) throws {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw StorageProblem(connection, doing: sql) }
    }

    private static func number(_ connection: OpaquePointer, _ sql: String) throws -> Int64 {
        let statement = try Statement(connection, sql)
        return try statement.step() ? statement.int(0) : 0
    }
}
