package import Exchange
package import FHIR
package import Trust

extension Store: RequestStore {
    /// Days for which requests are kept.
    static let requestDays = 7
    /// Of one app, however busy it is.
    static let mostRequests = 100_000

    package func keep(_ gathered: GatheredRequests, at now: Timestamp) async throws(Refusal) {
        try await change { writer in
            let row = try writer.statement(
                """
                INSERT INTO request_entry (app, plan, id, at, kind, method, route, status, microseconds, error, explanation, is_tried)
                SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, nullif(?10, ''), nullif(?11, ''), ?12
                WHERE EXISTS (SELECT 1 FROM application WHERE app = ?1)
                """)
            for request in gathered.requests {
                defer { row.reset() }
                row.bind(1, request.app.number)
                row.bind(2, request.plan.number)
                row.bind(3, request.id)
                row.bind(4, request.at.milliseconds)
                row.bind(5, request.kind.rawValue)
                row.bind(6, request.method)
                row.bind(7, request.route)
                row.bind(8, Int64(request.status))
                row.bind(9, Int64(request.microseconds))
                row.bind(10, request.error ?? "")
                row.bind(11, request.explanation ?? "")
                row.bind(12, request.isTried ? 1 : 0)
                _ = try row.step()
            }
            let count = try writer.statement(
                """
                INSERT INTO request_dropped (app, hour, count) SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM application WHERE app = ?1)
                ON CONFLICT (app, hour) DO UPDATE SET count = request_dropped.count + ?3
                """)
            // Always in the same order, so that two nodes wait for each other and not in a circle.
            for (app, number) in gathered.dropped.sorted(by: { $0.key.number < $1.key.number }) {
                defer { count.reset() }
                count.bind(1, app.number)
                count.bind(2, now.seconds / 3600)
                count.bind(3, Int64(number))
                _ = try count.step()
            }
            try Self.keep(gathered.calls, writer)
        }
    }

    private static func keep(
        _ calls: [GatheredRequests.Call: (count: Int, first: Timestamp, last: Timestamp)], _ writer: Transaction
    ) throws {
        let row = try writer.statement(
            """
            INSERT INTO observed_call (app, plan, kind, count, first_at, last_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (app, plan, kind) DO UPDATE SET count = observed_call.count + ?4,
                last_at = CASE WHEN observed_call.last_at < ?6 THEN ?6 ELSE observed_call.last_at END
            """)
        let inOrder = calls.sorted {
            ($0.key.app.number, $0.key.plan.number, $0.key.kind) < ($1.key.app.number, $1.key.plan.number, $1.key.kind)
        }
        for (call, seen) in inOrder {
            defer { row.reset() }
            row.bind(1, call.app.number)
            row.bind(2, call.plan.number)
            row.bind(3, call.kind)
            row.bind(4, Int64(seen.count))
            row.bind(5, seen.first.milliseconds)
            row.bind(6, seen.last.milliseconds)
            _ = try row.step()
        }
    }

    package func requests(of app: Key<App>, _ filter: RequestFilter, limit: Int) throws(Refusal) -> RequestPage {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT number, plan, id, at, kind, method, route, status, microseconds, error, explanation, is_tried FROM request_entry
                WHERE app = ?1 AND number < ?2 AND (?3 = '' OR kind = ?3) AND (?4 = 0 OR status / 100 = ?4) AND at >= ?5 AND at < ?6
                    AND (?7 = '' OR id = ?7)
                ORDER BY number DESC LIMIT ?8
                """)
            defer { row.reset() }
            row.bind(1, app.number)
            row.bind(2, filter.before ?? .max)
            row.bind(3, filter.kind?.rawValue ?? "")
            row.bind(4, Int64(filter.statusClass ?? 0))
            row.bind(5, filter.from?.milliseconds ?? .min)
            row.bind(6, filter.to?.milliseconds ?? .max)
            row.bind(7, filter.id ?? "")
            row.bind(8, Int64(limit + 1))
            var found: [RequestRecord] = []
            var last: Int64?
            var hasMore = false
            while try row.step() {
                if found.count == limit {
                    hasMore = true
                    break
                }
                last = row.int(0)
                found.append(
                    RequestRecord(
                        id: row.text(2), app: app, plan: Key(row.int(1)), at: Timestamp(milliseconds: row.int(3)),
                        kind: RequestRecord.Kind(rawValue: row.text(4)) ?? .fhir, method: row.text(5), route: row.text(6),
                        status: Int(row.int(7)), microseconds: Int(row.int(8)), error: row.optionalText(9),
                        explanation: row.optionalText(10), isTried: row.int(11) != 0))
            }
            return RequestPage(requests: found, next: hasMore ? last : nil)
        }
    }

    package func droppedRequests(of app: Key<App>, since: Timestamp) throws(Refusal) -> Int {
        try read { reader in
            let row = try reader.statement(
                "SELECT CAST(coalesce(SUM(count), 0) AS BIGINT) FROM request_dropped WHERE app = ? AND hour >= ?")
            defer { row.reset() }
            row.bind(1, app.number)
            row.bind(2, since.seconds / 3600)
            return try row.step() ? Int(row.int(0)) : 0
        }
    }

    package func app(ofToken token: SecretHash, plan: Key<Plan>) throws(Refusal) -> Key<App>? {
        try read { reader in
            let row = try reader.statement(
                #"SELECT g.app FROM access_token t JOIN access_grant g ON g.number = t."grant" WHERE t.hash = ? AND +g.plan = ?"#)
            defer { row.reset() }
            row.bind(1, token.bytes)
            row.bind(2, plan.number)
            return try row.step() ? Key(row.int(0)) : nil
        }
    }

    /// Takes away what is older than the days for which requests are kept, and of a busy app all but the newest.
    static func tidyRequests(_ database: Transaction, at now: Timestamp) throws {
        let oldest = now.adding(seconds: -requestDays * 86_400)
        try database.execute(sql: "DELETE FROM request_entry WHERE at < ?", arguments: [oldest.milliseconds])
        try database.execute(sql: "DELETE FROM request_dropped WHERE hour < ?", arguments: [oldest.seconds / 3600])
        let busy = try Int64.fetchAll(
            database, sql: "SELECT app FROM request_entry GROUP BY app HAVING COUNT(*) > ?", arguments: [mostRequests])
        for app in busy {
            try database.execute(
                sql: """
                    DELETE FROM request_entry WHERE app = ?1 AND number <=
                        (SELECT number FROM request_entry WHERE app = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)
                    """, arguments: [app, mostRequests])
        }
    }
}
