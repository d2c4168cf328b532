import Exchange
import FHIR
import Foundation
import Testing

@testable import Storage

@Suite("On a server a commit of the log is one row, until it is put into the log's tables", .enabled(if: PostgresServer.base != nil))
struct DisclosureFoldingTests {
    private func disclosure(_ number: Int, member: Int64 = 1) -> Disclosure {
        Disclosure(
            at: today.adding(seconds: number), plan: Key(1), member: Key(member), grant: Key(3), app: Key(4),
            interaction: Disclosure.Interaction.allCases[number % 5], type: .observation,
            target: "Observation/o\(number)?ü=\"{\(number)}\\",
            resources: number)
    }

    /// While it lives, nobody folds.
    private struct Held {
        let connection: PostgresConnection

        init(_ address: PostgresAddress) throws {
            connection = try PostgresConnection(address, for: .administer)
            try connection.run("SELECT pg_advisory_lock(\(PostgresDisclosureFolding.lock))")
        }

        func letGo() throws { try connection.run("SELECT pg_advisory_unlock(\(PostgresDisclosureFolding.lock))") }

        func count(_ table: String) throws -> Int64 {
            let rows = PostgresStatement(connection, "SELECT count(*) FROM \(table)")
            return try rows.step() ? rows.int(0) : -1
        }
    }

    @Test("What another process has kept is read at once, though nobody has put it in yet, and in the order and words in which it was kept")
    func readAtOnce() async throws {
        try await PostgresServer.withDatabase { address in
            let held = try Held(address)
            let one = try Store(postgres: address)
            for group in 0..<3 { try one.engine.keep((0..<4).map { disclosure(group * 4 + $0, member: Int64($0 % 2)) }) }
            try one.close()
            #expect(try held.count("disclosure_group") == 3 && held.count("disclosure") == 0 && held.count("seal") == 0)
            try held.letGo()
            let other = try Store(postgres: address)
            defer { try? other.close() }
            #expect(try other.disclosures(of: Key(1), plan: Key(1), limit: 4) == [11, 9, 7, 5].map { disclosure($0, member: 1) })
            #expect(try other.newestDisclosure() == today.adding(seconds: 11))
            #expect(try other.verify() == 12)
            #expect(try held.count("disclosure_group") == 0 && held.count("disclosure") == 12 && held.count("seal") == 3)
        }
    }

    @Test("It is put in by itself when nobody reads, and the measure of what waits goes back to nothing")
    func byItself() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            defer { try? store.close() }
            let watch = try PostgresConnection(address, for: .read)
            let rows = PostgresStatement(watch, "SELECT count(*) FROM disclosure")
            for round in 1...3 {
                try store.engine.keep([disclosure(round)])
                while try rows.step(), rows.int(0) < Int64(round) {
                    rows.reset()
                    try await Task.sleep(for: .milliseconds(20))
                }
                rows.reset()
            }
            while try store.engine.measures().first(where: { $0.name == "disclosures_unfolded" })?.value != 0 {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    @Test("While four processes write, all read and sessions are cut, every entry is there once and all chains hold")
    func together() async throws {
        try await PostgresServer.withDatabase { address in
            let stores = try (0..<4).map { _ in try Store(postgres: address) }
            defer { for store in stores { try? store.close() } }
            let kept = try await withThrowingTaskGroup(of: [Int].self) { group in
                for (place, store) in stores.enumerated() {
                    group.addTask {
                        try await OwnThread {
                            var kept: [Int] = []
                            for round in 0..<120 {
                                let number = (place * 120 + round) * 2
                                do {
                                    try store.engine.keep([disclosure(number), disclosure(number + 1)])
                                    kept += [number, number + 1]
                                } catch let problem as PostgresProblem where problem.isLost {}
                                if round % 7 == place { _ = try? store.newestDisclosure() }
                                if round % 30 == 29, place == 0 {
                                    try PostgresConnection(address, for: .administer).run(
                                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                                    )
                                }
                            }
                            return kept
                        }.value
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(kept.count > 900, "most succeed by themselves")
            let found = try stores[1].disclosures(of: Key(1), plan: Key(1), limit: 2000).map { $0.resources }
            #expect(Set(kept).subtracting(found).isEmpty)
            #expect(try stores[2].verify() == found.count)
            // A session cut between its commit and the answer may leave an entry twice, which says too much, never too little.
            #expect(found.count - Set(found).count <= 16)
        }
    }

    @Test("A number of a transaction from another server's time holds nothing back", arguments: ["1", "9223372036854775807"])
    func restored(change: String) async throws {
        try await PostgresServer.withDatabase { address in
            let held = try Held(address)
            let one = try Store(postgres: address)
            try one.engine.keep([disclosure(1)])
            try one.close()
            try held.connection.run("UPDATE disclosure_group SET change = '\(change)'")
            try held.letGo()
            let store = try Store(postgres: address)
            defer { try? store.close() }
            #expect(try store.verify() == 1)
            try store.engine.keep([disclosure(2)])
            #expect(try store.verify() == 2)
        }
    }

    @Test("A transaction that stays open, and one that commits late, hold nothing back and are not passed over")
    func late() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            defer { try? store.close() }
            try store.engine.keep([disclosure(1)])
            let slow = try PostgresConnection(address, for: .administer)
            try slow.run(
                """
                BEGIN; INSERT INTO disclosure_group (writer, last, digest, at, plan, member, "grant", app, interaction, type, target, resources)
                VALUES (7, 1, decode(repeat('00', 32), 'hex'), '{5}', '{1}', '{9}', '{1}', '{1}', '{0}', '{1}', '{Observation/late}', '{1}')
                """)
            for number in 2...4 {
                try store.engine.keep([disclosure(number)])
                #expect(try store.verify() == number)
            }
            #expect(try store.disclosures(of: Key(9), plan: Key(1), limit: 5) == [])
            try slow.run("COMMIT")
            let isFolded = PostgresStatement(slow, "SELECT count(*) FROM disclosure WHERE member = 9")
            _ = try? store.newestDisclosure()
            #expect(try isFolded.step() && isFolded.int(0) == 1)
        }
    }

    @Test(
        "A change of a commit shows before and after it is put in",
        arguments: [
            "UPDATE disclosure_group SET resources[1] = resources[1] + 1 WHERE last = 4",
            "UPDATE disclosure_group SET target[2] = 'Observation/x' WHERE last = 4",
            "UPDATE disclosure_group SET digest = decode(repeat('00', 32), 'hex') WHERE last = 4",
            "UPDATE disclosure_group SET last = last + 1 WHERE last = 4", "DELETE FROM disclosure_group WHERE last = 4",
            "INSERT INTO disclosure_group SELECT * FROM disclosure_group WHERE last = 4",
            "UPDATE disclosure_group SET member = member[1:1] WHERE last = 4", "UPDATE disclosure_group SET digest = '' WHERE last = 4",
            "UPDATE disclosure_group SET at = at || 7::bigint WHERE last = 4",
        ])
    func tampered(_ sql: String) async throws {
        try await PostgresServer.withDatabase { address in
            let held = try Held(address)
            let store = try Store(postgres: address)
            defer { try? store.close() }
            for group in 0..<3 { try store.engine.keep((0..<2).map { disclosure(group * 2 + $0) }) }
            try held.connection.run(sql)
            try held.letGo()
            let refusal = #expect(throws: Refusal.self) { try store.verify() }
            #expect(refusal?.code == .invalid && refusal?.message.contains("log of disclosures") == true)
            #expect(throws: Refusal.self) { try store.verify() }
        }
    }

    @Test("A great many entries at once, and words longer than a page, go in and come out")
    func large() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            defer { try? store.close() }
            var many = (0..<1024).map { disclosure($0) }
            many[5] = Disclosure(
                at: today, plan: Key(1), member: Key(2), grant: Key(3), app: Key(4), interaction: .search, type: .observation,
                target: String(repeating: "ü", count: 20_000), resources: 1)
            try store.engine.keep(many)
            for number in 0..<2500 { try store.engine.keep([disclosure(number)]) }
            #expect(try store.disclosures(of: Key(2), plan: Key(1), limit: 5) == [many[5]])
            #expect(try store.verify() == 3524)
        }
    }
}
