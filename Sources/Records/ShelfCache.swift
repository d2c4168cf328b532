import Exchange
import FHIR
import Synchronization

/// The shelves in use, so that a record read in a hundred requests is read from the store once. The least used go when there are too many.
package final class ShelfCache: Sendable {
    fileprivate struct Place: Hashable {
        let plan: Key<Plan>
        let member: Key<Member>
        let type: ResourceType
    }

    fileprivate struct Slot {
        let shelf: Shelf
        /// The store's change mark at which the shelf was last known to be current.
        var mark: Int64
        var usedAt: UInt64
        var size: Int
    }

    fileprivate struct State {
        var slots: [Place: Slot] = [:]
        var clock: UInt64 = 0
        var size = 0
        /// Single resources of the plan's own, with the mark at which they were read.
        var singles: [Single: (shelf: Shelf, mark: Int64, size: Int)] = [:]
        var singlesSize = 0
        /// How often a resource of a shelf that is not here was read by itself.
        var misses: [Place: Int] = [:]
    }

    fileprivate struct Single: Hashable {
        let plan: Key<Plan>
        let reference: Reference
        /// What a dictionary takes for one of them, in bytes.
        static let overhead = 256
    }

    private let state = Mutex(State())
    private let limit: Int
    private let limitOfSingles: Int

    /// `limit` is in bytes; an eighth of it is for the plan's own resources one by one.
    package init(limit: Int = 96 << 20) {
        limitOfSingles = limit / 8
        self.limit = limit - limitOfSingles
    }

    private let hits = Atomic(0)
    private let loads = Atomic(0)

    /// About how many bytes are kept, how often a shelf was there, and how often it had to be loaded.
    package var measures: (bytes: Int, hits: Int, loads: Int) {
        (size, hits.load(ordering: .relaxed), loads.load(ordering: .relaxed))
    }

    /// About how many bytes are kept.
    package var size: Int { state.withLock { $0.size + $0.singlesSize } }

    /// The current shelf; nil when it would have to be loaded and `mayLoad` is false, or the store asked and `mayAsk` is.
    func shelf(
        _ type: ResourceType, in compartment: Compartment, store: some ClinicalStore, mark: Int64, base: String, mayLoad: Bool,
        mayAsk: Bool
    ) throws -> Shelf? {
        let member = ReleasedTypes.isShared(type) ? Key<Member>(0) : compartment.member
        let place = Place(plan: compartment.plan, member: member, type: type)
        if let slot = slot(place) {
            if slot.mark == mark {
                hits.wrappingAdd(1, ordering: .relaxed)
                return slot.shelf
            }
            guard mayAsk else { return nil }
            // Something has changed somewhere; most often not this.
            if try store.state(of: type, in: compartment) == slot.shelf.state {
                confirm(place, slot.shelf, mark)
                hits.wrappingAdd(1, ordering: .relaxed)
                return slot.shelf
            }
        }
        guard mayLoad else { return nil }
        loads.wrappingAdd(1, ordering: .relaxed)
        var builder = ShelfBuilder(type, base: base)
        try store.load(type, in: compartment, opening: { builder.open($0) }, each: { builder.append($0) })
        let shelf = builder.finish()
        keep(place, shelf, mark)
        return shelf
    }

    /// A resource that belongs to no member, by itself: record after record refers to the same few.
    func single(_ reference: Reference, plan: Key<Plan>, mark: Int64, load: () throws -> Shelf?) throws -> Shelf? {
        let key = Single(plan: plan, reference: reference)
        if let known = state.withLock({ $0.single(key) }), known.mark == mark { return known.shelf }
        guard let shelf = try load() else { return nil }
        state.withLock { state in
            if state.singlesSize >= limitOfSingles { (state.singles, state.singlesSize) = ([:], 0) }
            let size = shelf.size + Single.overhead
            state.singlesSize += size - (state.singles[key]?.size ?? 0)
            state.singles[key] = (shelf, mark, size)
        }
        return shelf
    }

    /// Notes that one resource of a shelf is read by itself, and tells whether it is time to bring the whole shelf: once that many single
    /// reads would have cost as much.
    func isWorthLoading(_ type: ResourceType, in compartment: Compartment, store: some ClinicalStore) throws -> Bool {
        let member = ReleasedTypes.isShared(type) ? Key<Member>(0) : compartment.member
        let place = Place(plan: compartment.plan, member: member, type: type)
        let misses = state.withLock { state in
            if state.misses.count >= Self.mostMisses { state.misses.removeAll(keepingCapacity: true) }
            state.misses[place, default: 0] += 1
            return state.misses[place] ?? 0
        }
        // Asked at 2, 4, 8 ... only, for the question is a read as well.
        guard misses > 1, misses & (misses - 1) == 0 else { return false }
        let count = try store.state(of: type, in: compartment).count
        guard count <= misses * Self.rowsForOneRead, count <= Self.largestBrought else { return false }
        state.withLock { $0.misses[place] = nil }
        return true
    }

    /// A row of a whole shelf costs some 10 µs, a row that is asked for by itself some 500.
    private static let rowsForOneRead = 64
    /// Rows; a larger shelf might not stay.
    private static let largestBrought = 8192
    private static let mostMisses = 10_000

    private func slot(_ place: Place) -> Slot? {
        state.withLock { state in
            guard state.slots[place] != nil else { return nil }
            state.clock += 1
            state.slots[place]?.usedAt = state.clock
            state.measure(place)
            makeRoom(&state)
            return state.slots[place]
        }
    }

    private func confirm(_ place: Place, _ shelf: Shelf, _ mark: Int64) {
        state.withLock { state in
            guard state.slots[place]?.shelf === shelf else { return }
            state.slots[place]?.mark = mark
        }
    }

    private func keep(_ place: Place, _ shelf: Shelf, _ mark: Int64) {
        let size = shelf.size
        guard size < limit / 2 else { return }
        state.withLock { state in
            state.size += size - (state.slots[place]?.size ?? 0)
            state.clock += 1
            state.slots[place] = Slot(shelf: shelf, mark: mark, usedAt: state.clock, size: size)
            makeRoom(&state)
        }
    }

    private func makeRoom(_ state: inout State) {
        guard state.size > limit else { return }
        // Down to three quarters at once, so that not every load has to look for what may go.
        for (place, slot) in state.slots.sorted(by: { $0.value.usedAt < $1.value.usedAt }) where state.size > limit / 4 * 3 {
            state.slots[place] = nil
            state.size -= slot.size
        }
    }
}

extension ShelfCache.State {
    /// Columns and the like are made of a shelf while it is in use.
    fileprivate mutating func measure(_ place: ShelfCache.Place) {
        guard let slot = slots[place] else { return }
        let now = slot.shelf.size
        guard now != slot.size else { return }
        size += now - slot.size
        slots[place]?.size = now
    }

    fileprivate mutating func single(_ key: ShelfCache.Single) -> (shelf: Shelf, mark: Int64)? {
        guard let known = singles[key] else { return nil }
        let now = known.shelf.size + ShelfCache.Single.overhead
        if now != known.size {
            singlesSize += now - known.size
            singles[key]?.size = now
        }
        return (known.shelf, known.mark)
    }
}
