/// In which order the rows of a table are read, so that a copy can go on after the last one that arrived.
enum CopyOrder: Equatable {
    /// By SQLite's own numbers.
    case rowNumber
    /// By the primary key, where SQLite does not number the rows: the places of its columns.
    case key([Int])

    /// As the source's `ORDER BY` names them.
    func columns(of table: CopyTable) -> String {
        switch self {
        case .rowNumber: "rowid"
        case .key(let places): places.map { "\"\(table.columns[$0].name)\"" }.joined(separator: ", ")
        }
    }

    func areTexts(of table: CopyTable) -> [Bool] {
        switch self {
        case .rowNumber: [false]
        case .key(let places): places.map { table.columns[$0].kind == .text }
        }
    }
}
