import Synchronization

/// What waits to be written, so that all that comes while one group is written makes the next.
final class GroupQueue<Item: Sendable>: Sendable {
    private struct State {
        var waiting: [Item] = []
        var isDraining = false
    }

    private let state = Mutex(State())
    private let groupSize: Int

    init(groupSize: Int) { self.groupSize = groupSize }

    /// Adds one; true when nobody is writing, so that whoever added it has to see to it.
    func mustDrain(adding item: Item) -> Bool {
        state.withLock { state in
            state.waiting.append(item)
            defer { state.isDraining = true }
            return !state.isDraining
        }
    }

    /// The next group in the order in which it came; nil when nothing waits, and then nobody is writing any more.
    func next() -> [Item]? {
        state.withLock { state in
            let group = Array(state.waiting.prefix(groupSize))
            state.waiting.removeFirst(group.count)
            state.isDraining = !group.isEmpty
            return group.isEmpty ? nil : group
        }
    }
}
