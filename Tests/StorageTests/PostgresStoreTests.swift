import Exchange
import FHIR
import Foundation
import GRDB
import Synchronization
import Testing
import Trust

@testable import Storage

@Suite("PostgreSQL keeps what it promises", .enabled(if: PostgresServer.base != nil))
struct PostgresStoreTests {
    private struct Column: Hashable {
        let table: String, name: String, isRequired: Bool
    }

    @Test("Both engines have the same tables, with the same columns, empty or required alike, but for a server's own two")
    func columns() async throws {
        let embedded = try await withFolder { folder in
            try Store(directory: folder).close()
            return try ["payerbridge", "disclosures"].reduce(into: Set<Column>()) { found, name in
                try DatabaseQueue(path: "\(folder)/\(name).sqlite").read { database in
                    let tables = try String.fetchAll(
                        database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
                    for table in tables where table != "store_fact" {
                        for row in try GRDB.Row.fetchAll(database, sql: "PRAGMA table_info(\"\(table)\")") {
                            let isRequired: Bool = row["notnull"] as Bool || (row["pk"] as Int) > 0
                            found.insert(Column(table: table, name: row["name"], isRequired: isRequired))
                        }
                    }
                }
            }
        }
        try await PostgresServer.withDatabase { address in
            let statement = PostgresStatement(
                try PostgresConnection(address, for: .read),
                """
                SELECT c.relname::text, a.attname::text, a.attnotnull FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0
                    AND c.relname NOT IN ('store_schema', 'disclosure_group')
                """)
            var served: Set<Column> = []
            while try statement.step() {
                served.insert(Column(table: statement.text(0), name: statement.text(1), isRequired: statement.int(2) == 1))
            }
            #expect(embedded.subtracting(served).isEmpty, "only embedded")
            #expect(served.subtracting(embedded).isEmpty, "only on a server")
        }
    }

    @Test("A database that a newer program has written is refused with a sentence that says so, and not touched")
    func newerSchema() async throws {
        try await PostgresServer.withDatabase { address in
            try PostgresConnection(address, for: .administer).run("UPDATE store_schema SET version = 9999")
            let error = #expect(throws: NewerSchema.self) { _ = try Store(postgres: address) }
            #expect(error.map { "\($0)".contains("9999") && "\($0)".contains("newer") } == true)
        }
    }

    @Test("A server that is not there is said so, without the address's password")
    func absent() throws {
        let address = try #require(PostgresAddress("postgres://me:hunter2@127.0.0.1:1/none"))
        let refusal = #expect(throws: Refusal.self) { _ = try Store(postgres: address) }
        #expect(refusal?.message.contains("PostgreSQL") == true)
        #expect(refusal.map { "\($0)" }?.contains("hunter2") == false)
    }

    @Test("Eight programs that start at once on an empty database make its schema once")
    func startedTogether() async throws {
        try await PostgresServer.withDatabase(like: "template1") { address in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try Store(postgres: address).close() } }
                try await group.waitForAll()
            }
            let statement = PostgresStatement(try PostgresConnection(address, for: .read), "SELECT version FROM store_schema")
            #expect(try statement.step() && Int(statement.int(0)) == PostgresMigrations.newest)
            #expect(try !statement.step())
        }
    }

    @Test("What a secret opens is found by its hash, not by looking through the plan's grants, also when the tables were empty before")
    func grantsByHash() async throws {
        try await PostgresServer.withDatabase { address in
            let server = try PostgresConnection(address, for: .administer)
            try server.run("VACUUM ANALYZE")
            for sql in [
                "INSERT INTO plan (id, name) VALUES ('demo', 'Demo')",
                "INSERT INTO member (plan, patient_id) SELECT p.number, 'p' || n FROM plan p, generate_series(1, 500) n",
                "INSERT INTO app (client_id, name, kind, scope, created_at) VALUES ('a', 'App', 'confidential', 'x', 0)",
                "INSERT INTO app_plan (plan, app, synced_at) SELECT p.number, a.number, 0 FROM plan p, app a",
                """
                INSERT INTO access_grant (plan, member, app, scope, decider, language, created_at, expires_at)
                SELECT m.plan, m.number, a.number, 'x', 'member', 'en', 0, 1000000000000 FROM member m, app a
                """,
                """
                INSERT INTO access_token (hash, "grant", scope, created_at, expires_at)
                SELECT sha256(number::text::bytea), number, 'x', 0, 1000000000000 FROM access_grant
                """,
                """
                INSERT INTO refresh_token (hash, "grant", scope, created_at, expires_at)
                SELECT hash, "grant", scope, created_at, expires_at FROM access_token
                """,
                """
                INSERT INTO authorization_code (hash, "grant", redirect_uri, redirect_uri_was_sent, expires_at)
                SELECT hash, "grant", 'x', 1, expires_at FROM access_token
                """,
            ] { try server.run(sql) }
            let statements = try StoreSources.statements().map { PostgresSQL.translated($0.sql) }.filter { statement in
                statement.sql.contains("access_grant g") && statement.sql.contains("hash = ")
            }
            #expect(statements.count == 8)
            for (number, statement) in statements.enumerated() {
                // As a session plans what it will ask again and again.
                let session = try PostgresConnection(address, for: .read)
                try session.run("PREPARE statement\(number) AS \(statement.sql)")
                let values = (1...statement.parameters).map { statement.sql.contains("hash = $\($0)") ? "sha256('7')" : "1" }
                let plan = PostgresStatement(session, "EXPLAIN EXECUTE statement\(number) (\(values.joined(separator: ", ")))")
                var lines: [String] = []
                while try plan.step() { lines.append(plan.text(0)) }
                for way in ["Index Cond: (hash = ", "access_grant_pkey on access_grant g", "Index Cond: (number = "] {
                    #expect(lines.contains { $0.contains(way) }, "\(lines.joined(separator: "\n"))")
                }
            }
        }
    }

    private static let cutAll =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

    @Test("When the server has cut every session, the next read and the next change succeed by themselves")
    func cutSessions() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            defer { try? store.close() }
            let scene = try await Scene(store)
            let tokens = try await scene.tokens()
            let knife = try PostgresConnection(address, for: .administer)
            for round in 0..<5 {
                try knife.run(Self.cutAll)
                #expect(try scene.isLive(tokens.access))
                try knife.run(Self.cutAll)
                let result = try await store.count(Attempt(.codeToAddress, plan: scene.plan, subject: "\(round)"), limit: .init(5, per: 60))
                #expect(result)
                try knife.run(Self.cutAll)
                #expect(try store.keep(prepared(observation("o\(round)", of: "p1")), plan: scene.plan, at: today) == [.added])
                try knife.run(Self.cutAll)
                #expect(
                    await withCheckedContinuation { answer in
                        store.record(
                            Disclosure(
                                at: today, plan: scene.plan, member: scene.compartment.member, grant: Key(1), app: scene.app.key,
                                interaction: .read, type: .observation, target: "Observation/\(round)", resources: 1)
                        ) { answer.resume(returning: $0 == nil) }
                    })
            }
            #expect(try store.verify() == 5)
            #expect(try store.page(.observation, [], in: scene.compartment).total == 5)
        }
    }

    @Test("Changes that are acknowledged while sessions are cut under them are there once; what was not acknowledged is there once or not")
    func cutChanges() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            defer { try? store.close() }
            let knife = try PostgresConnection(address, for: .administer)
            let acknowledged = try await withThrowingTaskGroup(of: Int?.self) { group in
                var (next, acknowledged) = (0, Set<Int>())
                func begin() {
                    guard next < 400 else { return }
                    let number = next
                    next += 1
                    group.addTask {
                        do {
                            _ = try await store.change { transaction in
                                try transaction.execute(
                                    sql: "INSERT INTO payer_wish (plan, member, name, at) VALUES (1, 1, ?, 0)", arguments: ["\(number)"])
                            }
                            return number
                        } catch { return nil }
                    }
                }
                // Not all at once: one that waits too long for its turn is refused, and a slow machine would have many of those.
                for _ in 0..<32 { begin() }
                while let end = try await group.next() {
                    begin()
                    guard let number = end else { continue }
                    acknowledged.insert(number)
                    // By progress, not by the clock: each cut may cost the eight sessions that change one commit each, whose answer it takes.
                    if acknowledged.count % 40 == 0 { try knife.run(Self.cutAll) }
                }
                return acknowledged
            }
            let statement = PostgresStatement(try PostgresConnection(address, for: .read), "SELECT name FROM payer_wish")
            var kept: [Int] = []
            while try statement.step() { kept.append(try #require(Int(statement.text(0)))) }
            #expect(kept.count == Set(kept).count)
            #expect(acknowledged.subtracting(kept).isEmpty, "nothing that was acknowledged is lost")
            #expect(acknowledged.count > 300, "most succeed by themselves")
        }
    }

    @Test("A change of an entry of the log of disclosures shows, whichever process wrote it")
    func tampered() async throws {
        try await PostgresServer.withDatabase { address in
            let stores = try [Store(postgres: address), Store(postgres: address)]
            defer { for store in stores { try? store.close() } }
            for (index, store) in (stores + stores).enumerated() {
                let isKept = await withCheckedContinuation { answer in
                    store.record(
                        Disclosure(
                            at: today, plan: Key(1), member: Key(1), grant: Key(1), app: Key(1), interaction: .read, type: .observation,
                            target: "Observation/\(index)", resources: 1)
                    ) { answer.resume(returning: $0 == nil) }
                }
                #expect(isKept)
            }
            #expect(try stores[0].verify() == 4)
            try PostgresConnection(address, for: .administer).run("UPDATE disclosure SET member = 2 WHERE target = 'Observation/3'")
            #expect(throws: Refusal.self) { try stores[0].verify() }
        }
    }

    @Test("A query of the hot path goes through an index, also where the rows lie in parts", arguments: SQLiteStoreTests.hotQueries)
    func queryPlans(_ plan: SQLiteStoreTests.Plan) async throws {
        try await PostgresServer.withDatabase { address in
            let connection = try PostgresConnection(address, for: .read)
            // An empty table would be read whole.
            try connection.run("SET enable_seqscan = off; SET enable_bitmapscan = off")
            let sql = PostgresSQL.translated(plan.sql)
            try connection.run("PREPARE asked AS \(sql.sql)")
            let values = (0..<sql.parameters).map { _ in "'1'" }.joined(separator: ", ")
            let statement = PostgresStatement(connection, "EXPLAIN EXECUTE asked\(sql.parameters == 0 ? "" : "(\(values))")")
            var steps: [String] = []
            while try statement.step() { steps.append(statement.text(0)) }
            #expect(steps.contains { $0.contains("Index") }, "\(steps)")
            #expect(!steps.contains { $0.contains("Seq Scan") }, "\(steps)")
        }
    }

    @Test("PostgreSQL understands every statement of the store that is written out")
    func dialect() async throws {
        let statements = try StoreSources.statements().filter { $0.file.hasPrefix("Store") && !$0.sql.contains("\\(") }
        #expect(statements.count > 200)
        try await PostgresServer.withDatabase { address in
            let connection = try PostgresConnection(address, for: .administer)
            for (file, sql) in statements {
                do { try connection.run("PREPARE asked AS \(PostgresSQL.translated(sql).sql); DEALLOCATE asked") } catch let problem
                    as PostgresProblem
                {
                    // A value's type is told when it is bound.
                    #expect(problem.code == "42P18", "\(file): \(problem)")
                }
            }
        }
    }

    @Test("A row that is there already is told after a few tries, and takers that clash all get through")
    func doubled() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            defer { try? store.close() }
            let sql = "INSERT INTO plan (id, name) VALUES (?, 'A plan')"
            try await store.change { try $0.execute(sql: sql, arguments: ["one"]) }
            let tries = Atomic(0)
            let refusal = await #expect(throws: Refusal.self) {
                try await store.change { transaction in
                    tries.add(1, ordering: .relaxed)
                    try transaction.execute(sql: sql, arguments: ["one"])
                }
            }
            #expect(refusal?.cause?.contains("23505") == true)
            #expect(tries.load(ordering: .relaxed) == 5, "a fifth of a second at the most")
            // Each looks for the highest and adds the next: only one at a time can be right.
            let stores = try [store, Store(postgres: address)]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        // On a slow machine the store may give up on one that others got in the way of; whoever is told so asks again.
                        for tries in 1...100 {
                            do throws(Refusal) {
                                return try await stores[number % 2].change { transaction in
                                    let next = try Int64.fetchOne(transaction, sql: "SELECT COUNT(*) FROM plan") ?? 0
                                    try transaction.execute(sql: sql, arguments: ["\(next)"])
                                }
                            } catch {
                                let cause = error.cause ?? ""
                                let isPassing = ["40001", "40P01", "23505", "a change waited"].contains { cause.contains($0) }
                                guard isPassing, tries < 100 else { throw error }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try stores[1].close()
            #expect(
                try store.read { reader in
                    let row = try reader.statement("SELECT COUNT(*) FROM plan")
                    defer { row.reset() }
                    return try row.step() ? row.int(0) : 0
                } == 101)
        }
    }

    @Test("A change in which a statement failed is never acknowledged, even if its code went on")
    func failedStatement() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            defer { try? store.close() }
            await #expect(throws: Refusal.self) {
                try await store.change { transaction in
                    try transaction.execute(sql: "INSERT INTO payer_wish (plan, member, name, at) VALUES (1, 1, 'a', 0)")
                    try? transaction.execute(sql: "INSERT INTO payer_wish (plan, member, name, at) VALUES (1, 1, NULL, 0)")
                }
            }
        }
    }

    @Test("When it is not known whether entries of the log were kept, the next ones are kept all the same")
    func logGoesOn() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            defer { try? store.close() }
            func record() async -> Bool {
                await withCheckedContinuation { answer in
                    store.record(
                        Disclosure(
                            at: today, plan: Key(1), member: Key(1), grant: Key(1), app: Key(1), interaction: .read, type: .observation,
                            target: "Observation/1", resources: 1)
                    ) { answer.resume(returning: $0 == nil) }
                }
            }
            #expect(await record())
            let other = try PostgresConnection(address, for: .administer)
            try other.run("ALTER TABLE disclosure_group RENAME TO elsewhere")
            #expect(await record() == false)
            try other.run("ALTER TABLE elsewhere RENAME TO disclosure_group")
            #expect(await record())
            #expect(try store.verify() == 2)
        }
    }

    @Test("A session has few statements, however many rosters and pages there were")
    func statementsOfASession() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            // What is missing differs from line to line and from roster to roster.
            func roster(_ number: Int) -> [RosterEntry] {
                (0..<70).map { line in
                    func maybe(_ value: String) -> String? { Bool.random() ? value : nil }
                    return RosterEntry(
                        memberID: "M-\(line * (number % 3 + 1))", firstName: "A", lastName: "B\(Int.random(in: 0..<3))",
                        birthDate: "2011-01-04", postalCode: "02116", email: maybe("a@example.com"), coverageStart: maybe("2020-01-01"),
                        coverageEnd: maybe("2030-01-01"), patientID: maybe("p\(line)"))
                }
            }
            for round in 0..<120 {
                _ = try await store.enrol(roster(round), plan: plan)
                #expect(try store.transfer(id: "none", plan: plan) == nil)
                #expect(try store.transfers(of: Key(1), plan: plan).isEmpty)
                #expect(try store.transfers(plan: plan, states: Transfer.State.allCases, limit: 10).isEmpty)
            }
            let count: StaticString = "SELECT count(*) FROM pg_prepared_statements"
            @Sendable func number(_ statement: any Storage.Statement) throws -> Int64 {
                defer { statement.reset() }
                return try statement.step() ? statement.int(0) : -1
            }
            // Each round would leave three or more behind; which of its sessions the store takes is its own choice.
            for _ in 0..<8 {
                let counts = [
                    try await store.change { try number($0.statement(count)) }, try store.read { try number($0.statement(count)) },
                ]
                #expect(counts.allSatisfy { $0 >= 1 && $0 < 60 }, "\(counts)")
            }
            try store.close()
        }
    }
}
