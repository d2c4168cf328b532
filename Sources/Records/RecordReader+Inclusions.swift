import Exchange
import FHIR
import Trust

extension RecordReader {
    private static let maximumRounds = 4
    private static let maximumIncluded = 5000

    /// What `_include` and `_revinclude` bring along: each once, none of the matches, nothing that is not open.
    func inclusions(_ query: SearchQuery, _ matches: [SearchOutcome.Run]) throws -> [Found] {
        guard !query.includes.isEmpty || !query.reverseIncludes.isEmpty else { return [] }
        var known: Set<Reference> = []
        var fresh: [Found] = []
        for run in matches {
            for row in run.rows {
                let found = Found(shelf: run.shelf, row: row)
                if let reference = found.reference { known.insert(reference) }
                fresh.append(found)
            }
        }
        var included: [Found] = []
        for round in 0..<Self.maximumRounds where !fresh.isEmpty {
            var next: [Found] = []
            func bring(_ found: Found) throws {
                guard let reference = found.reference, known.insert(reference).inserted else { return }
                next.append(found)
                guard included.count + next.count <= Self.maximumIncluded else {
                    throw RecordProblem.search(
                        SearchProblem(
                            .tooCostly, "The inclusions lead to more than \(Self.maximumIncluded) resources; ask for a smaller _count."))
                }
            }
            let groups = Dictionary(grouping: fresh) { ObjectIdentifier($0.shelf) }.values
            for inclusion in query.includes where round == 0 || inclusion.isIterative {
                for group in groups where group[0].type == inclusion.source { try forward(inclusion, group, bring) }
            }
            for inclusion in query.reverseIncludes where round == 0 || inclusion.isIterative { try backward(inclusion, fresh, bring) }
            included += next
            fresh = next
        }
        return included.sorted { $0.precedes($1) }
    }

    private func forward(_ inclusion: Inclusion, _ sources: [Found], _ bring: (Found) throws -> Void) throws {
        let shelf = sources[0].shelf
        var rows = Bitmap(count: shelf.rows.count)
        for source in sources { rows.insert(source.row) }
        let columns = try shelf.columns()
        for parameter in inclusion.parameters {
            for entry in columns.references[parameter] where rows.contains(Int(entry.row)) {
                guard let type = entry.type, inclusion.target == nil || inclusion.target == type,
                    let id = columns.pool.withBytes(entry.id, { ResourceID($0) })
                else { continue }
                if let found = try resolve(Reference(type, id), for: .read) { try bring(found) }
            }
        }
    }

    private func backward(_ inclusion: Inclusion, _ targets: [Found], _ bring: (Found) throws -> Void) throws {
        guard let view = try view(inclusion.source, for: .search) else { return }
        let wanted = Set(targets.compactMap(\.reference))
        let columns = try view.shelf.columns()
        for parameter in inclusion.parameters {
            for entry in columns.references[parameter] where view.isOpen(Int(entry.row)) {
                guard let type = entry.type, inclusion.target == nil || inclusion.target == type,
                    let id = columns.pool.withBytes(entry.id, { ResourceID($0) }), wanted.contains(Reference(type, id))
                else { continue }
                try bring(Found(shelf: view.shelf, row: Int(entry.row)))
            }
        }
        guard inclusion.source == .provenance else { return }
        for type in transmitted(inclusion, targets) { if let made = try transmission(of: type, for: .search) { try bring(made) } }
    }

    /// The types whose transmission names one of these: each names the member and what there is of its type.
    private func transmitted(_ inclusion: Inclusion, _ targets: [Found]) -> [ResourceType] {
        let names = inclusion.parameters.map { SearchTable.parameters(of: .provenance)[$0].name }
        let types = Set(targets.map(\.type)).filter { inclusion.target == nil || inclusion.target == $0 }
        if types.contains(.patient), names.contains("target") || names.contains("patient") { return ReleasedTypes.clinical }
        return names.contains("target") ? ReleasedTypes.clinical.filter { types.contains($0) } : []
    }
}
