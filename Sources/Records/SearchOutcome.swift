/// What a search found: a page of matches and what comes along with them.
package struct SearchOutcome {
    /// Rows of one shelf that follow one another.
    package struct Run {
        package let shelf: Shelf
        package let rows: Range<Int>
    }

    package let total: Int
    package var matches: [Run]
    package var included: [RecordReader.Found]
    /// Where the next page goes on; nil on the last.
    package let next: String?

    package var count: Int { matches.reduce(included.count) { $0 + $1.rows.count } }
}

extension SearchOutcome {
    package static var empty: SearchOutcome { SearchOutcome(total: 0, matches: [], included: [], next: nil) }
}
