import Exchange
import FHIR
import Trust

/// Searches of what belongs to the plan and to no member, of which there may be more than one record's worth.
extension RecordReader {
    /// The most of the plan's own resources of one type that a search looks through.
    private static let largestDirectory = 100_000

    /// Of what belongs to the plan, a search by `_id` reads only those, and a directory too large to look through is not looked through.
    func directoryView(_ query: SearchQuery) throws -> View? {
        guard ReleasedTypes.isShared(query.type) else { return nil }
        for case .id(let ids) in query.conditions where ids.count <= SearchTest.maximumValues { return try named(ids, query.type) }
        let count = try directoryCount(query.type)
        guard count <= Self.largestDirectory else {
            throw RecordProblem.search(
                SearchProblem(
                    .tooCostly, "This plan has \(count) resources of this type. Read those that the record refers to, or search with _id."))
        }
        return nil
    }

    /// These of the plan's own resources, as far as they are open, as a view of their own; nil when the type is closed.
    private func named(_ ids: [[UInt8]], _ type: ResourceType) throws -> View? {
        if case .closed = access.opening(type, for: .search) { return nil }
        var found: [Found] = []
        for id in Set(ids) {
            guard let id = id.withUnsafeBytes({ ResourceID($0) }) else { continue }
            if let resource = try resolve(Reference(type, id), for: .search) { found.append(resource) }
        }
        return View(shelf: Self.shelf(of: found, type, base: base), open: nil)
    }
}
