package import Exchange
package import FHIR
import Foundation

/// Pieces are changes of their own, so that no transaction grows with the file; the row of the upload tells what was broken off.
extension Store: EvidenceBytes {
    package func begin(_ name: String, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "INSERT INTO evidence_upload (name, touched_at) VALUES (?, ?)", arguments: [name, now.milliseconds])
        }
    }

    package func add(_ piece: [UInt8], number: Int, to name: String, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "UPDATE evidence_upload SET touched_at = ? WHERE name = ?", arguments: [now.milliseconds, name])
            guard database.changesCount == 1 else {
                throw Refusal(.unavailable, "The upload took too long. Send the file again.", cause: "an upload without its row")
            }
            try database.execute(
                sql: "INSERT INTO evidence_piece (name, number, bytes) VALUES (?, ?, ?)", arguments: [name, number, Data(piece)])
        }
    }

    /// Each piece is durable already.
    package func finish(_ name: String) async throws(Refusal) {}

    package func piece(_ number: Int, of name: String) throws(Refusal) -> [UInt8]? {
        try read { reader in
            let row = try reader.statement("SELECT bytes FROM evidence_piece WHERE name = ? AND number = ?")
            defer { row.reset() }
            row.bind(1, name)
            row.bind(2, Int64(number))
            return try row.step() ? Array(row.bytes(0)) : nil
        }
    }

    package func remove(_ name: String) async throws(Refusal) {
        try await change { database in
            try database.execute(sql: "DELETE FROM evidence_piece WHERE name = ?", arguments: [name])
            try database.execute(sql: "DELETE FROM evidence_upload WHERE name = ?", arguments: [name])
        }
    }

    package func tidyUploads(at now: Timestamp) async throws(Refusal) {
        try await change { database in
            let broken: Arguments = [now.adding(seconds: -Evidence.uploadSeconds).milliseconds]
            try database.execute(
                sql: "DELETE FROM evidence_piece WHERE name IN (SELECT name FROM evidence_upload WHERE touched_at < ?)", arguments: broken)
            try database.execute(sql: "DELETE FROM evidence_upload WHERE touched_at < ?", arguments: broken)
        }
    }
}
