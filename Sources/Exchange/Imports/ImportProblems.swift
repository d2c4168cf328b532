/// What went wrong in an import: all of it counted, the first ten thousand kept to be shown, so that a file of nothing but bad lines takes no
/// more memory than a good one.
package struct ImportProblems: Sendable, RandomAccessCollection {
    private var kept: [ImportReport.Problem] = []
    /// How many there were, the ones not kept among them.
    package private(set) var total = 0

    package static let capacity = 10_000

    package init() {}

    package mutating func append(_ problem: @autoclosure () -> ImportReport.Problem) {
        total += 1
        if kept.count < Self.capacity { kept.append(problem()) }
    }

    /// Adds what another part of the same import has met.
    package mutating func append(contentsOf others: ImportProblems) {
        total += others.total
        kept += others.kept.prefix(Self.capacity - kept.count)
    }

    package var startIndex: Int { kept.startIndex }
    package var endIndex: Int { kept.endIndex }
    package subscript(_ index: Int) -> ImportReport.Problem { kept[index] }
}
