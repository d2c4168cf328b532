import Exchange
import FHIR
import Testing

@testable import Storage

@Suite("A store's promises: walks of “Try it”")
struct TryRunPromises {
    @Test("A walk is its application's own, goes on until it is ended, and is gone when its hour is over", arguments: Engine.allCases)
    func walks(_ engine: Engine) async throws {
        try await engine.withWholeStore { store in
            let app = try await PortalPromises.app(store, try await PortalPromises.account(store))
            func run(_ sealed: [UInt8], isOver: Bool = false) -> SealedTryRun {
                SealedTryRun(id: "walk", application: app.key, sealed: sealed, isOver: isOver, endsAt: today.adding(seconds: 3600))
            }
            #expect(try await store.keep(run([1])))
            #expect(try await store.keep(run([2])))
            #expect(try store.tryRun("walk", of: app.key, at: today)?.sealed == [2])
            #expect(try store.tryRun("walk", of: Key(app.key.number + 1), at: today) == nil)
            #expect(try store.tryRun("walk", of: app.key, at: today.adding(seconds: 3600)) == nil)
            let ended = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<20 { group.addTask { try await store.keep(run([UInt8(number)], isOver: true)) } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(ended == 1)
            #expect(try await !store.keep(run([3])), "what has ended does not go on")
            #expect(try store.tryRun("walk", of: app.key, at: today)?.isOver == true)
            try await store.tidy(at: today.adding(seconds: 3601))
            #expect(try store.tryRun("walk", of: app.key, at: today) == nil)
        }
    }
}
