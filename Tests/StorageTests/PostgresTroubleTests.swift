import CPostgres
import Exchange
import FHIR
import Synchronization
import Testing

@testable import Storage

@Suite("What is wrong with a PostgreSQL server is told, and holds nobody up", .enabled(if: PostgresServer.base != nil))
struct PostgresTroubleTests {
    @Test("A session whose answer does not come is given up, what it asked for is cancelled, and it can be opened anew")
    func noAnswer() async throws {
        try await PostgresServer.withDatabase { address in
            try await OwnThread {
                let session = try PostgresConnection(address, for: .log)
                // As if the server did not hold it to its limit.
                try session.run("SET statement_timeout = 0")
                let began = ContinuousClock.now
                let problem = #expect(throws: PostgresProblem.self) { try session.run("SELECT pg_sleep(600)") }
                #expect(ContinuousClock.now - began < .seconds(300))
                #expect(problem?.isLost == true && problem?.description.contains("no answer within 8 s") == true)
                #expect(!session.isUsable)
                #expect(throws: PostgresProblem.self) { try session.run("SELECT 1") }
                try session.reopen()
                let sleeping = PostgresStatement(
                    session,
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%' AND state = 'active'"
                )
                while try sleeping.step() && sleeping.int(0) > 0 { sleeping.reset() }
            }.value
        }
    }

    /// As if the server did not hold the session to its limit, and no longer than the session's patience of 8 s, with much for a slow machine.
    private func givesUp(_ address: PostgresAddress, _ body: @escaping @Sendable (PostgresConnection) throws -> Void) async throws {
        try await OwnThread {
            let session = try PostgresConnection(address, for: .log)
            try session.run("SET statement_timeout = 0")
            let began = ContinuousClock.now
            let problem = #expect(throws: PostgresProblem.self) { try body(session) }
            #expect(ContinuousClock.now - began < .seconds(300))
            #expect(problem?.isOverdue == true && problem?.description.contains("no answer within 8 s") == true, "\(problem as Any)")
            #expect(!session.isUsable)
        }.value
    }

    @Test(
        "Rows that the server does not take are given up: when it does not answer, and when the way to it is full",
        arguments: [1, 3_000_000])
    func rowsNotTaken(_ rows: Int) async throws {
        try await PostgresServer.withDatabase { address in
            try await givesUp(address) { session in
                try session.run(
                    """
                    CREATE TABLE slow (number bigint);
                    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END';
                    CREATE TRIGGER waiting BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION wait()
                    """)
                var copy = PostgresCopy(into: "slow", columns: ["number"])
                for number in 0..<rows { copy.addRow { $0.append(sized: Int64(number)) } }
                try copy.flush(to: session)
            }
        }
    }

    @Test("Statements sent together are given up when their answers do not come")
    func pipeline() async throws {
        try await PostgresServer.withDatabase { address in
            try await givesUp(address) { session in
                let slow = PostgresStatement(session, "SELECT pg_sleep(?)")
                try PostgresPipeline(connection: session).run(slow, [0, 600]) { $0.bind(1, Int64($1)) }
            }
        }
    }

    @Test("A server that lets one in and then says nothing is given up")
    func silent() async throws {
        let server = try SilentServer()
        defer { server.close() }
        let address = try #require(
            PostgresAddress("postgres://me@127.0.0.1:\(server.port)/x?sslmode=disable&gssencmode=disable"))
        try await OwnThread {
            let began = ContinuousClock.now
            let problem = #expect(throws: PostgresProblem.self) { _ = try PostgresConnection(address, for: .log) }
            #expect(ContinuousClock.now - began < .seconds(300))
            #expect(problem?.isOverdue == true, "\(problem as Any)")
        }.value
    }

    @Test("A change for which nobody waits any more is not made")
    func stale() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            defer { try? store.close() }
            let isMade = Atomic(false)
            let error: any Error = await withCheckedContinuation { continuation in
                var change = PendingChange(
                    make: { _ in
                        isMade.store(true, ordering: .relaxed)
                        return { continuation.resume(returning: CancellationError()) }
                    }, fail: { continuation.resume(returning: $0) })
                change.since = .now.advanced(by: .seconds(-9))
                store.engine.commit(change)
            }
            #expect((error as? Refusal)?.code == .unavailable && !isMade.load(ordering: .relaxed))
        }
    }

    @Test("A batch whose transfer is taken over while it is written is not kept")
    func takenOver() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            defer { try? store.close() }
            let receiver = try await Receiver(store)
            let job = try await receiver.keeping([])
            let batch = try prepared(observation("o", of: "us"))
            let other = try PostgresConnection(address, for: .administer)
            // Every batch changes this row, so it waits here.
            try other.run("BEGIN; UPDATE clinical_change SET number = number")
            let keeping = OwnThread {
                #expect(throws: Refusal.self) { try store.keep(batch, plan: receiver.plan, at: today, turn: BatchTurn(for: job.lease)) }?
                    .code
            }
            let waiting = PostgresStatement(
                try PostgresConnection(address, for: .read),
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
            while try !(waiting.step() && waiting.int(0) > 0) {
                waiting.reset()
                try await Task.sleep(for: .milliseconds(5))
            }
            let taken = try await receiver.claim("b", at: today.adding(seconds: 31))
            #expect(taken.count == 1)
            try other.run("COMMIT")
            #expect(try await keeping.value == .conflict)
            let compartment = Compartment(plan: receiver.plan, member: receiver.member, patientID: "us")
            #expect(try store.body(.observation, "o", in: compartment) == nil)
            let theirs = try #require(taken.first).lease
            #expect(try store.keep(batch, plan: receiver.plan, at: today, turn: BatchTurn(for: theirs)) == [.added])
        }
    }

    @Test("A database that keeps text as something else than UTF-8 is refused with the command that makes a right one")
    func encoding() async throws {
        try await PostgresServer.withDatabase(like: "template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'") { address in
            let refusal = #expect(throws: Refusal.self) { _ = try Store(postgres: address) }
            #expect(refusal?.message.contains("SQL_ASCII") == true && refusal?.message.contains("createdb") == true)
        }
    }

    @Test("A user who may not make tables is told how to be let")
    func mayNotMakeTables() async throws {
        try await PostgresServer.withDatabase(like: "template1") { address in
            let owner = try PostgresConnection(address, for: .administer)
            let name = String(address.uri.split(separator: "/").last ?? "")
            try owner.run("CREATE ROLE \(name) LOGIN")
            defer { try? owner.run("DROP ROLE \(name)") }
            let limited = try #require(PostgresAddress(address.uri.replacing("payerbridge@", with: "\(name)@")))
            let refusal = #expect(throws: Refusal.self) { _ = try Store(postgres: limited) }
            #expect(refusal?.message.contains("GRANT CREATE ON SCHEMA public") == true, "\(String(describing: refusal))")
        }
    }

    @Test("Of several hosts each says what it has against it")
    func everyHostSpeaks() throws {
        let base = try #require(PostgresServer.base)
        let host = base.split(separator: "@").last?.split(separator: "/").first ?? ""
        let address = try #require(PostgresAddress("postgres://payerbridge@127.0.0.1:1,\(host)/no_such_database"))
        let refusal = #expect(throws: Refusal.self) { _ = try Store(postgres: address) }
        #expect(refusal?.cause?.contains("refused") == true && refusal?.cause?.contains("no_such_database") == true)
    }

    @Test("A clock two seconds off is told with what to do, and one that is right is not")
    func clock() async throws {
        try await PostgresServer.withDatabase { address in
            let store = try Store(postgres: address)
            defer { try? store.close() }
            let clock = try PostgresConnection(address, for: .administer)
            for (seconds, words) in [(-90, "behind"), (90, "ahead of")] {
                let now = try clock.clock().adding(seconds: seconds)
                let warnings = try store.warnings(in: World { now })
                #expect(warnings.count == 1 && warnings.allSatisfy { $0.contains(words) && $0.contains("NTP") }, "\(warnings)")
            }
            #expect(try store.warnings(in: .real).isEmpty)
        }
    }

    @Test("What leaves the machine without TLS is in the clear, whatever the host is called")
    func privacy() async throws {
        try await PostgresServer.withDatabase { address in
            #expect(try PostgresConnection(address, for: .administer).isPrivate)
            let named = try #require(PostgresAddress(address.uri.replacing("@127.0.0.1:", with: "@db.example:") + "?hostaddr=127.0.0.1"))
            let session = try PostgresConnection(named, for: .administer)
            #expect(session.isPrivate && session.host == "db.example")
        }
        for (address, isHere) in [
            ("", true), ("127.0.0.53", true), ("::1", true), ("10.1.2.7", false), ("fd00::1", false), ("128.0.0.1", false),
        ] {
            #expect(PostgresConnection.isOnThisMachine(address) == isHere, "\(address)")
        }
    }
}
