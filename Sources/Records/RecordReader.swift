package import Exchange
package import FHIR
package import Trust

/// One request's view of one record: every resource it can reach has passed the compartment, the policy and the scope.
///
/// All that searches, includes, chains, `_has`, `$everything` and reads see comes from here, so that nothing a token may not read can
/// change any byte of its answers.
package final class RecordReader {
    /// The rows of one type that are open.
    struct View {
        let shelf: Shelf
        /// Nil when every row is.
        let open: Bitmap?

        var count: Int { open?.population ?? shelf.rows.count }
        func isOpen(_ row: Int) -> Bool { open?.contains(row) ?? true }
        var rows: Bitmap { open ?? Bitmap(count: shelf.rows.count, filled: true) }
    }

    let access: RecordAccess
    private let store: any ClinicalStore
    private let cache: ShelfCache
    private let mayLoad: Bool
    /// Whether the store may be asked at all where this runs.
    private let mayAsk: Bool
    private let mark: Int64
    private struct ViewKey: Hashable { let type: ResourceType, interaction: UInt8 }
    private var views: [ViewKey: View?] = [:]
    private struct LooseKey: Hashable { let reference: Reference, interaction: UInt8 }
    private var loose: [LooseKey: Found?] = [:]
    private var looseReads = 0

    /// The most shared resources that one request reads one by one.
    private static let maximumLooseReads = 5000

    /// With `mayLoad` false, a record that is not in memory yet is refused with `RecordProblem.notLoaded`.
    package init(access: RecordAccess, store: some ClinicalStore, cache: ShelfCache, mayLoad: Bool = true) throws {
        (self.access, self.store, self.cache, self.mayLoad) = (access, store, cache, mayLoad)
        mayAsk = mayLoad || !store.waits
        if mayAsk {
            mark = try store.changeMark()
        } else {
            guard let known = store.knownChangeMark() else { throw RecordProblem.notLoaded }
            mark = known
        }
    }

    var base: String { access.plan.addresses.fhir }

    /// The open rows of a type; nil when the policy or the scope closes it.
    func view(_ type: ResourceType, for interaction: Scope.Interactions) throws -> View? {
        let key = ViewKey(type: type, interaction: interaction.rawValue)
        if let known = views[key] { return known }
        let view = try makeView(type, interaction)
        views[key] = .some(view)
        return view
    }

    private func makeView(_ type: ResourceType, _ interaction: Scope.Interactions) throws -> View? {
        let opening = access.opening(type, for: interaction)
        if case .closed = opening { return nil }
        let found = try shelf(type, mayLoad: mayLoad)
        guard let shelf = found else { throw RecordProblem.notLoaded }
        return View(shelf: shelf, open: try rows(shelf, opening))
    }

    private func rows(_ shelf: Shelf, _ opening: RecordAccess.Opening) throws -> Bitmap? {
        let released = try shelf.released(by: access.policy, at: access.now)
        guard case .some(let sets) = opening else { return released }
        var allowed = Bitmap(count: shelf.rows.count)
        for set in sets {
            var rows = Bitmap(count: shelf.rows.count, filled: true)
            for condition in set { rows.formIntersection(try self.rows(condition, shelf)) }
            allowed.formUnion(rows)
        }
        if let released { allowed.formIntersection(released) }
        return allowed
    }

    /// One resource by its id; nil for everything that is not open, the same as for what does not exist.
    package func read(_ type: ResourceType, id: String, for interaction: Scope.Interactions = .read) throws -> Found? {
        if type == .provenance, let transmission = try transmission(id: id, for: interaction) { return transmission }
        let opening = access.opening(type, for: interaction)
        if case .closed = opening { return nil }
        if let shelf = try shelf(type, mayLoad: false) { return try found(id, shelf, opening) }
        if try mayLoad && isWorthLoading(type), let shelf = try shelf(type, mayLoad: true) { return try found(id, shelf, opening) }
        // Not in memory: one row by its key is quicker than the whole type.
        let one = try one(type, id)
        guard let one, try rows(one, opening)?.contains(0) ?? true else { return nil }
        return Found(shelf: one, row: 0)
    }

    private func shelf(_ type: ResourceType, mayLoad: Bool) throws -> Shelf? {
        try cache.shelf(type, in: access.compartment, store: store, mark: mark, base: base, mayLoad: mayLoad, mayAsk: mayAsk)
    }

    private func found(_ id: String, _ shelf: Shelf, _ opening: RecordAccess.Opening) throws -> Found? {
        guard let row = shelf.row(of: id.utf8), try rows(shelf, opening)?.contains(row) ?? true else { return nil }
        return Found(shelf: shelf, row: row)
    }

    /// Where each row that is read by itself is a way to another machine and back, a type that is read again and again is brought whole.
    private func isWorthLoading(_ type: ResourceType) throws -> Bool {
        guard store.waits, !ReleasedTypes.isShared(type) else { return false }
        return try cache.isWorthLoading(type, in: access.compartment, store: store)
    }

    private func one(_ type: ResourceType, _ id: String) throws -> Shelf? {
        func load() throws -> Shelf? {
            guard mayAsk else { throw RecordProblem.notLoaded }
            return try store.read(type, id: id, in: access.compartment) { resource in
                var builder = ShelfBuilder(type, base: base, capacity: resource.body.count + 256)
                builder.append(resource)
                return builder.finish()
            }
        }
        guard ReleasedTypes.isShared(type), let known = ResourceID(id) else { return try load() }
        return try cache.single(Reference(type, known), plan: access.compartment.plan, mark: mark, load: load)
    }

    /// The open resource that a reference leads to. What belongs to no member is read one by one, so that the work grows with the record.
    func resolve(_ reference: Reference, for interaction: Scope.Interactions) throws -> Found? {
        guard ReleasedTypes.isShared(reference.type) else {
            guard let view = try view(reference.type, for: interaction), let row = view.shelf.row(of: reference.id.text.utf8),
                view.isOpen(row)
            else { return nil }
            return Found(shelf: view.shelf, row: row)
        }
        let key = LooseKey(reference: reference, interaction: interaction.rawValue)
        if let known = loose[key] { return known }
        looseReads += 1
        guard looseReads <= Self.maximumLooseReads else {
            throw RecordProblem.search(
                SearchProblem(.tooCostly, "This leads to more than \(Self.maximumLooseReads) shared resources; ask for less at once."))
        }
        let found = try read(reference.type, id: reference.id.text, for: interaction)
        loose[key] = .some(found)
        return found
    }

    /// How many there are of one of the plan's own types.
    func directoryCount(_ type: ResourceType) throws -> Int {
        guard mayAsk else { throw RecordProblem.notLoaded }
        return try store.state(of: type, in: access.compartment).count
    }

    /// How many resources of each of the member's own types are open, in the order of the types: what agreeing would share.
    package func openCounts() throws -> [(type: ResourceType, count: Int)] {
        try ReleasedTypes.clinical.compactMap { type in
            guard !ReleasedTypes.isShared(type), let view = try view(type, for: .read) ?? view(type, for: .search), view.count > 0 else {
                return nil
            }
            return (type, view.count)
        }
    }
}
