import Crypto
package import Exchange
import FHIR
import Foundation
import GRDBSQLite
import Synchronization

/// The log of disclosures in a SQLite file of its own: one thread writes, and what waits meanwhile goes into its next commit.
package final class SQLiteDisclosureLog: DisclosureLog {
    private struct Waiting: Sendable {
        let disclosure: Disclosure
        let done: @Sendable (Refusal?) -> Void
    }

    private struct Queue {
        var waiting: [Waiting] = []
        var isDraining = false
    }

    private let queue = Mutex(Queue())
    private let writing = DispatchQueue(label: "payerbridge.disclosures", qos: .userInitiated)
    private let writer: Mutex<DisclosureWriter>
    private let readers: ReaderPool
    private static let groupSize = 1024

    init(path: String) throws {
        writer = Mutex(try DisclosureWriter(path: path))
        readers = ReaderPool(path: path)
    }

    package func record(_ disclosure: Disclosure, done: @escaping @Sendable (Refusal?) -> Void) {
        let mustDrain = queue.withLock { queue in
            queue.waiting.append(Waiting(disclosure: disclosure, done: done))
            defer { queue.isDraining = true }
            return !queue.isDraining
        }
        if mustDrain { writing.async { self.drain() } }
    }

    private func drain() {
        while true {
            let group = queue.withLock { queue in
                let taken = Array(queue.waiting.prefix(Self.groupSize))
                queue.waiting.removeFirst(taken.count)
                if taken.isEmpty { queue.isDraining = false }
                return taken
            }
            if group.isEmpty { return }
            var refusal: Refusal?
            do { try writer.withLock { try $0.keep(group.lazy.map(\.disclosure)) } } catch {
                refusal = Refusal(.unavailable, "The disclosure could not be recorded, so nothing was disclosed.", cause: "\(error)")
            }
            for waiting in group { waiting.done(refusal) }
        }
    }

    package func disclosures(of member: Key<Member>, plan: Key<Plan>, limit: Int) throws(Refusal) -> [Disclosure] {
        do {
            return try readers.read { reader in
                let row = try reader.statement(
                    """
                    SELECT number, at, plan, member, "grant", app, interaction, type, target, resources FROM disclosure
                    WHERE plan = ? AND member = ? ORDER BY number DESC LIMIT ?
                    """)
                defer { row.reset() }
                row.bind(1, plan.number)
                row.bind(2, member.number)
                row.bind(3, Int64(limit))
                var found: [Disclosure] = []
                while try row.step() { if let disclosure = Self.disclosure(row) { found.append(disclosure) } }
                return found
            }
        } catch { throw Refusal(.unavailable, "The log of disclosures cannot be read.", cause: "\(error)") }
    }

    package func verify() throws(Refusal) -> Int {
        do { return try readers.read { reader in try reader.snapshot { try Self.verify(reader) } } } catch {
            throw error as? Refusal ?? Refusal(.unavailable, "The log of disclosures cannot be read.", cause: "\(error)")
        }
    }

    private static func verify(_ reader: Reader) throws -> Int {
        let seals = try reader.statement("SELECT last, digest FROM seal ORDER BY last")
        let rows = try reader.statement(
            """
            SELECT number, at, plan, member, "grant", app, interaction, type, target, resources FROM disclosure ORDER BY number
            """)
        defer {
            seals.reset()
            rows.reset()
        }
        var digest = DisclosureWriter.firstSeal
        var number: Int64 = 0
        while try seals.step() {
            var hash = DisclosureWriter.hash(after: digest)
            let last = seals.int(0)
            while number < last {
                guard try rows.step(), rows.int(0) == number + 1, let disclosure = disclosure(rows) else {
                    throw Refusal(.invalid, "Entry \(number + 1) of the log of disclosures is missing or was changed.")
                }
                number += 1
                DisclosureWriter.add(disclosure, to: &hash)
            }
            digest = Array(hash.finalize())
            guard seals.bytes(1).elementsEqual(digest) else {
                throw Refusal(.invalid, "An entry of the log of disclosures up to \(last) is not as it was written.")
            }
        }
        guard try !rows.step() else {
            throw Refusal(.invalid, "Entry \(number + 1) of the log of disclosures was not written by this program.")
        }
        return Int(number)
    }

    private static func disclosure(_ row: Statement) -> Disclosure? {
        guard let interaction = Disclosure.Interaction(rawValue: UInt8(truncatingIfNeeded: row.int(6))),
            let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: row.int(7)))
        else { return nil }
        return Disclosure(
            at: Timestamp(milliseconds: row.int(1)), plan: Key(row.int(2)), member: Key(row.int(3)), grant: Key(row.int(4)),
            app: Key(row.int(5)), interaction: interaction, type: type, target: row.text(8), resources: Int(row.int(9)))
    }
}

/// The connection that writes, and the seal it has reached.
private final class DisclosureWriter {
    private let connection: OpaquePointer
    private let begin: Statement
    private let commit: Statement
    private let rollback: Statement
    private let insert: Statement
    private let insertSeal: Statement
    private var last: Int64 = 0
    private var digest = DisclosureWriter.firstSeal

    static let firstSeal = [UInt8](repeating: 0, count: 32)

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
        var hash = Self.hash(after: digest)
        var number = last
        try Self.step(begin)
        do {
            for disclosure in disclosures {
                number += 1
                try keep(disclosure, number)
                Self.add(disclosure, to: &hash)
            }
            let sealed = Array(hash.finalize())
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

    static func hash(after digest: [UInt8]) -> SHA256 {
        var hash = SHA256()
        digest.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash
    }

    /// Each number as eight bytes, little-endian, then the length of the target and its bytes.
    static func add(_ disclosure: Disclosure, to hash: inout SHA256) {
        var target = disclosure.target
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: 9) { numbers in
            numbers[0] = disclosure.at.milliseconds.littleEndian
            numbers[1] = disclosure.plan.number.littleEndian
            numbers[2] = disclosure.member.number.littleEndian
            numbers[3] = disclosure.grant.number.littleEndian
            numbers[4] = disclosure.app.number.littleEndian
            numbers[5] = Int64(disclosure.interaction.rawValue).littleEndian
            numbers[6] = Int64(disclosure.type.rawValue).littleEndian
            numbers[7] = Int64(disclosure.resources).littleEndian
            numbers[8] = Int64(target.utf8.count).littleEndian
            hash.update(bufferPointer: UnsafeRawBufferPointer(numbers))
        }
        target.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
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
