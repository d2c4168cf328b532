package import Exchange
package import FHIR

extension Store {
    /// Removes what has run out for more than a day, and the text of mails that were given up.
    ///
    /// A grant stays, as the record of who allowed what; what was issued from it goes. A day's delay keeps a late replay recognisable.
    package func tidy(at now: Timestamp) async throws(Refusal) {
        try await change { database in
            let yesterday = now.adding(seconds: -86_400).milliseconds
            for sql in [
                #"DELETE FROM "authorization" WHERE expires_at < ?"#, "DELETE FROM authorization_code WHERE expires_at < ?",
                "DELETE FROM access_token WHERE expires_at < ?", "DELETE FROM refresh_token WHERE expires_at < ?",
                "DELETE FROM attempt WHERE at < ?", "DELETE FROM sign_up WHERE expires_at < ?",
                "DELETE FROM password_link WHERE expires_at < ?",
                "DELETE FROM record_session WHERE created_at < ?", "DELETE FROM record_sign_in WHERE expires_at < ?",
                "DELETE FROM record_link WHERE expires_at < ?",
                "UPDATE transfer SET sealed_tokens = NULL WHERE state = 'failed' AND moved_at < ? AND sealed_tokens IS NOT NULL",
                "DELETE FROM account_session WHERE expires_at < ?", "UPDATE outbox SET text = '' WHERE given_up_at < ? AND text <> ''",
            ] {
                try database.execute(sql: sql, arguments: [yesterday])
            }
            try database.execute(sql: "DELETE FROM app_secret WHERE is_lent = 1 AND retired_at < ?", arguments: [yesterday])
            try database.execute(sql: "DELETE FROM try_run WHERE ends_at < ?", arguments: [now.milliseconds])
            try Self.tidyRequests(database, at: now)
        }
    }
}
