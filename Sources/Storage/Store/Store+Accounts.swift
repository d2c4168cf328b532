package import Exchange
package import FHIR
import Foundation
package import Trust

extension Store: AccountStore {
    // MARK: Accounts

    package func account(_ address: EmailAddress, realm: Account.Realm) throws(Refusal) -> Account? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, role, plan, address, name, password, totp_confirmed_at, created_at FROM account WHERE realm = ? AND email = ?
                """)
            defer { row.reset() }
            row.bind(1, realm.rawValue)
            row.bind(2, address.accountKey)
            return try row.step() ? Self.account(row) : nil
        }
    }

    package func account(_ key: Key<Account>) throws(Refusal) -> Account? {
        try read { reader in
            let row = try reader.statement(
                "SELECT number, role, plan, address, name, password, totp_confirmed_at, created_at FROM account WHERE number = ?")
            defer { row.reset() }
            row.bind(1, key.number)
            return try row.step() ? Self.account(row) : nil
        }
    }

    package func accounts(realm: Account.Realm) throws(Refusal) -> [Account] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, role, plan, address, name, password, totp_confirmed_at, created_at FROM account WHERE realm = ? ORDER BY number
                """)
            defer { row.reset() }
            row.bind(1, realm.rawValue)
            var found: [Account] = []
            while try row.step() { found.append(Self.account(row)) }
            return found
        }
    }

    private static func account(_ row: any Statement, from first: Int32 = 0) -> Account {
        Account(
            key: Key(row.int(first)), role: Account.Role(rawValue: row.text(first + 1)) ?? .developer,
            plan: row.optionalInt(first + 2).map { Key($0) }, address: row.text(first + 3), name: row.text(first + 4),
            password: PasswordHash(stored: row.text(first + 5)), hasSecondFactor: !row.isNull(first + 6),
            createdAt: Timestamp(milliseconds: row.int(first + 7)))
    }

    package func add(_ account: NewAccount, audit: AuditEntry, at now: Timestamp) async throws(Refusal) -> Key<Account>? {
        try await change { database in
            guard
                let number = try Int64.fetchOne(
                    database,
                    sql: """
                        INSERT INTO account (realm, role, plan, email, address, name, password, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (realm, email) DO NOTHING RETURNING number
                        """,
                    arguments: [
                        account.role.realm.rawValue, account.role.rawValue, account.plan?.number, account.address.accountKey,
                        account.address.text, account.name, account.password.text, now.milliseconds,
                    ])
            else { return nil }
            try Self.write(audit, database, at: now)
            return Key(number)
        }
    }

    // MARK: Signing up

    package func keep(_ signUp: SignUp, sending mail: OutgoingMail, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "INSERT INTO sign_up (link, email, address, name, password, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    Data(signUp.link.bytes), signUp.address.accountKey, signUp.address.text, signUp.name, signUp.password.text,
                    now.milliseconds, signUp.expiresAt.milliseconds,
                ])
            try Self.enqueue(mail, database, at: now)
        }
        wakeOutbox()
    }

    package func send(_ mail: OutgoingMail, at now: Timestamp) async throws(Refusal) {
        try await change { database in try Self.enqueue(mail, database, at: now) }
        wakeOutbox()
    }

    package func signUp(_ link: SecretHash, at now: Timestamp) throws(Refusal) -> SignUp? {
        try read { reader in
            let row = try reader.statement(
                "SELECT address, name, password, expires_at FROM sign_up WHERE link = ? AND used_at IS NULL AND expires_at > ?")
            defer { row.reset() }
            row.bind(1, link.bytes)
            row.bind(2, now.milliseconds)
            guard try row.step(), let address = EmailAddress(row.text(0)) else { return nil }
            return SignUp(
                link: link, address: address, name: row.text(1), password: PasswordHash(stored: row.text(2)),
                expiresAt: Timestamp(milliseconds: row.int(3)))
        }
    }

    package func complete(_ link: SecretHash, at now: Timestamp) async throws(Refusal) -> Key<Account>? {
        try await change { database in
            guard
                let wish = try Row.fetchOne(
                    database,
                    sql: """
                        UPDATE sign_up SET used_at = ?1 WHERE link = ?2 AND used_at IS NULL AND expires_at > ?1
                        RETURNING email, address, name, password
                        """, arguments: [now.milliseconds, Data(link.bytes)])
            else { return nil }
            let (email, address, name, password): (String, String, String, String) = (
                wish["email"], wish["address"], wish["name"], wish["password"]
            )
            guard
                let number = try Int64.fetchOne(
                    database,
                    sql: """
                        INSERT INTO account (realm, role, email, address, name, password, created_at) VALUES ('portal', 'developer', ?, ?, ?, ?, ?)
                        ON CONFLICT (realm, email) DO NOTHING RETURNING number
                        """, arguments: [email, address, name, password, now.milliseconds])
            else { return nil }
            // Other wishes for this address are answered with this account.
            try database.execute(
                sql: "UPDATE sign_up SET used_at = ? WHERE email = ? AND used_at IS NULL", arguments: [now.milliseconds, email])
            let entry = AuditEntry(
                .account(Key(number), role: Account.Role.developer.rawValue, name: name), "account.create", "account \(number)")
            try Self.write(entry, database, at: now)
            return Key(number)
        }
    }

    // MARK: Passwords

    package func keep(
        passwordLink: SecretHash, of account: Key<Account>, until: Timestamp, sending mail: OutgoingMail?, at now: Timestamp
    ) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "INSERT INTO password_link (link, account, expires_at) VALUES (?, ?, ?)",
                arguments: [Data(passwordLink.bytes), account.number, until.milliseconds])
            if let mail { try Self.enqueue(mail, database, at: now) }
        }
        if mail != nil { wakeOutbox() }
    }

    package func account(passwordLink: SecretHash, at now: Timestamp) throws(Refusal) -> Account? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT a.number, a.role, a.plan, a.address, a.name, a.password, a.totp_confirmed_at, a.created_at
                FROM password_link l JOIN account a ON a.number = l.account WHERE l.link = ? AND l.used_at IS NULL AND l.expires_at > ?
                """)
            defer { row.reset() }
            row.bind(1, passwordLink.bytes)
            row.bind(2, now.milliseconds)
            return try row.step() ? Self.account(row) : nil
        }
    }

    package func setPassword(_ password: PasswordHash, with link: SecretHash, at now: Timestamp) async throws(Refusal) -> Bool {
        try await change { database in
            guard
                let account = try Int64.fetchOne(
                    database,
                    sql: "UPDATE password_link SET used_at = ?1 WHERE link = ?2 AND used_at IS NULL AND expires_at > ?1 RETURNING account",
                    arguments: [now.milliseconds, Data(link.bytes)])
            else { return false }
            try database.execute(sql: "UPDATE account SET password = ? WHERE number = ?", arguments: [password.text, account])
            try database.execute(
                sql: "UPDATE password_link SET used_at = ? WHERE account = ? AND used_at IS NULL", arguments: [now.milliseconds, account])
            try database.execute(sql: "DELETE FROM account_session WHERE account = ?", arguments: [account])
            let whose = try Row.fetchOne(database, sql: "SELECT role, name FROM account WHERE number = ?", arguments: [account])
            let entry = AuditEntry(
                .account(Key(account), role: whose?["role"] ?? "", name: whose?["name"] ?? ""), "account.set-password", "account \(account)"
            )
            try Self.write(entry, database, at: now)
            return true
        }
    }

    // MARK: Sessions

    package func begin(_ session: NewSession, audit: AuditEntry, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: """
                    INSERT INTO account_session (hash, account, stage, agent, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Data(session.hash.bytes), session.account.number, session.stage.rawValue, session.agent, now.milliseconds,
                    now.milliseconds, session.expiresAt.milliseconds,
                ])
            try Self.write(audit, database, at: now)
        }
    }

    package func session(_ hash: SecretHash) throws(Refusal) -> Session? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT s.number, s.stage, s.agent, s.created_at, s.seen_at, s.expires_at,
                    a.number, a.role, a.plan, a.address, a.name, a.password, a.totp_confirmed_at, a.created_at
                FROM account_session s JOIN account a ON a.number = s.account WHERE s.hash = ?
                """)
            defer { row.reset() }
            row.bind(1, hash.bytes)
            return try row.step() ? Self.session(row) : nil
        }
    }

    package func sessions(of account: Key<Account>) throws(Refusal) -> [Session] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT s.number, s.stage, s.agent, s.created_at, s.seen_at, s.expires_at,
                    a.number, a.role, a.plan, a.address, a.name, a.password, a.totp_confirmed_at, a.created_at
                FROM account_session s JOIN account a ON a.number = s.account WHERE s.account = ? ORDER BY s.seen_at DESC, s.number DESC
                """)
            defer { row.reset() }
            row.bind(1, account.number)
            var found: [Session] = []
            while try row.step() { found.append(Self.session(row)) }
            return found
        }
    }

    private static func session(_ row: any Statement) -> Session {
        Session(
            key: Key(row.int(0)), account: account(row, from: 6), stage: Session.Stage(rawValue: row.text(1)) ?? .password,
            agent: row.text(2), createdAt: Timestamp(milliseconds: row.int(3)), seenAt: Timestamp(milliseconds: row.int(4)),
            expiresAt: Timestamp(milliseconds: row.int(5)))
    }

    package func touch(_ session: Key<Session>, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "UPDATE account_session SET seen_at = ?1 WHERE number = ?2 AND seen_at < ?1",
                arguments: [now.milliseconds, session.number])
        }
    }

    package func end(_ session: Key<Session>, of account: Key<Account>, audit: AuditEntry, at now: Timestamp) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "DELETE FROM account_session WHERE number = ? AND account = ?", arguments: [session.number, account.number])
            if database.changesCount == 1 { try Self.write(audit, database, at: now) }
        }
    }

    // MARK: The second factor

    package func secondFactor(of account: Key<Account>) throws(Refusal) -> [UInt8]? {
        try read { reader in
            let row = try reader.statement("SELECT totp_secret FROM account WHERE number = ? AND totp_confirmed_at IS NOT NULL")
            defer { row.reset() }
            row.bind(1, account.number)
            return try row.step() ? Array(row.bytes(0)) : nil
        }
    }

    package func setSecondFactor(
        _ secret: [UInt8]?, recovery: [SecretHash], step: Int64, of account: Key<Account>, keeping session: Key<Session>,
        audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "UPDATE account SET totp_secret = ?, totp_confirmed_at = ?, totp_last_step = ? WHERE number = ?",
                arguments: [secret.map { Data($0) }, secret.map { _ in now.milliseconds }, secret.map { _ in step }, account.number])
            try Self.write(recovery: secret == nil ? [] : recovery, of: account, database)
            try database.execute(
                sql: "DELETE FROM account_session WHERE account = ? AND number <> ?", arguments: [account.number, session.number])
            try database.execute(sql: "UPDATE account_session SET stage = 'full' WHERE number = ?", arguments: [session.number])
            try Self.write(audit, database, at: now)
        }
    }

    package func takeStep(
        _ step: Int64, of account: Key<Account>, session: Key<Session>, at now: Timestamp
    ) async throws(Refusal) -> Bool {
        try await change { database in
            try database.execute(
                sql: """
                    UPDATE account SET totp_last_step = ?1 WHERE number = ?2 AND totp_confirmed_at IS NOT NULL
                        AND (totp_last_step IS NULL OR totp_last_step < ?1)
                    """, arguments: [step, account.number])
            guard database.changesCount == 1 else { return false }
            try database.execute(
                sql: "UPDATE account_session SET stage = 'full' WHERE number = ? AND account = ?",
                arguments: [session.number, account.number])
            return true
        }
    }
}
