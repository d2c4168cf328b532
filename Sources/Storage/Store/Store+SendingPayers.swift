package import Exchange
package import FHIR
import Foundation

extension Store: SendingPayerStore {
    static func payer(_ row: any Statement, plan: Key<Plan>, from first: Int32 = 0) -> SendingPayer {
        SendingPayer(
            key: Key(row.int(first)), plan: plan, name: row.text(first + 1), address: row.text(first + 2), clientID: row.text(first + 3),
            sealedSecret: row.isNull(first + 4) ? nil : Array(row.bytes(first + 4)), scope: row.text(first + 5),
            standing: SendingPayer.Standing(rawValue: row.text(first + 6)) ?? .closed,
            addedAt: Timestamp(milliseconds: row.int(first + 7)),
            checkedAt: row.optionalInt(first + 8).map { Timestamp(milliseconds: $0) }, checkWords: row.optionalText(first + 9),
            isHealthy: row.int(first + 10) == 1)
    }

    package func sendingPayers(plan: Key<Plan>) throws(Refusal) -> [SendingPayer] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, name, address, client_id, sealed_secret, scope, standing, added_at, checked_at, check_words, is_healthy
                FROM sending_payer WHERE plan = ? ORDER BY lower(name), number
                """)
            defer { row.reset() }
            row.bind(1, plan.number)
            var found: [SendingPayer] = []
            while try row.step() { found.append(Self.payer(row, plan: plan)) }
            return found
        }
    }

    package func sendingPayer(_ key: Key<SendingPayer>, plan: Key<Plan>) throws(Refusal) -> SendingPayer? {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, name, address, client_id, sealed_secret, scope, standing, added_at, checked_at, check_words, is_healthy
                FROM sending_payer WHERE plan = ? AND number = ?
                """)
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, key.number)
            return try row.step() ? Self.payer(row, plan: plan) : nil
        }
    }

    package func keep(_ payer: NewSendingPayer, plan: Key<Plan>, audit: AuditEntry, at now: Timestamp) async throws(Refusal)
        -> Key<SendingPayer>
    {
        try await change { database in
            let number = try Int64.fetchOne(
                database,
                sql: """
                    INSERT INTO sending_payer (plan, name, address, client_id, sealed_secret, scope, standing, added_at)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                    ON CONFLICT (plan, address) DO UPDATE SET name = ?2, client_id = ?4, sealed_secret = coalesce(?5, sending_payer.sealed_secret),
                        scope = ?6, standing = ?7
                    RETURNING number
                    """,
                arguments: [
                    plan.number, payer.name, payer.address, payer.clientID, payer.sealedSecret.map { Data($0) }, payer.scope,
                    payer.standing.rawValue, now.milliseconds,
                ])
            guard let number else { throw Refusal(.unavailable, "The payer could not be kept.") }
            try Self.write(audit, database, at: now)
            return Key(number)
        }
    }

    package func set(
        _ standing: SendingPayer.Standing, of payer: Key<SendingPayer>, plan: Key<Plan>, audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "UPDATE sending_payer SET standing = ? WHERE plan = ? AND number = ?",
                arguments: [standing.rawValue, plan.number, payer.number])
            guard database.changesCount == 1 else { throw Refusal(.notFound, "There is no such payer.") }
            try Self.write(audit, database, at: now)
        }
    }

    package func note(check words: String, isHealthy: Bool, of payer: Key<SendingPayer>, plan: Key<Plan>, at now: Timestamp)
        async throws(Refusal)
    {
        try await change { database in
            try database.execute(
                sql: "UPDATE sending_payer SET check_words = ?, is_healthy = ?, checked_at = ? WHERE plan = ? AND number = ?",
                arguments: [words, isHealthy, now.milliseconds, plan.number, payer.number])
        }
    }

    package func wish(_ wish: PayerWish, plan: Key<Plan>) async throws(Refusal) {
        try await change { database in
            try database.execute(
                sql: "INSERT INTO payer_wish (plan, member, name, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [plan.number, wish.member.number, wish.name, wish.at.milliseconds])
        }
    }

    package func payerWishes(plan: Key<Plan>, limit: Int) throws(Refusal) -> [PayerWish] {
        try read { reader in
            let row = try reader.statement("SELECT name, member, at FROM payer_wish WHERE plan = ? ORDER BY at DESC LIMIT ?")
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, Int64(limit))
            var found: [PayerWish] = []
            while try row.step() {
                found.append(PayerWish(name: row.text(0), member: Key(row.int(1)), at: Timestamp(milliseconds: row.int(2))))
            }
            return found
        }
    }
}
