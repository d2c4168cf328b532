import Exchange
import FHIR
import Foundation
import GRDBSQLite
import Synchronization
import Testing

@testable import Storage

@Suite("A load and the writers beside it")
struct WritingTurnTests {
    @Test("A change that finds the file taken says so until it has it")
    func changes() async throws {
        try await withFolder { directory in
            let store = try Store(directory: directory, keepsSentMail: false)
            let load = WritingTurn(directory: directory)
            let isHeld = Atomic(false)
            // This one may get its next turn only after the change has given up.
            let said = OwnThread {
                let holder = try SQLiteConnection(
                    path: directory + "/payerbridge.sqlite", flags: SQLITE_OPEN_READWRITE, waiting: 1000, pragmas: [])
                try holder.run("BEGIN IMMEDIATE")
                isHeld.store(true, ordering: .sequentiallyConsistent)
                for _ in 0..<600_000 where !load.isWantedByOthers() { usleep(1000) }
                defer { try? holder.run("COMMIT") }
                return load.isWantedByOthers()
            }
            while !isHeld.load(ordering: .sequentiallyConsistent) && !said.isOver { try await Task.sleep(for: .milliseconds(1)) }
            _ = try await store.enrol(planID: "demo", name: "Demo")
            #expect(try await said.value)
            #expect(!load.isWantedByOthers())
            try store.close()
        }
    }

    @Test("A load that finds the file taken says so too, so that another load lets it go before")
    func loads() async throws {
        try await withFolder { directory in
            let store = try Store(directory: directory, keepsSentMail: false)
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let path = directory + "/payerbridge.sqlite"
            let (bulk, another) = (BulkWriter(path: path, turn: WritingTurn(directory: directory)), WritingTurn(directory: directory))
            let holder = try SQLiteConnection(path: path, flags: SQLITE_OPEN_READWRITE, waiting: 1000, pragmas: [])
            try holder.run("BEGIN IMMEDIATE")
            let batch = try prepared(observation("o", of: "p1"))
            let kept = OwnThread { try bulk.keep(batch, plan: plan, at: today) }
            // Without giving this thread away: among many tests it might come back after the load has given up.
            for _ in 0..<8000 where !another.isWantedByOthers() { usleep(1000) }
            #expect(another.isWantedByOthers())
            try holder.run("COMMIT")
            #expect(try await kept.value == [.added])
            #expect(!another.isWantedByOthers())
            try bulk.settle()
            try store.close()
        }
    }

    @Test("Two loads at once into one file both come to their end")
    func twoLoads() async throws {
        try await withFolder { directory in
            let store = try Store(directory: directory, keepsSentMail: false)
            let path = directory + "/payerbridge.sqlite"
            var loads: [OwnThread<Int>] = []
            for name in ["one", "two"] {
                let plan = try await store.enrol(planID: name, name: name)
                let batches = try (0..<20).map { batch in try prepared((0..<200).map { observation("o\(batch)-\($0)", of: "p1") }) }
                let bulk = BulkWriter(path: path, turn: WritingTurn(directory: directory), patience: .zero)
                loads.append(
                    OwnThread {
                        let kept = try batches.reduce(0) { try $0 + bulk.keep($1, plan: plan, at: today).count { $0 == .added } }
                        try bulk.settle()
                        return kept
                    })
            }
            for load in loads { #expect(try await load.value == 4000) }
            try store.close()
        }
    }

    @Test("A load begins nothing while somebody waits to write")
    func waiting() async throws {
        try await withFolder { directory in
            let store = try Store(directory: directory, keepsSentMail: false)
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let bulk = BulkWriter(path: directory + "/payerbridge.sqlite", turn: WritingTurn(directory: directory, patience: 100_000))
            let batch = try prepared(observation("o", of: "p1"))
            let someone = WritingTurn(directory: directory)
            #expect(someone.waitAgain(tries: 0))
            let kept = OwnThread { try bulk.keep(batch, plan: plan, at: today) }
            try await Task.sleep(for: .milliseconds(300))
            #expect(!kept.isOver)
            _ = try await store.enrol(planID: "other", name: "Other")
            someone.leave()
            #expect(try await kept.value == [.added])
            try bulk.settle()
            try store.close()
        }
    }

    @Test("A batch for which somebody else waits is kept in several transactions, each resource once; otherwise in one")
    func several() async throws {
        try await withFolder { directory in
            let store = try Store(directory: directory, keepsSentMail: false)
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let bulk = BulkWriter(path: directory + "/payerbridge.sqlite", turn: WritingTurn(directory: directory), patience: .zero)
            let batch = try prepared([patient("p1", memberID: "M1")] + (0..<400).map { observation("o\($0 % 390)", of: "p1") })
            let mark = try Self.changes(directory)
            let waiting = WritingTurn(directory: directory)
            #expect(waiting.waitAgain(tries: 0))
            let outcomes = try bulk.keep(batch, plan: plan, at: today)
            #expect(outcomes == Array(repeating: .added, count: 391) + Array(repeating: .unchanged, count: 10))
            // A change of clinical data is noted once in a transaction.
            #expect(try Self.changes(directory) == mark + 7)
            waiting.leave()
            #expect(try bulk.keep(try prepared((0..<400).map { observation("n\($0)", of: "p1") }), plan: plan, at: today).count == 400)
            #expect(try Self.changes(directory) == mark + 8)
            let member = try #require(try store.key(ofPatient: "p1", plan: plan))
            #expect(try store.page(.observation, [], in: Compartment(plan: plan, member: member, patientID: "p1")).total == 790)
            try bulk.settle()
            try store.close()
        }
    }

    @Test("A transaction that ends within a batch leaves nothing of what comes after it")
    func rest() async throws {
        try await withFolder { directory in
            let store = try Store(directory: directory, keepsSentMail: false)
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let bulk = BulkWriter(
                path: directory + "/payerbridge.sqlite", turn: WritingTurn(directory: directory, patience: 0), patience: .zero)
            var lines = (0..<300).map { observation("o\($0)", of: "p1") }
            // It names what the transaction before has looked at, and not kept.
            lines.insert(
                #"{"resourceType":"Provenance","id":"v","target":[{"reference":"Observation/o200"}],"recorded":"2026-01-01"}"#, at: 70)
            let waiting = WritingTurn(directory: directory)
            #expect(waiting.waitAgain(tries: 0))
            let outcomes = try bulk.keep(try prepared(lines), plan: plan, at: today)
            waiting.leave()
            #expect(outcomes.count { $0 == .added } == 300)
            guard case .refused = outcomes[70] else {
                Issue.record("\(outcomes[70])")
                return
            }
            #expect(try bulk.keep(try prepared(lines), plan: plan, at: today)[70] == .added)
            try bulk.settle()
            try store.close()
        }
    }

    @Test("A load that rests ends its transaction for whoever waits for the file, and goes on", .timeLimit(.minutes(15)))
    func resting() async throws {
        try await withFolder { directory in
            let store = try Store(directory: directory, keepsSentMail: false)
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let bulk = BulkWriter(path: directory + "/payerbridge.sqlite", turn: WritingTurn(directory: directory, patience: 1))
            let batch = try prepared((0..<400).map { observation("o\($0)", of: "p1") })
            let mark = try Self.changes(directory)
            let waiting = WritingTurn(directory: directory)
            #expect(waiting.waitAgain(tries: 0))
            let outcomes = try bulk.keep(batch, plan: plan, at: today, pace: Resting().pace)
            #expect(outcomes == Array(repeating: .added, count: 400))
            // Of the seven transactions one ends before anything is known of reads.
            #expect(try Self.changes(directory) >= mark + 6)
            waiting.leave()
            try bulk.settle()
            try store.close()
        }
    }

    @Test("However much a load writes, its log stays short, and what is moved out of it is there", arguments: [8 << 20, 64 << 10])
    func log(_ enough: Int) async throws {
        try await withFolder { directory in
            let store = try Store(directory: directory, keepsSentMail: false)
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let path = directory + "/payerbridge.sqlite"
            let log = WriteAheadLog(path: path, some: 16 << 10, enough: enough, tooMuch: 512 << 10)
            let bulk = BulkWriter(path: path, turn: WritingTurn(directory: directory), log: log)
            func size() throws -> Int {
                (try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? NSNumber)?.intValue ?? 0
            }
            // The schema's own changes have gone through it, and a file once longer stays so.
            let before = try size()
            var longest = 0
            for number in 0..<80 {
                let batch = try prepared(
                    (0..<100).map { observation("o\(number)-\($0)", of: "p1", more: #","note":"\#(String(repeating: "x", count: 900))""#) })
                #expect(try bulk.keep(batch, plan: plan, at: today).allSatisfy { $0 == .added })
                longest = max(longest, try size())
            }
            // More than eight megabytes went through it; what one batch may write stands above the limit.
            #expect(longest <= before + 1 << 20, "\(before)")
            try bulk.settle()
            let member = try #require(try store.key(ofPatient: "p1", plan: plan))
            #expect(try store.counts(in: Compartment(plan: plan, member: member, patientID: "p1"))[.observation] == 8000)
            try store.close()
        }
    }

    private static func changes(_ directory: String) throws -> Int64 {
        let readers = SQLiteReaders(path: directory + "/payerbridge.sqlite")
        let statement = try readers.lend().statement("SELECT number FROM clinical_change")
        defer { statement.reset() }
        return try statement.step() ? statement.int(0) : 0
    }

    @Test("A load goes on beside one who never leaves, and beside one whose process has ended")
    func forgotten() async throws {
        try await withFolder { directory in
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try await OwnThread {
                let load = WritingTurn(directory: directory)
                do {
                    let waiting = WritingTurn(directory: directory)
                    #expect(waiting.waitAgain(tries: 0))
                    load.letOthersGoFirst()
                    #expect(!waiting.waitAgain(tries: 10_000), "after ten seconds it gives up")
                }
                load.letOthersGoFirst()
            }.value
        }
    }
}
