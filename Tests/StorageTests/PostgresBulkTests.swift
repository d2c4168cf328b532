import Testing

@testable import Storage

@Suite("Loads into PostgreSQL", .enabled(if: PostgresServer.base != nil))
struct PostgresBulkTests {
    @Test("What a load has kept is on the disk: its sessions wait for it")
    func isDurable() async throws {
        try await PostgresServer.withDatabase { address in
            let asked = PostgresStatement(try PostgresConnection(address, for: .bulk), "SHOW synchronous_commit")
            #expect(try asked.step() && asked.text(0) == "on")
        }
    }

    /// With statistics the planner reads all of a plan in the order of its keys beside some thousand keys, once for each batch.
    @Test("The rows that a batch asks for are found by their keys, each in its part, also where reading the whole plan looks cheaper")
    func byKeys() async throws {
        try await PostgresServer.withDatabase { address in
            let server = try PostgresConnection(address, for: .administer)
            try server.run(
                """
                INSERT INTO resource (plan, member, type, id, version, updated_at, digest, body)
                SELECT 1, n % 50, 3, 'o' || n, 1, 0, sha256(n::text::bytea), '' FROM generate_series(1, 20000) n
                """)
            try server.run("INSERT INTO resource_place (plan, key, member) SELECT 1, n, n % 50 FROM generate_series(1, 20000) n; ANALYZE")
            let session = try PostgresConnection(address, for: .bulk)
            func list(_ value: (Int) -> String) -> String { "'{\((1...6000).map(value).joined(separator: ","))}'" }
            let places = "1, \(list { "\($0)" })"
            let rows = "\(list { "\($0 % 50)" }), \(list { _ in "3" }), \(list { "o\($0)" }), 1"
            for (number, (sql, types, keys, way)) in [
                (PostgresResourceTable.rowsByKey, "bigint[], bigint[], text[], bigint", rows, "(id = (wanted.id)::text)"),
                (PostgresResourceTable.placesByKey, "bigint, bigint[]", places, "(key = ANY ("),
            ].enumerated() {
                try session.run("PREPARE asked\(number) (\(types)) AS \(PostgresSQL.translated(sql).sql)")
                let plan = PostgresStatement(session, "EXPLAIN (COSTS OFF) EXECUTE asked\(number) (\(keys))")
                var conditions: [String] = []
                while try plan.step() {
                    if plan.text(0).contains("Index Cond") { conditions.append(plan.text(0)) }
                }
                #expect(!conditions.isEmpty && conditions.allSatisfy { $0.contains(way) }, "\(conditions)")
            }
        }
    }
}
