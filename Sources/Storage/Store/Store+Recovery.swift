package import Exchange
package import FHIR
import Foundation
package import Trust

extension Store: RecoveryStore {
    static func write(recovery codes: [SecretHash], of account: Key<Account>, _ database: Transaction) throws {
        try database.execute(sql: "DELETE FROM recovery_code WHERE account = ?", arguments: [account.number])
        for code in codes {
            try database.execute(
                sql: "INSERT INTO recovery_code (account, hash) VALUES (?, ?)", arguments: [account.number, Data(code.bytes)])
        }
    }

    package func replaceRecoveryCodes(
        _ codes: [SecretHash], of account: Key<Account>, audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) {
        try await change { database in
            try Self.write(recovery: codes, of: account, database)
            try Self.write(audit, database, at: now)
        }
    }

    package func recoveryCodesLeft(of account: Key<Account>) throws(Refusal) -> Int {
        try read { reader in
            let row = try reader.statement("SELECT COUNT(*) FROM recovery_code WHERE account = ? AND used_at IS NULL")
            defer { row.reset() }
            row.bind(1, account.number)
            return try row.step() ? Int(row.int(0)) : 0
        }
    }

    package func takeRecoveryCode(
        _ code: SecretHash, of account: Key<Account>, session: Key<Session>, mail: OutgoingMail, audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) -> Bool {
        let isTaken = try await change { database in
            try database.execute(
                sql: "UPDATE recovery_code SET used_at = ? WHERE account = ? AND hash = ? AND used_at IS NULL",
                arguments: [now.milliseconds, account.number, Data(code.bytes)])
            guard database.changesCount == 1 else { return false }
            try database.execute(
                sql: "UPDATE account_session SET stage = 'full' WHERE number = ? AND account = ?",
                arguments: [session.number, account.number])
            try Self.enqueue(mail, database, at: now)
            try Self.write(audit, database, at: now)
            return true
        }
        if isTaken { wakeOutbox() }
        return isTaken
    }

    package func resetSecondFactor(of account: Key<Account>, audit: AuditEntry, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "UPDATE account SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = NULL WHERE number = ?",
                arguments: [account.number])
            try Self.write(recovery: [], of: account, database)
            try database.execute(sql: "DELETE FROM account_session WHERE account = ?", arguments: [account.number])
            try Self.write(audit, database, at: now)
        }
    }
}
