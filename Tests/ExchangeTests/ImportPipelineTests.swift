import FHIR
import Foundation
import Synchronization
import Testing
import Trust

@testable import Exchange

@Suite("An import's batches")
struct ImportPipelineTests {
    /// Notes what it is asked to keep; the first batch waits until the test lets it go.
    private final class PatientStore: ImportStore {
        let batches = ImportBatches(atOnce: 1, resources: 2, bytes: 1 << 20, joined: 3)
        let kept = Mutex<[[String]]>([])
        let began = DispatchSemaphore(value: 0)
        let mayGoOn = DispatchSemaphore(value: 0)

        func keep(
            _ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp, turn: BatchTurn, pace: ImportPace
        ) throws(Refusal) -> [ImportOutcome] {
            let isFirst = kept.withLock { kept in
                kept.append(batch.map(\.id.text))
                return kept.count == 1
            }
            if isFirst {
                began.signal()
                mayGoOn.wait()
            }
            return batch.map { $0.id.text == "o5" ? .refused("It is not wanted.") : .added }
        }

        func settle() throws(Refusal) {}
        func sharedIdentifiers(plan: Key<Plan>) throws(Refusal) -> [String: ResourceID] { [:] }
    }

    /// Plenty of room.
    private struct EmptyPlan: UsageStore {
        func usage(of plan: Key<Plan>, for quota: PlanQuota) throws(Refusal) -> PlanUsage { PlanUsage() }
        func growth(of batch: [PreparedResource], plan: Key<Plan>) throws(Refusal) -> PlanUsage { PlanUsage(resources: batch.count) }
    }

    private func run(_ store: PatientStore, quota: ImportQuota? = nil) throws -> ImportReport {
        let world = World { Timestamp(milliseconds: 0) }
        let pipeline = ImportPipeline(store: store, plan: Key(1), world: world, quota: quota)
        func add(_ number: Int) {
            let text = #"{"resourceType":"Observation","id":"o\#(number)","subject":{"reference":"Patient/p"}}"#
            Array(text.utf8).withUnsafeBytes { pipeline.add($0, place: ImportPlace("f", line: number)) }
        }
        for number in 1...2 { add(number) }
        store.began.wait()
        // Three batches and a half, of which the last waits in the pipeline.
        for number in 3...7 { add(number) }
        store.mayGoOn.signal()
        return try pipeline.finish()
    }

    @Test("What waits while a batch is kept is kept as one, in its order, and every outcome finds its place")
    func joined() throws {
        let store = PatientStore()
        let report = try run(store)
        #expect(store.kept.withLock { $0.flatMap { $0 } } == (1...7).map { "o\($0)" })
        let sizes = store.kept.withLock { $0.map(\.count) }
        // The last may have come in time to be kept with the others, or not.
        #expect(sizes == [2, 5] || sizes == [2, 4, 1])
        #expect(report.added == 6)
        #expect(report.problems.map(\.place) == [ImportPlace("f", line: 5)])
    }

    @Test("With a quota each batch is kept alone, so that what is refused is not a matter of time")
    func quota() throws {
        let store = PatientStore()
        let plan = Plan(
            key: Key(1), id: "demo", name: "Demo",
            addresses: PlanAddresses(authorization: "http://x/demo/oauth2", fhir: "http://x/demo/r4"),
            policy: PlanPolicy(environment: .sandbox, codeAddress: .typed))
        _ = try run(store, quota: ImportQuota(PlanQuota(resources: 1000), store: EmptyPlan(), plan: plan))
        #expect(store.kept.withLock { $0.map(\.count) } == [2, 2, 2, 1])
    }
}

@Suite("Which resources an import has brought")
struct SeenResourcesTests {
    @Test("Each number is new once, whatever it is and however many there are")
    func once() {
        var seen = SeenResources()
        // Numbers that end alike fall on the same place.
        let keys = [0, 1, .min, .max, -1] + (1...20_000).map { Int64($0) << 20 } + (1...20_000).map { -7 * Int64($0) }
        let first = keys.map { seen.note($0) }
        #expect(!first.contains(true))
        let second = keys.map { seen.note($0) }
        #expect(second.allSatisfy { $0 })
        let other = seen.note(424_242)
        #expect(!other)
    }
}
