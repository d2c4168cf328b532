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
        /// What is counted.
        package var unit = "rows"
        package enum Step: Sendable { case copying, comparing }
    }

    private let source: CopySource
    private let target: CopyTarget

    private let evidence: String?

    /// `directory` is a store that no server serves meanwhile, `evidence` the folder of its pictures and recordings, nil to leave them there;
    /// the database at `address` is empty, or holds what an earlier run has copied.
    package init(directory: String, evidence: String?, to address: PostgresAddress, pieceSize: Int = 5000) throws {
        self.evidence = evidence
        // Brings the source up to this program's schema first.
        try Store(directory: directory).close()
        source = try CopySource(directory: directory, pieceSize: pieceSize)
        do { target = try CopyTarget(address) } catch let problem as PostgresProblem { throw problem.atOpening }
    }

    /// Tables and rows that were copied and found alike on both sides, and files of evidence. What `report` throws breaks it off.
    @discardableResult
    package func run(_ report: (Progress) throws -> Void) throws -> (tables: Int, rows: Int, files: Int) {
        do { return try moved(report) } catch let problem as PostgresProblem {
            throw Refusal(
                .unavailable, "The move was broken off. Start it again as before; it goes on where it was.", cause: "\(problem)")
        }
    }

    private func moved(_ report: (Progress) throws -> Void) throws -> (tables: Int, rows: Int, files: Int) {
        let tables = try target.tables()
        try target.begin(fingerprint: source.fingerprint())
        var total = 0
        for table in tables {
            let whole = try source.count(table)
            try copy(table, whole, report)
            let (sent, arrived) = try (
                source.digest(table) { try report(Progress(table: table.name, step: .comparing, rows: $0, of: whole * 2)) },
                target.digest(table) { try report(Progress(table: table.name, step: .comparing, rows: whole + $0, of: whole * 2)) }
            )
            guard sent == arrived else {
                throw Refusal(
                    .invalid,
                    "\(table.name) is not the same on both sides: \(sent.rows) rows here, \(arrived.rows) there. Empty the database and begin anew."
                )
            }
            total += sent.rows
        }
        let files = try evidence.map { try EvidenceCopy(folder: $0, source: source, target: target).run(report) } ?? 0
        try target.finish()
        return (tables.count, total, files)
    }

    private func copy(_ table: CopyTable, _ whole: Int, _ report: (Progress) throws -> Void) throws {
        let order = try source.order(of: table)
        var (after, rows) = try target.reached(table, order)
        while true {
            let piece = try source.piece(of: table, in: order, after: after)
            guard let last = piece.last else { break }
            rows += piece.count
            after = last.place
            try target.add(piece, to: table, reaching: order == .rowNumber ? last.place : [], rows: rows)
            try report(Progress(table: table.name, step: .copying, rows: rows, of: whole))
        }
        try target.close(table)
    }
}

/// A table as both sides have it.
struct CopyTable {
    enum Kind: Equatable { case number(bytes: Int), text, bytes }
    let name: String
    /// In the order of their names.
    let columns: [(name: String, kind: Kind)]
    let hasIdentity: Bool
}

/// A row's values in the order of the columns.
struct CopyRow {
    enum Value { case null, number(Int64), bytes([UInt8]) }
    /// Its place in the order in which the source is read.
    let place: [Value]
    let values: [Value]
}
