import Synchronization

/// The number of the last change of clinical data, looked up at most once in its lifetime; a change made in this process is known at once.
final class ClinicalMark: Sendable {
    private struct State {
        var number: Int64 = 0
        var until: ContinuousClock.Instant?
        /// Grows with each change made here, so that a look-up under way meanwhile is not remembered.
        var generation = 0
    }

    private let state = Mutex(State())
    private let lifetime: Duration

    init(lifetime: Duration) { self.lifetime = lifetime }

    var generation: Int { state.withLock { $0.generation } }

    func current() -> Int64? {
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let until = state.until, now < until else { return nil }
            return state.number
        }
    }

    func remember(_ number: Int64, since generation: Int) {
        let until = ContinuousClock.now.advanced(by: lifetime)
        state.withLock { state in
            guard state.generation == generation else { return }
            (state.number, state.until) = (number, until)
        }
    }

    func changed() {
        state.withLock { state in
            state.generation += 1
            state.until = nil
        }
    }
}
