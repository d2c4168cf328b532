import Exchange
import FHIR
import Trust

extension RecordReader {
    /// The rows of a shelf that meet a condition, whether they are open or not; what they refer to counts only where it is open.
    func rows(_ condition: SearchCondition, _ shelf: Shelf) throws -> Bitmap {
        let count = shelf.rows.count
        switch condition {
        case .test(let number, let test): return try rows(test, number, shelf)
        case .id(let ids):
            var rows = Bitmap(count: count)
            for id in ids { if let row = shelf.row(of: id) { rows.insert(row) } }
            return rows
        case .lastUpdated(let moments):
            var rows = Bitmap(count: count)
            for row in 0..<count where moments.contains(where: { $0.holds(shelf.rows[row].lastUpdated) }) { rows.insert(row) }
            return rows
        case .chain(let number, let steps):
            var rows = Bitmap(count: count)
            for step in steps { rows.formUnion(try chain(number, step.target, step.condition, shelf)) }
            return rows
        case .has(let source, let reference, let condition): return try has(source, reference, condition, shelf)
        }
    }

    private func rows(_ test: SearchTest, _ number: Int, _ shelf: Shelf) throws -> Bitmap {
        let count = shelf.rows.count
        let parameter = SearchTable.parameters(of: shelf.type)[number]
        switch test {
        case .missing(let isMissing):
            var rows = try shelf.columns().present(number, parameter.kind, count: count)
            let parser = JSONParser()
            for row in 0..<count where !rows.contains(row) {
                if try shelf.withBody(row, { DocumentSearch.isPresent(try parser.parse($0), parameter) }) { rows.insert(row) }
            }
            if isMissing { rows.invert() }
            return rows
        case .noneOf(let values):
            var rows = try self.rows(values, number, parameter, shelf)
            rows.invert()
            return rows
        case .anyOf(let values):
            if isWholeCompartment(values, parameter, shelf.type) { return Bitmap(count: count, filled: true) }
            return try self.rows(values, number, parameter, shelf)
        }
    }

    /// `patient=` of the member is true of all that is the member's, which is most of what is ever asked.
    func isWholeCompartment(_ values: [SearchValue], _ parameter: SearchParameter, _ type: ResourceType) -> Bool {
        guard parameter.isOwner, type != .provenance, values.count == 1, case .reference(let value) = values[0], value.whole == nil else {
            return false
        }
        return (value.type == nil || value.type == .patient) && value.id.elementsEqual(access.compartment.patientID.utf8)
    }

    private func rows(_ values: [SearchValue], _ number: Int, _ parameter: SearchParameter, _ shelf: Shelf) throws -> Bitmap {
        guard DocumentSearch.isNeeded(values) else { return try shelf.columns().rows(values, number, count: shelf.rows.count) }
        var rows = Bitmap(count: shelf.rows.count)
        let parser = JSONParser()
        for row in shelf.rows.indices {
            let holds = try shelf.withBody(row) { DocumentSearch.matches(try parser.parse($0), parameter, values) }
            if holds { rows.insert(row) }
        }
        return rows
    }

    /// The rows whose reference leads to an open resource of that type which meets the condition.
    private func chain(_ number: Int, _ target: ResourceType, _ condition: SearchCondition, _ shelf: Shelf) throws -> Bitmap {
        var rows = Bitmap(count: shelf.rows.count)
        let columns = try shelf.columns()
        let entries = columns.references[number].filter { $0.type == target }
        guard !entries.isEmpty else { return rows }
        var answers: [TextPool.Ref: Bool] = [:]
        let view = ReleasedTypes.isShared(target) ? nil : try view(target, for: .search)
        let meeting = try view.map { view in
            var rows = try self.rows(condition, view.shelf)
            rows.formIntersection(view.rows)
            return rows
        }
        for entry in entries {
            let answer: Bool
            if let known = answers[entry.id] {
                answer = known
            } else {
                if let view, let meeting {
                    answer = columns.pool.withBytes(entry.id) { view.shelf.row(of: $0) }.map { meeting.contains($0) } ?? false
                } else if ReleasedTypes.isShared(target), let id = columns.pool.withBytes(entry.id, { ResourceID($0) }),
                    let found = try resolve(Reference(target, id), for: .search)
                {
                    answer = try self.rows(condition, found.shelf).contains(found.row)
                } else {
                    answer = false
                }
                answers[entry.id] = answer
            }
            if answer { rows.insert(Int(entry.row)) }
        }
        return rows
    }

    /// The rows to which an open resource of the source type refers that meets the condition.
    private func has(_ source: ResourceType, _ reference: Int, _ condition: SearchCondition, _ shelf: Shelf) throws -> Bitmap {
        var rows = Bitmap(count: shelf.rows.count)
        guard let view = try searched(source) else { return rows }
        var meeting = try self.rows(condition, view.shelf)
        meeting.formIntersection(view.rows)
        guard !meeting.isEmpty else { return rows }
        let columns = try view.shelf.columns()
        for entry in columns.references[reference] where entry.type == shelf.type && meeting.contains(Int(entry.row)) {
            if let row = columns.pool.withBytes(entry.id, { shelf.row(of: $0) }) { rows.insert(row) }
        }
        return rows
    }
}
