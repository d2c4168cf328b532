import Exchange
import FHIR
import Trust

extension RecordReader {
    /// The whole record: the Patient, what belongs to the member by type, the transmission's Provenances, and what of the plan's own
    /// resources those refer to. Nil when the Patient is closed.
    package func everything(_ query: EverythingQuery, after: String? = nil) throws -> SearchOutcome? {
        guard let patient = try view(.patient, for: .read), patient.count > 0 else { return nil }
        // Numbered by type, so that a page goes on where it ended whatever has come meanwhile.
        var parts: [(number: Int, shelf: Shelf, rows: Bitmap)] = []
        // The plan's own resources that the record refers to belong to it, whichever of its types are asked for, old or new.
        var referring: [(shelf: Shelf, rows: Bitmap)] = []
        let wantsShared = ReleasedTypes.shared.contains { query.wants($0) }
        for (number, type) in Self.order.enumerated() where wantsShared || query.wants(type) {
            guard let view = type == .patient ? patient : try view(type, for: .search) else { continue }
            let cared = try cared(view, query)
            if wantsShared { referring.append((view.shelf, cared)) }
            let rows = query.wants(type) ? recent(cared, view.shelf, query) : Bitmap(count: cared.count)
            if !rows.isEmpty { parts.append((number, view.shelf, rows)) }
        }
        let shared = try referred(referring, query)
        if query.wants(.provenance) {
            for part in parts {
                if let found = try transmission(of: part.shelf.type, for: .search) {
                    parts.append((Self.order.count + part.number, found.shelf, Bitmap(count: 1, filled: true)))
                }
            }
        }
        let total = parts.reduce(shared.count) { $0 + $1.rows.population }
        var page = Page(limit: query.count ?? EverythingQuery.maximumCount)
        let place = Place(after)
        for part in parts where part.number >= place.part {
            var start = 0
            if part.number == place.part, let id = place.id {
                start = part.shelf.firstRow(after: id)
            }
            page.take(part.shelf, part.rows, from: start, part: part.number)
        }
        for found in shared where place.isReached(by: found) { page.take(found) }
        return SearchOutcome(total: total, matches: page.runs, included: page.shared, next: page.next)
    }

    /// The Patient first, so that a reader knows at once whose record it is.
    private static let order: [ResourceType] =
        [.patient] + ReleasedTypes.clinical.filter { $0 != .patient && !ReleasedTypes.isShared($0) }

    /// Of the care dates that are asked for.
    private func cared(_ view: View, _ query: EverythingQuery) throws -> Bitmap {
        guard let care = query.care else { return view.rows }
        let dates = try view.shelf.columns().serviceDates
        var kept = Bitmap(count: view.rows.count)
        view.rows.forEach { row in
            if let date = dates[row], date.high <= care.low || date.low >= care.high { return true }
            kept.insert(row)
            return true
        }
        return kept
    }

    private func recent(_ rows: Bitmap, _ shelf: Shelf, _ query: EverythingQuery) -> Bitmap {
        guard !query.since.isEmpty else { return rows }
        var kept = Bitmap(count: rows.count)
        rows.forEach { row in
            if query.since.contains(where: { $0.holds(shelf.rows[row].lastUpdated) }) { kept.insert(row) }
            return true
        }
        return kept
    }

    /// The plan's own resources that these refer to, and those that they refer to in turn.
    private func referred(_ parts: [(shelf: Shelf, rows: Bitmap)], _ query: EverythingQuery) throws -> [Found] {
        var known: Set<Reference> = []
        var found: [Found] = []
        var fresh: [(shelf: Shelf, rows: Bitmap)] = parts
        while !fresh.isEmpty {
            var next: [(shelf: Shelf, rows: Bitmap)] = []
            for (shelf, rows) in fresh {
                for reference in try Self.references(shelf, rows) {
                    guard known.insert(reference).inserted, let resource = try resolve(reference, for: .read) else { continue }
                    var row = Bitmap(count: resource.shelf.rows.count)
                    row.insert(resource.row)
                    next.append((resource.shelf, row))
                    if query.wants(reference.type), isRecent(resource, query) { found.append(resource) }
                }
            }
            fresh = next
        }
        return found.sorted { $0.precedes($1) }
    }

    /// What these rows refer to of the plan's own.
    private static func references(_ shelf: Shelf, _ rows: Bitmap) throws -> [Reference] {
        let columns = try shelf.columns()
        guard rows.population < shelf.rows.count else { return columns.distinctShared }
        var seen: Set<SharedReference.Target> = []
        return columns.shared.compactMap { entry in
            guard rows.contains(Int(entry.row)), seen.insert(entry.target).inserted else { return nil }
            return columns.pool.withBytes(entry.target.id) { ResourceID($0) }.map { Reference(entry.target.type, $0) }
        }
    }

    private func isRecent(_ found: Found, _ query: EverythingQuery) -> Bool {
        query.since.isEmpty || query.since.contains { $0.holds(found.lastUpdated) }
    }

    /// Where a page begins: `p3.id` after that id of part 3, or `s71.id` at that id of a type of the plan's own.
    private struct Place {
        var part = 0
        /// Of the plan's own resources the first type.
        var type = 0
        var id: String?

        init(_ text: String?) {
            guard let text else { return }
            let pieces = text.dropFirst().split(separator: ".", maxSplits: 1).map(String.init)
            let number = pieces.first.flatMap { Int($0) } ?? Int.max
            (part, type) = text.hasPrefix("s") ? (Int.max, number) : (number, 0)
            id = pieces.count > 1 ? pieces[1] : nil
        }

        func isReached(by found: Found) -> Bool {
            let own = Int(found.type.rawValue)
            guard own == type, let id else { return own >= type }
            return found.shelf.withID(found.row) { !$0.lexicographicallyPrecedes(id.utf8) }
        }
    }

    private struct Page {
        let limit: Int
        var runs: [SearchOutcome.Run] = []
        var shared: [Found] = []
        var next: String?
        private var taken = 0
        private var last: String?

        init(limit: Int) { self.limit = limit }

        mutating func take(_ shelf: Shelf, _ rows: Bitmap, from start: Int, part: Int) {
            guard next == nil else { return }
            var chosen: [Int] = []
            var isCut = false
            let room = limit - taken
            rows.forEach(from: start) { row in
                guard chosen.count < room else {
                    isCut = true
                    return false
                }
                chosen.append(row)
                return true
            }
            runs += RecordReader.runs(chosen, shelf)
            taken += chosen.count
            if let end = chosen.last { last = "p\(part).\(shelf.id(end))" }
            if isCut { next = last ?? "p\(part)" }
        }

        mutating func take(_ found: Found) {
            guard next == nil else { return }
            guard taken < limit else {
                next = "s\(found.type.rawValue).\(found.shelf.id(found.row))"
                return
            }
            shared.append(found)
            taken += 1
        }
    }
}
