import Crypto
package import Exchange
import Foundation

extension Store: AttemptStore {
    private static func subject(_ attempt: Attempt) -> [UInt8] {
        Array(SHA256.hash(data: Data("attempt|\(attempt.kind.rawValue)|\(attempt.subject)".utf8)))
    }

    package func count(_ attempt: Attempt, limit: AttemptLimits.Limit) async throws(Refusal) -> Bool {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        return try await change { database in
            let subject = Data(Self.subject(attempt))
            let since = now - Int64(limit.seconds) * 1000
            try database.execute(
                sql: "DELETE FROM attempt WHERE plan = ? AND kind = ? AND subject = ? AND at < ?",
                arguments: [attempt.plan.number, attempt.kind.rawValue, subject, since])
            let before =
                try Int.fetchOne(
                    database, sql: "SELECT COUNT(*) FROM attempt WHERE plan = ? AND kind = ? AND subject = ?",
                    arguments: [attempt.plan.number, attempt.kind.rawValue, subject]) ?? 0
            guard before < limit.count else { return false }
            try database.execute(
                sql: "INSERT INTO attempt (plan, kind, subject, at) VALUES (?, ?, ?, ?)",
                arguments: [attempt.plan.number, attempt.kind.rawValue, subject, now])
            return true
        }
    }

    package func forgive(_ attempt: Attempt) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: """
                    DELETE FROM attempt WHERE number = (
                        SELECT number FROM attempt WHERE plan = ? AND kind = ? AND subject = ? ORDER BY at DESC, number DESC LIMIT 1)
                    """,
                arguments: [attempt.plan.number, attempt.kind.rawValue, Data(Self.subject(attempt))])
        }
    }

    package func mayTry(_ attempt: Attempt, limit: AttemptLimits.Limit) throws(Refusal) -> Bool {
        let since = Int64(Date().timeIntervalSince1970 * 1000) - Int64(limit.seconds) * 1000
        return try read { reader in
            let statement = try reader.statement("SELECT COUNT(*) FROM attempt WHERE plan = ? AND kind = ? AND subject = ? AND at >= ?")
            defer { statement.reset() }
            statement.bind(1, attempt.plan.number)
            statement.bind(2, attempt.kind.rawValue)
            statement.bind(3, Self.subject(attempt))
            statement.bind(4, since)
            return try statement.step() ? statement.int(0) < limit.count : true
        }
    }
}
