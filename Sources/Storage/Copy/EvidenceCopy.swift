import Crypto
import Exchange
import Foundation

/// What is known of a file of evidence.
struct CopiedEvidence {
    let number: Int64
    let name: String
    let title: String
    let bytes: Int
    let digest: [UInt8]
}

/// Takes the files of evidence along into the database, piece by piece. Each is noted once both what was read and what has arrived have the
/// hash that was kept when it was uploaded; one that was broken off begins anew.
struct EvidenceCopy {
    let folder: String
    let source: CopySource
    let target: CopyTarget
    /// The name of the note, and of the table.
    private static let table = "evidence_piece"

    func run(_ report: (StoreCopy.Progress) throws -> Void) throws -> Int {
        let all = try source.evidence()
        var (after, pieces) = try target.reached(Self.table)
        let whole = all.reduce(0) { $0 + Self.pieces($1) }
        for evidence in all where evidence.number > after ?? .min {
            try target.removePieces(of: evidence.name)
            try send(evidence) {
                try report(StoreCopy.Progress(table: Self.table, step: .copying, rows: pieces + $0, of: whole, unit: "pieces"))
            }
            try compare(evidence)
            pieces += Self.pieces(evidence)
            after = evidence.number
            try target.note(Self.table, reaching: after, rows: pieces)
        }
        return all.count
    }

    private static func pieces(_ evidence: CopiedEvidence) -> Int { (evidence.bytes + Evidence.pieceBytes - 1) / Evidence.pieceBytes }

    private func send(_ evidence: CopiedEvidence, _ sent: (Int) throws -> Void) throws {
        guard let file = FileHandle(forReadingAtPath: folder + "/" + evidence.name) else {
            throw Refusal(
                .notFound,
                "\(folder)/\(evidence.name) (“\(evidence.title)”) is not there. Name the folder with --evidence, or leave uploaded files where they are with --without-evidence."
            )
        }
        defer { try? file.close() }
        var hash = SHA256()
        var number = 0
        while let bytes = try file.read(upToCount: Evidence.pieceBytes), !bytes.isEmpty {
            hash.update(data: bytes)
            try target.addPiece(Array(bytes), number: number, of: evidence.name)
            number += 1
            try sent(number)
        }
        guard hash.finalize().elementsEqual(evidence.digest) else {
            throw Refusal(.invalid, "\(folder)/\(evidence.name) (“\(evidence.title)”) is not as it was uploaded.")
        }
    }

    private func compare(_ evidence: CopiedEvidence) throws {
        var hash = SHA256()
        var number = 0
        while let bytes = try target.piece(number, of: evidence.name) {
            hash.update(data: bytes)
            number += 1
        }
        guard hash.finalize().elementsEqual(evidence.digest) else {
            throw Refusal(.invalid, "\(evidence.name) (“\(evidence.title)”) has not arrived as it was sent. Start the move again.")
        }
    }
}
