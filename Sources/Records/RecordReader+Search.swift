import Exchange
package import FHIR
import Trust

extension RecordReader {
    /// Searches one type; nil when it is closed. `after` is the place that an earlier page ended at.
    package func search(_ query: SearchQuery, after: String? = nil) throws -> SearchOutcome? {
        guard let view = try directoryView(query) ?? searched(query.type) else { return nil }
        var found = try page(query, view, after: after)
        if !query.isCountOnly { found.included = try inclusions(query, found.matches) }
        return found
    }

    /// The transmission's Provenances are searched like those that are stored.
    func searched(_ type: ResourceType) throws -> View? {
        guard let view = try view(type, for: .search) else { return nil }
        return type == .provenance ? try withTransmissions(view, for: .search) : view
    }

    private func page(_ query: SearchQuery, _ view: View, after: String?) throws -> SearchOutcome {
        let shelf = view.shelf
        let limit = query.isCountOnly ? 0 : query.count
        var conditions = query.conditions[...]
        // Nothing to check: the page is one run of the shelf.
        conditions = conditions.filter { !isTrivial($0, query.type) }[...]
        if conditions.isEmpty, view.open == nil, query.order.isEmpty {
            let start = after.map { shelf.firstRow(after: $0) } ?? 0
            let end = min(shelf.rows.count, start + limit)
            let next = limit > 0 && end < shelf.rows.count ? shelf.id(end - 1) : nil
            return SearchOutcome(
                total: shelf.rows.count, matches: start < end ? [.init(shelf: shelf, rows: start..<end)] : [], included: [], next: next)
        }
        var hits = view.rows
        for condition in conditions where !hits.isEmpty { hits.formIntersection(try rows(condition, shelf)) }
        let total = hits.population
        let (rows, next) =
            query.order.isEmpty
            ? pageByID(hits, shelf, limit, after) : try SortedPage(query.order, shelf).page(hits, limit: limit, after: after)
        return SearchOutcome(total: total, matches: Self.runs(rows, shelf), included: [], next: next)
    }

    private func isTrivial(_ condition: SearchCondition, _ type: ResourceType) -> Bool {
        guard case .test(let number, .anyOf(let values)) = condition else { return false }
        return isWholeCompartment(values, SearchTable.parameters(of: type)[number], type)
    }

    private func pageByID(_ hits: Bitmap, _ shelf: Shelf, _ limit: Int, _ after: String?) -> ([Int], String?) {
        let start = after.map { shelf.firstRow(after: $0) } ?? 0
        var rows: [Int] = []
        var isEnd = true
        hits.forEach(from: start) { row in
            guard rows.count < limit else {
                isEnd = limit == 0
                return false
            }
            rows.append(row)
            return true
        }
        return (rows, isEnd ? nil : rows.last.map { shelf.id($0) })
    }

    static func runs(_ rows: [Int], _ shelf: Shelf) -> [SearchOutcome.Run] {
        var runs: [SearchOutcome.Run] = []
        var start = 0
        while start < rows.count {
            var end = start + 1
            while end < rows.count, rows[end] == rows[end - 1] + 1 { end += 1 }
            runs.append(.init(shelf: shelf, rows: rows[start]..<rows[end - 1] + 1))
            start = end
        }
        return runs
    }
}
