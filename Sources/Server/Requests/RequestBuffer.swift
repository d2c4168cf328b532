package import Exchange
import FHIR
import Synchronization

/// Where the requests of the sandbox's apps gather until they are kept together, so that no answer waits for it.
///
/// It is bounded: what comes too fast for one app, or for all together, is counted instead.
package final class RequestBuffer: Sendable {
    /// Of one app in a minute: proven to be its own, or only said to be.
    private static let mostProven = 3000
    private static let mostClaimed = 300
    /// Between two flushes.
    private static let capacity = 4000

    private struct Taken: Hashable {
        let app: Key<App>
        let isProven: Bool
    }

    private struct State {
        var gathered = GatheredRequests()
        var minute: Int64 = 0
        var taken: [Taken: Int] = [:]
        /// What keeps requests now, or kept them last; and what takes them after it.
        var keeping: Task<Result<Void, Refusal>, Never>?
        var waiting: Task<Result<Void, Refusal>, Never>?
    }

    private let state = Mutex(State())
    private let counter: Atomic<UInt64>

    package init() { counter = Atomic(UInt64.random(in: .min ... .max)) }

    /// The name of one request: 13 characters, which a string holds without more memory.
    func nextID() -> String {
        // SplitMix64: every number once, none like the one before it.
        var word = counter.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        word ^= word >> 31
        return String(unsafeUninitializedCapacity: 13) { bytes in
            for place in 0..<13 {
                let digit = UInt8(truncatingIfNeeded: word & 31)
                bytes[12 - place] = digit < 10 ? 0x30 + digit : 0x57 + digit
                word >>= 5
            }
            return 13
        }
    }

    /// `isProven`: by the app's secret or a token, not only by its public name.
    func add(_ record: RequestRecord, isProven: Bool) {
        state.withLock { state in
            let minute = record.at.milliseconds / 60_000
            if state.minute != minute {
                state.minute = minute
                state.taken.removeAll(keepingCapacity: true)
            }
            let key = Taken(app: record.app, isProven: isProven)
            let count = state.taken[key, default: 0]
            guard state.gathered.requests.count < Self.capacity, count < (isProven ? Self.mostProven : Self.mostClaimed) else {
                state.gathered.dropped[record.app, default: 0] += 1
                return
            }
            state.taken[key] = count + 1
            state.gathered.requests.append(record)
        }
    }

    /// What has gathered, which is the caller's from here on.
    func take() -> GatheredRequests {
        state.withLock { state in
            defer { state.gathered = GatheredRequests() }
            return state.gathered
        }
    }

    /// Counts a call that succeeded.
    func count(_ kind: String, by app: Key<App>, plan: Key<Plan>, at now: Timestamp) {
        state.withLock { $0.gathered.count(kind, by: app, plan: plan, at: now) }
    }

    /// Keeps all that was added before the call, also what an earlier call is still keeping. Where the store cannot, it stays for the next
    /// time; a store whose answer was lost may then have it twice.
    package func flush(to store: any RequestStore, world: World) async throws(Refusal) {
        let last = state.withLock { state in
            // One that has not begun takes this call's requests too.
            if let waiting = state.waiting { return waiting }
            let before = state.keeping
            let task = Task {
                _ = await before?.value
                self.state.withLock { state in (state.keeping, state.waiting) = (state.waiting, nil) }
                return await self.keep(in: store, world: world)
            }
            state.waiting = task
            return task
        }
        try await last.value.get()
    }

    private func keep(in store: any RequestStore, world: World) async -> Result<Void, Refusal> {
        var taken = take()
        if taken.isEmpty { return .success(()) }
        do throws(Refusal) {
            try await store.keep(taken, at: world.now())
            return .success(())
        } catch {
            state.withLock { state in
                taken.add(state.gathered, capacity: Self.capacity)
                state.gathered = taken
            }
            return .failure(error)
        }
    }
}
