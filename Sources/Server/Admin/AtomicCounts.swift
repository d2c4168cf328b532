import Synchronization

/// A row of counters that any thread may add to without waiting for another.
final class AtomicCounts: Sendable {
    private nonisolated(unsafe) let cells: UnsafeMutablePointer<Atomic<Int>>
    let count: Int

    init(_ count: Int) {
        self.count = count
        cells = .allocate(capacity: count)
        for index in 0..<count { (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: count)
        cells.deallocate()
    }

    func add(_ number: Int, at index: Int) { cells[index].wrappingAdd(number, ordering: .relaxed) }

    subscript(_ index: Int) -> Int { cells[index].load(ordering: .relaxed) }
}
