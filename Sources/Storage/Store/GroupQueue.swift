import Dispatch
import Synchronization

/// What waits to be written, so that all that comes while one group is written makes the next.
///
/// With `patience`, the one who writes waits a little for as many as were in the larger of the last two groups: callers that come again as
/// soon as they are answered then go together, instead of one alone and the others after it. A single caller never waits.
final class GroupQueue<Item: Sendable>: Sendable {
    private struct State {
        var waiting: [Item] = []
        var isDraining = false
        /// The sizes of the last two groups.
        var sizes = (1, 1)
        /// How many the one who writes waits for.
        var wanted: Int?
    }

    private let state = Mutex(State())
    private let groupSize: Int
    private let patience: DispatchTimeInterval?
    private let gathered = DispatchSemaphore(value: 0)

    init(groupSize: Int, patience: DispatchTimeInterval? = nil) { (self.groupSize, self.patience) = (groupSize, patience) }

    /// Adds one; true when nobody is writing, so that whoever added it has to see to it.
    func mustDrain(adding item: Item) -> Bool {
        let (mustDrain, isEnough) = state.withLock { state in
            state.waiting.append(item)
            defer { state.isDraining = true }
            let isEnough = state.wanted.map { state.waiting.count >= $0 } ?? false
            if isEnough { state.wanted = nil }
            return (!state.isDraining, isEnough)
        }
        if isEnough { gathered.signal() }
        return mustDrain
    }

    /// The next group in the order in which it came; nil when nothing waits, and then nobody is writing any more.
    func next() -> [Item]? {
        gather()
        return state.withLock { state in
            let group = Array(state.waiting.prefix(groupSize))
            state.waiting.removeFirst(group.count)
            state.isDraining = !group.isEmpty
            if !group.isEmpty { state.sizes = (group.count, state.sizes.0) }
            return group.isEmpty ? nil : group
        }
    }

    private func gather() {
        guard let patience else { return }
        let mustWait = state.withLock { state in
            let wanted = min(max(state.sizes.0, state.sizes.1), groupSize)
            guard !state.waiting.isEmpty, state.waiting.count < wanted else { return false }
            state.wanted = wanted
            return true
        }
        guard mustWait, gathered.wait(timeout: .now() + patience) == .timedOut else { return }
        let isSignalled = state.withLock { state in
            defer { state.wanted = nil }
            return state.wanted == nil
        }
        // It came together just when the time was over.
        if isSignalled { gathered.wait() }
    }
}
