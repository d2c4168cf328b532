import Exchange
import FHIR
import Foundation
import Synchronization
import Testing

@testable import Storage

@Suite("A store's promises: batches of one import at once")
struct BatchesAtOncePromises {
    private static let several: [Engine] = Engine.allCases.filter { $0 == .postgres }

    @Test("A batch that leans on one before it waits for that one, and another does not", arguments: several)
    func leaning(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let provenance = #"{"resourceType":"Provenance","id":"v","target":[{"reference":"Observation/o"}],"recorded":"2026-01-01"}"#
            let first = BatchTurn()
            let (leaning, free) = (try prepared(provenance), try prepared(observation("other", of: "p1")))
            let second = BatchTurn(after: first)
            #expect(try store.keep(free, plan: scene.plan, at: today, turn: second) == [.added])

            let kept = OwnThread { try store.keep(leaning, plan: scene.plan, at: today, turn: second) }
            try await Task.sleep(for: .milliseconds(300))
            #expect(!kept.isOver)
            #expect(try store.keep(try prepared(observation("o", of: "p1")), plan: scene.plan, at: today, turn: first) == [.added])
            first.end()
            #expect(try await kept.value == [.added])
            #expect(try store.body(.provenance, "v", in: scene.compartment) != nil)
        }
    }

    @Test("Batches that wait hold up none that they wait for, in two imports at once", arguments: several)
    func twoImports(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            func keep(_ source: String, _ turn: BatchTurn, ending: Bool) throws -> OwnThread<[ImportOutcome]> {
                let batch = try prepared(source)
                return OwnThread {
                    defer { if ending { turn.end() } }
                    return try store.keep(batch, plan: scene.plan, at: today, turn: turn)
                }
            }
            let first = [BatchTurn(), BatchTurn()]
            let leaning = try first.enumerated().map { number, turn in
                try keep(
                    #"{"resourceType":"Provenance","id":"v\#(number)","target":[{"reference":"Observation/o\#(number)"}],"recorded":"2026-01-01"}"#,
                    BatchTurn(after: turn), ending: false)
            }
            try await Task.sleep(for: .milliseconds(300))
            #expect(leaning.allSatisfy { !$0.isOver })
            let free = try first.enumerated().map { number, turn in try keep(observation("o\(number)", of: "p1"), turn, ending: true) }
            for kept in free + leaning { #expect(try await kept.value == [.added]) }
        }
    }

    @Test("What stands twice in different batches is kept as it came first, and everything is where it belongs", arguments: Engine.allCases)
    func many(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let pipeline = ImportPipeline(store: store, plan: scene.plan, world: World { today })
            var line = 0
            func add(_ document: String) {
                line += 1
                Array(document.utf8).withUnsafeBytes { pipeline.add($0, place: "f:\(line)") }
            }
            // More than two batches, whose members go across the borders.
            for number in 0..<18_000 {
                add(observation("o\(number)", of: "q\(number / 700)", status: number < 9_000 ? "final" : "amended"))
            }
            // The first of them once more, with other content, and a Provenance of what came just before.
            add(observation("o17990", of: "q\(17_990 / 700)", status: "registered"))
            add(observation("o8100", of: "q\(8_100 / 700)", status: "registered"))
            add(#"{"resourceType":"Provenance","id":"v","target":[{"reference":"Observation/o17999"}],"recorded":"2026-01-01"}"#)
            add(#"{"resourceType":"Provenance","id":"w","target":[{"reference":"Observation/nowhere"}],"recorded":"2026-01-01"}"#)
            let report = try pipeline.finish()
            #expect(report.added == 18_001 && report.updated == 0 && report.unchanged == 0)
            #expect(report.warnings.map(\.place) == ["f:18001", "f:18002"])
            #expect(report.problems.map(\.place) == ["f:18004"])
            for (member, count) in [(0, 700), (11, 700), (25, 18_000 - 25 * 700)] {
                let key = try #require(try store.key(ofPatient: "q\(member)", plan: scene.plan, among: 200))
                let compartment = Compartment(plan: scene.plan, member: key, patientID: "q\(member)")
                #expect(try store.counts(in: compartment)[.observation] == count)
            }
        }
    }

    @Test(
        "A load of what is there already changes nothing, takes what is new among it, and a changed one is its next version",
        arguments: Engine.allCases)
    func again(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            func load(_ documents: [String]) throws -> ImportReport {
                let pipeline = ImportPipeline(store: store, plan: scene.plan, world: World { today })
                for document in documents { Array(document.utf8).withUnsafeBytes { pipeline.add($0, place: "f") } }
                let report = try pipeline.finish()
                // Another load finds the store as a new process does.
                try store.settle()
                return report
            }
            func records(_ numbers: Range<Int>, status: String = "final") -> [String] {
                numbers.map { observation("o\($0)", of: "q\($0 / 500)", status: status) }
            }
            #expect(try load(records(0..<9_000)).added == 9_000)
            // New ones stand before, among and behind those that are known; a few of these have changed.
            let second = try load(
                records(9_000..<12_000) + records(0..<6_000) + records(12_000..<13_000) + records(6_000..<6_010, status: "amended"))
            #expect(second.added == 4_000 && second.unchanged == 6_000 && second.updated == 10)
            let third = try load(records(0..<6_000) + records(6_000..<6_010, status: "amended") + records(6_010..<13_000))
            #expect(third.added == 0 && third.unchanged == 13_000 && third.updated == 0)
            let key = try #require(try store.key(ofPatient: "q12", plan: scene.plan, among: 200))
            let compartment = Compartment(plan: scene.plan, member: key, patientID: "q12")
            #expect(try store.counts(in: compartment)[.observation] == 500)
            #expect(try store.body(.observation, "o6009", in: compartment)?.contains(#""versionId":"2""#) == true)
            #expect(try store.body(.observation, "o6010", in: compartment)?.contains(#""versionId":"1""#) == true)
        }
    }

    @Test("What a batch would add is told before it is kept: new resources, changed bytes, new members", arguments: Engine.allCases)
    func growth(_ engine: Engine) async throws {
        try await engine.withWholeStore { store in
            let scene = try await Scene(store)
            let batch = try prepared((0..<40).map { observation("g\($0)", of: "g\($0 / 10)") })
            let all = try store.growth(of: batch, plan: scene.plan)
            #expect(all.resources == 40 && all.members == 4 && all.bytes == batch.reduce(0) { $0 + $1.size })
            _ = try store.keep(Array(batch[..<25]), plan: scene.plan, at: today)
            let rest = try store.growth(of: batch, plan: scene.plan)
            #expect(rest.resources == 15 && rest.members == 1 && rest.bytes == batch[25...].reduce(0) { $0 + $1.size })
            // Three letters longer, in a resource that is there.
            let changed = try store.growth(of: try prepared(observation("g3", of: "g0", status: "amended-")), plan: scene.plan)
            #expect(changed.resources == 0 && changed.members == 0 && changed.bytes == "amended-".count - "final".count)
        }
    }
}
