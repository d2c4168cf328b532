import Exchange
import Storage

/// What has become of a roster's lines.
struct RosterTally {
    private(set) var added = 0, changed = 0, unchanged = 0
    private(set) var problems = ImportProblems()

    var lines: Int { added + changed + unchanged + problems.total }

    /// Keeps these and counts them.
    mutating func keep(_ lines: [RosterFile.Line], in store: Store, _ plan: Key<Plan>) async throws {
        let entries = lines.compactMap { if case .entry(let entry, _) = $0 { entry } else { nil } }
        var changes = try await store.enrol(entries, plan: plan).makeIterator()
        for line in lines {
            switch line {
            case .problem(let problem): problems.append(problem)
            case .entry(_, let place):
                switch changes.next() {
                case .added: added += 1
                case .changed: changed += 1
                case .unchanged: unchanged += 1
                case .refused(let reason): problems.append(.init(place: place, reason: reason))
                // The store answers for each line; should it not, no line may seem kept.
                case nil: problems.append(.init(place: place, reason: "The store did not say what became of this line."))
                }
            }
        }
    }
}
