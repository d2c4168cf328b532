import Exchange
import FHIR
import Foundation
import Synchronization
import TestSupport
import Testing

/// Two servers whose stores differ only in what a token may not read answer it byte for byte alike.
///
/// `PAYERBRIDGE_REQUESTS` asks more, `PAYERBRIDGE_SEED` others.
struct NonInterferenceTests {
    private static let seed = ProcessInfo.processInfo.environment["PAYERBRIDGE_SEED"].flatMap { UInt64($0) } ?? 20_261_124
    private static let requests = ProcessInfo.processInfo.environment["PAYERBRIDGE_REQUESTS"].flatMap { Int($0) } ?? 5000
    private static let workers = 8

    @Test func `nothing that a token may not read changes any byte of its answers`() async throws {
        let clock = TestClock()
        // Away from the real time, so that the Date of an answer tells which way it took.
        clock.advance(seconds: 3 * 86_400)
        let (one, other) = (Self.seed &* 2 &+ 2, Self.seed &* 2 &+ 3)
        let records = TwinRecords(seed: Self.seed, hiddenSeed: one, now: clock.now)
        let (host, policy) = (TwinRecords.host, TwinRecords.policy)
        try await RunningSite.with(host: host, clock: clock, release: policy, fill: { try await records.fill($0, seed: one) }) { a in
            try await RunningSite.with(host: host, clock: clock, release: policy, fill: { try await records.fill($0, seed: other) }) { b in
                let twins = try await Twins(a, b)
                let change = Task { try await twins.change(records) }
                let asked = await Self.result {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for worker in 0..<Self.workers {
                            group.addTask { try await twins.ask(Self.requests / Self.workers, worker, records, seed: Self.seed) }
                        }
                        try await group.waitForAll()
                    }
                }
                change.cancel()
                do { try await change.value } catch is CancellationError {}
                try asked.get()
                let counts = twins.counts.withLock { $0 }
                #expect(counts.differences == [], "seed \(Self.seed)")
                let answered = counts.statuses[200] ?? 0
                // Else the grammar would prove little.
                #expect(answered * 100 >= counts.asked * 60, "\(counts.statuses)")
                #expect(counts.quick * 100 >= counts.asked * 20, "\(counts.quick) of \(counts.asked) went the quick way")
                #expect(counts.pages * 100 >= counts.asked * 3, "\(counts.pages) of \(counts.asked) were next pages")
                #expect(counts.changes >= 1)
            }
        }
    }

    private static func result(_ body: () async throws -> Void) async -> Result<Void, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
