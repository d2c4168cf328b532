import Exchange
import FHIR
import Foundation
import Synchronization
import Testing

@testable import Storage

@Suite("A load and the writers beside it")
struct WritingTurnTests {
    private final class Load: Sendable {
        let batches = Atomic(0)
        let isOver = Atomic(false)
        var kept: Int { batches.load(ordering: .acquiring) }
    }

    /// A load that begins the next batch as soon as one is kept, in another process's place, for as long as `body` runs.
    private func loading(into directory: String, plan: Key<Plan>, _ body: (Load) async throws -> Void) async throws {
        let store = try Store(directory: directory, keepsSentMail: false)
        let load = Load()
        let batch = try prepared((0..<8000).map { observation("o\($0)", of: "p1") })
        let thread = Thread {
            while !load.isOver.load(ordering: .relaxed) {
                guard (try? store.keep(batch, plan: plan, at: today)) != nil else { return }
                load.batches.add(1, ordering: .releasing)
            }
        }
        thread.start()
        defer {
            load.isOver.store(true, ordering: .relaxed)
            while !thread.isFinished { usleep(1000) }
            try? store.close()
        }
        while load.kept == 0 { try await Task.sleep(for: .milliseconds(1)) }
        try await body(load)
        #expect(!thread.isFinished, "the load has failed")
    }

    @Test("Each change goes before all but a few batches of a load that never pauses")
    func changes() async throws {
        try await withFolder { directory in
            let store = try Store(directory: directory, keepsSentMail: false)
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            try await loading(into: directory, plan: plan) { load in
                var most = 0
                for number in 0..<20 {
                    let before = load.kept
                    _ = try await store.enrol(planID: "plan-\(number)", name: "A plan")
                    most = max(most, load.kept - before)
                }
                #expect(most <= 5)
            }
            try store.close()
        }
    }

    @Test("A batch that takes too long for one transaction is kept in several, each resource once")
    func several() async throws {
        try await withFolder { directory in
            let store = try Store(directory: directory, keepsSentMail: false)
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let bulk = BulkWriter(path: directory + "/payerbridge.sqlite", turn: WritingTurn(directory: directory), longest: .zero)
            let batch = try prepared([patient("p1", memberID: "M1")] + (0..<400).map { observation("o\($0 % 390)", of: "p1") })
            let mark = try Self.changes(directory)
            let outcomes = try bulk.keep(batch, plan: plan, at: today)
            #expect(outcomes == Array(repeating: .added, count: 391) + Array(repeating: .unchanged, count: 10))
            // A change of clinical data is noted once in a transaction.
            #expect(try Self.changes(directory) == mark + 7)
            let member = try #require(try store.key(ofPatient: "p1", plan: plan))
            #expect(try store.page(.observation, [], in: Compartment(plan: plan, member: member, patientID: "p1")).total == 390)
            try bulk.settle()
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
            let load = WritingTurn(directory: directory)
            do {
                let waiting = WritingTurn(directory: directory)
                #expect(waiting.waitAgain(tries: 0))
                load.letOthersGoFirst()
                #expect(!waiting.waitAgain(tries: 10_000), "after ten seconds it gives up")
            }
            load.letOthersGoFirst()
        }
    }
}
