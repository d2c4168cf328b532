import Exchange
import Foundation

/// Moves an embedded store to a PostgreSQL server: table after table, in pieces that are committed with how far they reach, so that a copy
/// that was broken off goes on where it was. At the end both sides are read again and compared.
package struct StoreCopy {
    /// How far it is: rows of the table so far, and of how many.
    package struct Progress: Sendable {
        package let table: String
        package let step: Step
        package let rows: Int
        package let of: Int
        package enum Step: Sendable { case copying, comparing }
    }

    private let source: CopySource
    private let target: CopyTarget

    /// `directory` is a store that no server serves meanwhile; the database at `address` is empty, or holds what an earlier run has copied.
    package init(directory: String, to address: PostgresAddress) throws {
        // Brings the source up to this program's schema first.
        try Store(directory: directory).close()
        source = try CopySource(directory: directory)
        target = try CopyTarget(address)
    }

    /// Tables and rows that were copied and found alike on both sides.
    @discardableResult
    package func run(_ report: (Progress) -> Void) throws -> (tables: Int, rows: Int) {
        let tables = try target.tables()
        try target.begin(fingerprint: source.fingerprint())
        var total = 0
        for table in tables {
            let whole = try source.count(table)
            try copy(table, whole, report)
            let (sent, arrived) = try (
                source.digest(table) { report(Progress(table: table.name, step: .comparing, rows: $0, of: whole * 2)) },
                target.digest(table) { report(Progress(table: table.name, step: .comparing, rows: whole + $0, of: whole * 2)) }
            )
            guard sent == arrived else {
                throw Refusal(
                    .invalid,
                    "\(table.name) is not the same on both sides: \(sent.rows) rows here, \(arrived.rows) there. Empty the database and begin anew."
                )
            }
            total += sent.rows
        }
        try target.finish(tables)
        return (tables.count, total)
    }

    private func copy(_ table: CopyTable, _ whole: Int, _ report: (Progress) -> Void) throws {
        var (after, rows) = try target.reached(table)
        while true {
            // A table without row numbers goes over in one piece.
            let piece = try source.piece(of: table, after: after)
            guard let last = piece.last else { break }
            rows += piece.count
            after = last.number
            try target.add(piece, to: table, reaching: after, rows: rows)
            report(Progress(table: table.name, step: .copying, rows: rows, of: whole))
        }
        try target.close(table)
    }
}

/// A table as both sides have it.
struct CopyTable {
    enum Kind { case number(bytes: Int), text, bytes }
    let name: String
    /// In the order of their names.
    let columns: [(name: String, kind: Kind)]
    let hasIdentity: Bool
}

/// A row's values in the order of the columns.
struct CopyRow {
    enum Value { case null, number(Int64), bytes([UInt8]) }
    /// Its place in the source.
    let number: Int64
    let values: [Value]
}
