import Exchange
import FHIR
import Foundation
import GRDB
import Testing

@testable import Storage

@Suite("A store's promises: the log of disclosures")
struct DisclosurePromises {
    func disclosure(_ number: Int, member: Int64 = 1) -> Disclosure {
        Disclosure(
            at: today.adding(seconds: number), plan: Key(1), member: Key(member), grant: Key(3), app: Key(4),
            interaction: Disclosure.Interaction.allCases[number % 5], type: .observation, target: "Observation/o\(number)?ü=\(number)",
            resources: number)
    }

    static func file(in folder: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder + "/d.sqlite"
    }

    /// Records and waits until it is told that it is durable.
    func record(_ disclosure: Disclosure, in log: some DisclosureLog) async -> Refusal? {
        await withCheckedContinuation { continuation in log.record(disclosure) { continuation.resume(returning: $0) } }
    }

    @Test("What was recorded is there for its member, newest first, and the log holds together", arguments: Engine.allCases)
    func recorded(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let atFirst = try store.verify()
            #expect(atFirst == 0)
            #expect(try store.newestDisclosure() == nil)
            for number in 0..<12 { #expect(await record(disclosure(number, member: Int64(number % 2)), in: store) == nil) }
            #expect(try store.disclosures(of: Key(1), plan: Key(1), limit: 3) == [11, 9, 7].map { disclosure($0, member: 1) })
            #expect(try store.disclosures(of: Key(0), plan: Key(1), limit: 50).count == 6)
            #expect(try store.disclosures(of: Key(0), plan: Key(2), limit: 50) == [])
            #expect(try store.newestDisclosure() == today.adding(seconds: 11))
            #expect(try store.verify() == 12)
        }
    }

    @Test("Hundreds at once are each kept once", arguments: Engine.allCases)
    func crowd(_ engine: Engine) async throws {
        try await engine.withStore { store in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<600 {
                    group.addTask {
                        let refusal = await record(disclosure(number), in: store)
                        #expect(refusal == nil)
                    }
                }
            }
            let found = try store.disclosures(of: Key(1), plan: Key(1), limit: 1000)
            #expect(Set(found.map(\.target)).count == 600 && found.count == 600)
            #expect(try store.verify() == 600)
        }
    }

    /// More entries, and more seals, than are asked for at once.
    @Test("A long log is gone through from its first entry to its last", arguments: Engine.allCases)
    func long(_ engine: Engine) async throws {
        try await engine.withWholeStore { store in
            for group in 0..<5200 { try store.engine.keep((0..<2).map { disclosure(group * 2 + $0) }) }
            #expect(try store.verify() == 10_400)
        }
    }

    @Test("The log goes on after a restart")
    func restart() async throws {
        try await withFolder { folder in
            for round in 1...3 {
                let log = try Store(directory: folder)
                for number in 0..<5 { #expect(await record(disclosure(number), in: log) == nil) }
                #expect(try log.verify() == round * 5)
            }
        }
    }

    @Test(
        "A change of any entry shows",
        arguments: [
            "UPDATE disclosure SET resources = resources + 1 WHERE number = 4",
            "UPDATE disclosure SET target = 'Observation/x' WHERE number = 7",
            "UPDATE disclosure SET at = at + 1 WHERE number = 1", "UPDATE disclosure SET member = 2 WHERE number = 9",
            "DELETE FROM disclosure WHERE number = 5", "DELETE FROM disclosure WHERE number = 10",
            "INSERT INTO disclosure SELECT 11, at, plan, member, \"grant\", app, interaction, type, target, resources, 0 FROM disclosure WHERE number = 1",
            "UPDATE seal SET digest = zeroblob(32) WHERE last = (SELECT min(last) FROM seal)",
            "DELETE FROM seal WHERE last = (SELECT max(last) FROM seal)",
        ])
    func tampered(_ sql: String) async throws {
        try await withFolder { folder in
            let path = folder + "/disclosures.sqlite"
            let log = try Store(directory: folder)
            for number in 0..<10 { #expect(await record(disclosure(number), in: log) == nil) }
            #expect(try log.verify() == 10)
            let other = try DatabaseQueue(path: path)
            try await other.write { try $0.execute(sql: sql) }
            try other.close()
            #expect(throws: Refusal.self) { try log.verify() }
        }
    }

    @Test("When it cannot be kept, the one who waits is told so")
    func refused() async throws {
        try await withFolder { folder in
            let path = folder + "/disclosures.sqlite"
            let log = try Store(directory: folder)
            let other = try DatabaseQueue(path: path)
            try await other.write {
                try $0.execute(sql: "CREATE TRIGGER stop BEFORE INSERT ON disclosure BEGIN SELECT RAISE(ABORT, 'full'); END")
            }
            #expect(await record(disclosure(1), in: log)?.code == .unavailable)
            try await other.write { try $0.execute(sql: "DROP TRIGGER stop") }
            #expect(await record(disclosure(2), in: log) == nil)
            #expect(try log.verify() == 1)
            try other.close()
        }
    }
}
