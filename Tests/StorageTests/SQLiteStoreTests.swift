import Exchange
import FHIR
import Foundation
import GRDB
import Testing
import Trust

@testable import Storage

@Suite("SQLite keeps what it promises")
struct SQLiteStoreTests {
    @Test("A commit is on disk before anyone is answered, and relations are enforced")
    func durability() async throws {
        try await withSQLiteStore { store in
            func pragma(_ name: String) async throws -> String? {
                try await store.writer.read { try String.fetchOne($0, sql: "PRAGMA \(name)") }
            }
            let values = [try await pragma("synchronous"), try await pragma("journal_mode"), try await pragma("foreign_keys")]
            #expect(values == ["2", "wal", "1"])
        }
    }

    @Test("Only the owner may read the store")
    func permissions() async throws {
        try await withFolder { folder in
            _ = try Store(directory: folder)
            func mode(_ path: String) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            }
            #expect(try mode(folder) == 0o700)
            #expect(try mode(folder + "/payerbridge.sqlite") == 0o600)
        }
    }

    @Test("What was kept is there when the store is opened again")
    func reopened() async throws {
        try await withFolder { folder in
            var tokens = Scene.newTokens()
            var compartment: Compartment?
            do {
                let store = try Store(directory: folder)
                let scene = try await Scene(store)
                tokens = try await scene.tokens()
                compartment = scene.compartment
                try store.close()
            }
            let store = try Store(directory: folder)
            let plan = try #require(try store.planKey("demo"))
            #expect(try store.access(tokens.access, plan: plan, at: today)?.compartment == compartment)
        }
    }

    @Test("A new store that several open at the same moment is made once, and is open to all of them")
    func openedAtOnce() async throws {
        for _ in 0..<5 {
            try await withFolder { directory in
                let stores = try await withThrowingTaskGroup(of: Store.self) { group in
                    for _ in 0..<6 { group.addTask { try Store(directory: directory, keepsSentMail: false) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                for (number, store) in stores.enumerated() { _ = try await store.enrol(planID: "p\(number)", name: "P") }
                for store in stores { try store.close() }
            }
        }
    }

    @Test("A store that a newer program has written is refused with a sentence that says so, and not touched")
    func newerSchema() async throws {
        try await withFolder { folder in
            try Store(directory: folder).close()
            let path = folder + "/payerbridge.sqlite"
            let database = try DatabaseQueue(path: path)
            try await database.write { try $0.execute(sql: "PRAGMA user_version = 9999") }
            try database.close()
            do {
                _ = try Store(directory: folder)
                Issue.record("A newer schema was opened.")
            } catch {
                #expect("\(error)".contains("9999"))
                #expect("\(error)".contains("newer"))
            }
            let after = try DatabaseQueue(path: path)
            #expect(try await after.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == 9999)
        }
    }

    @Test("A token of an app that is no longer synced to the plan opens nothing")
    func unsynced() async throws {
        try await withSQLiteStore { store in
            let scene = try await Scene(store)
            let tokens = try await scene.tokens()
            #expect(try scene.isLive(tokens.access))
            try await store.writer.write { try $0.execute(sql: "DELETE FROM app_plan WHERE app = ?", arguments: [scene.app.key.number]) }
            #expect(try !scene.isLive(tokens.access))
            #expect(try store.refreshGrant(tokens.refresh, plan: scene.plan, at: today) == nil)
            #expect(try store.app(clientID: "client", plan: scene.plan) == nil)
        }
    }

    @Test("A retired secret opens nothing")
    func retiredSecret() async throws {
        try await withSQLiteStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let secret = Secret.make(.clientSecret).hash
            let app = try await store.addApp(plans: [plan], secret: secret)
            try await store.writer.write { try $0.execute(sql: "UPDATE app_secret SET retired_at = 1") }
            #expect(try !store.hasSecret(app.key, hash: secret, at: today))
        }
    }

    @Test("No secret and no subject of a limit stands in the files in the clear")
    func nothingInTheClear() async throws {
        try await withFolder { folder in
            let store = try Store(directory: folder)
            let scene = try await Scene(store)
            let (code, access, refresh) = (Secret.make(.authorizationCode), Secret.make(.accessToken), Secret.make(.refreshToken))
            let walk = try scene.walk()
            try await store.begin(walk, at: today)
            _ = try await store.finish(walk, with: scene.newGrant(code.hash), at: today)
            let tokens = NewTokens(access: access.hash, accessExpiresAt: today.adding(seconds: 60), refresh: refresh.hash)
            #expect(try await scene.redeem(code.hash, tokens: tokens) == .issued)
            _ = try await store.count(Attempt(.codeToAddress, plan: scene.plan, subject: "counted@example.com"), limit: .init(5, per: 60))
            for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
                for text in [code.text, access.text, refresh.text, "counted@example.com"] {
                    #expect(bytes.range(of: Data(text.utf8)) == nil, "\(file)")
                }
            }
        }
    }

    @Test("A real plan forgets a mail's text when it was sent, a sandbox keeps it")
    func sentText() async throws {
        for (keeps, expected) in [(true, "the code"), (false, "")] {
            try await withSQLiteStore(keepsSentMail: keeps) { store in
                let scene = try await Scene(store)
                let walk = try scene.walk()
                try await store.begin(walk, at: today)
                _ = try await store.update(walk, sending: OutgoingMail(to: "a@b.co", subject: "s", text: "the code"), at: today)
                let entry = try #require(try await store.claimDue(limit: 1, lease: .seconds(86_400)).first)
                #expect(entry.text == "the code")
                try await store.delivered(entry.id)
                #expect(try store.mails(to: nil, limit: 1).first?.mail.text == expected)
            }
        }
    }

    @Test("Of changes in one commit the one that fails undoes itself and not its neighbours")
    func groupCommit() async throws {
        try await withSQLiteStore { store in
            let results = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        do {
                            try await store.change { database in
                                try database.execute(sql: "INSERT INTO plan (id, name) VALUES (?, '')", arguments: ["plan-\(number)"])
                                if number % 3 == 0 { throw Refusal(.conflict, "No.") }
                            }
                            return true
                        } catch { return false }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(results == 133)
            let kept = try await store.writer.read { try String.fetchAll($0, sql: "SELECT id FROM plan") }
            #expect(Set(kept) == Set((0..<200).filter { $0 % 3 != 0 }.map { "plan-\($0)" }))
        }
    }

    @Test("The kept counts are those of counting, through additions, changes, moves and reruns")
    func counts() async throws {
        try await withSQLiteStore { store in
            let scene = try await Scene(store)
            for _ in 0..<40 {
                let batch = (0..<Int.random(in: 1...12)).map { _ in
                    let id = "x\(Int.random(in: 0..<25))"
                    let owner = ["p1", "p2", "p3"][Int.random(in: 0..<3)]
                    return switch Int.random(in: 0..<3) {
                    case 0: observation(id, of: owner, status: ["final", "amended"][Int.random(in: 0..<2)])
                    case 1: #"{"resourceType":"Condition","id":"\#(id)","subject":{"reference":"Patient/\#(owner)"}}"#
                    default: #"{"resourceType":"Organization","id":"\#(id)","name":"\#(owner)"}"#
                    }
                }
                _ = try store.keep(try prepared(batch), plan: scene.plan, at: today)
                let isRight = try await store.writer.read { database in
                    let order = "ORDER BY plan, member, type"
                    let kept = try Row.fetchAll(
                        database, sql: "SELECT plan, member, type, count FROM resource_count WHERE count > 0 \(order)")
                    let counted = try Row.fetchAll(
                        database, sql: "SELECT plan, member, type, COUNT(*) AS count FROM resource GROUP BY plan, member, type \(order)")
                    return kept == counted
                }
                #expect(isRight)
            }
            for (type, total) in try store.counts(in: scene.compartment) {
                #expect(try store.page(type, [("_count", "1")], in: scene.compartment).total == total)
                #expect(try store.page(type, [("_count", "1000")], in: scene.compartment).ids.count == total)
            }
            let organizations = try store.page(.organization, [("_count", "3")], in: scene.compartment)
            let all = try store.page(.organization, [("_count", "1000")], in: scene.compartment)
            #expect(organizations.total == all.ids.count)
        }
    }

    @Test("A store of the first version becomes one of this version, with all it held")
    func upgraded() async throws {
        try await withFolder { folder in
            do {
                let store = try Store(directory: folder)
                let scene = try await Scene(store)
                _ = try store.keep(try prepared((0..<30).map { observation("o\($0)", of: "p1") }), plan: scene.plan, at: today)
                try await store.writer.write { database in
                    // Newer tables first, those that refer to others before the others.
                    for table in [
                        "try_run", "evidence_piece", "evidence_upload", "record_link", "record_sign_in", "record_session", "kept_version",
                        "transfer_issue", "staged_resource",
                        "transfer_leg", "transfer", "opt_in", "payer_wish", "sending_payer",
                        "redirect_change", "recovery_code", "application_logo", "tried_grant", "request_dropped", "request_entry",
                        "observed_call", "audit", "plan_sync", "case_entry", "evidence", "production_request", "verification",
                        "application",
                        "account_session", "password_link", "sign_up", "account",
                    ] { try database.execute(sql: "DROP TABLE \(table)") }
                    try database.execute(
                        sql: """
                            ALTER TABLE app_secret DROP COLUMN is_lent; DROP INDEX access_grant_by_app; DROP TABLE member_account;
                            CREATE TABLE member_account (
                                plan INTEGER NOT NULL REFERENCES plan (number), email TEXT NOT NULL,
                                member INTEGER NOT NULL REFERENCES member (number), proven_at INTEGER NOT NULL,
                                PRIMARY KEY (plan, email)) STRICT;
                            CREATE INDEX member_account_by_member ON member_account (plan, member);
                            ALTER TABLE app_secret DROP COLUMN last_used_at;
                            ALTER TABLE resource ADD COLUMN terms BLOB NOT NULL DEFAULT x'';
                            ALTER TABLE resource_count DROP COLUMN version; DROP TABLE clinical_change; DROP TABLE resource_place;
                            CREATE UNIQUE INDEX resource_by_id ON resource (plan, type, id); PRAGMA user_version = 1
                            """)
                }
                try store.close()
            }
            let store = try Store(directory: folder)
            defer { try? store.close() }
            let plan = try #require(try store.planKey("demo"))
            let member = try #require(try store.members(memberID: "M-1", plan: plan).first)
            let compartment = Compartment(plan: plan, member: member.key, patientID: "p1")
            #expect(try store.page(.observation, [("status", "final")], in: compartment).total == 30)
            #expect(try store.state(of: .observation, in: compartment).count == 30)
            let again = try store.keep(try prepared((0..<31).map { observation("o\($0)", of: "p1") }), plan: plan, at: today)
            #expect(again.dropLast().allSatisfy { $0 == .unchanged } && again.last == .added, "each is known by its place")
        }
    }

    @Test("Two resources with the same number are both kept, and rerunning changes nothing")
    func sameNumber() async throws {
        try await withSQLiteStore { store in
            let scene = try await Scene(store)
            let other = try store.addMember("p2", memberID: "M-2", plan: scene.plan)
            _ = try store.keep(try prepared(observation("a", of: "p1")), plan: scene.plan, at: today)
            // As if another member's resource had the number of this one.
            try await store.writer.write {
                try $0.execute(
                    sql: "UPDATE resource_place SET member = ? WHERE key = ?",
                    arguments: [other.member.number, ResourceKey.number(.observation, "a")])
            }
            #expect(try store.keep(try prepared(observation("a", of: "p1")), plan: scene.plan, at: today) == [.unchanged])
            #expect(try store.keep(try prepared(observation("a", of: "p1", status: "amended")), plan: scene.plan, at: today) == [.updated])
            #expect(try store.page(.observation, [], in: scene.compartment).ids == ["a"])
            #expect(try store.page(.observation, [], in: other).ids == [])
        }
    }

    @Test("A shelf's state changes with what it holds, and with nothing else")
    func state() async throws {
        try await withSQLiteStore { store in
            let scene = try await Scene(store)
            _ = try store.keep(try prepared(observation("a", of: "p1")), plan: scene.plan, at: today)
            let first = try store.state(of: .observation, in: scene.compartment)
            let mark = try store.changeMark()
            _ = try store.keep(try prepared(observation("a", of: "p1")), plan: scene.plan, at: today)
            #expect(try store.state(of: .observation, in: scene.compartment) == first)
            _ = try store.keep(try prepared(observation("a", of: "p1", status: "amended")), plan: scene.plan, at: today)
            let second = try store.state(of: .observation, in: scene.compartment)
            #expect(second.count == 1 && second.version > first.version)
            #expect(try store.changeMark() > mark)
            #expect(try store.state(of: .condition, in: scene.compartment) == .empty)
            _ = try store.addMember("p2", memberID: "M-2", plan: scene.plan)
            #expect(try store.state(of: .observation, in: scene.compartment) == second)
        }
    }

    struct Plan: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        let uses: [String]
    }

    static let hotQueries = [
        Plan(
            testDescription: "read",
            sql: "SELECT id, version, updated_at, body FROM resource WHERE plan = ? AND member = ? AND type = ? AND id = ?",
            uses: ["SEARCH resource USING INDEX resource_by_", "id=?)"]),
        Plan(
            testDescription: "load",
            sql: "SELECT id, version, updated_at, body FROM resource WHERE plan = ? AND member = ? AND type = ? ORDER BY id",
            uses: ["resource_by_key (plan=? AND member=? AND type=?)"]),
        Plan(
            testDescription: "count", sql: "SELECT count FROM resource_count WHERE plan = ? AND member = ? AND type = ?",
            uses: ["PRIMARY KEY (plan=? AND member=? AND type=?)"]),
        Plan(
            testDescription: "access token",
            sql: """
                SELECT g.number, g.app, a.client_id, g.member, m.patient_id, t.scope, t.created_at, t.expires_at
                FROM access_token t JOIN access_grant g ON g.number = t."grant" JOIN member m ON m.number = g.member JOIN app a ON a.number = g.app
                JOIN app_plan p ON p.plan = g.plan AND p.app = g.app
                WHERE t.hash = ?1 AND g.plan = ?2 AND t.revoked_at IS NULL AND g.revoked_at IS NULL AND t.expires_at > ?3 AND g.expires_at > ?3
                """, uses: ["sqlite_autoindex_access_token_1 (hash=?)", "sqlite_autoindex_app_plan_1 (plan=? AND app=?)"]),
        Plan(
            testDescription: "keep",
            sql: "SELECT version, digest FROM resource WHERE plan = ? AND member = ? AND type = ? AND id = ?",
            uses: ["resource_by_key (plan=? AND member=? AND type=? AND id=?)"]),
        Plan(
            testDescription: "place", sql: "SELECT member FROM resource_place WHERE plan = ? AND key = ?",
            uses: ["PRIMARY KEY (plan=? AND key=?)"]),
        Plan(
            testDescription: "match", sql: "SELECT number FROM member WHERE plan = ? AND member_id_folded = ? LIMIT 5",
            uses: ["member_by_folded (plan=? AND member_id_folded=?)"]),
        Plan(
            testDescription: "attempts", sql: "SELECT COUNT(*) FROM attempt WHERE plan = ? AND kind = ? AND subject = ? AND at >= ?",
            uses: ["attempt_by_subject (plan=? AND kind=? AND subject=? AND at>?)"]),
        Plan(
            testDescription: "outbox",
            sql: """
                SELECT number FROM outbox WHERE delivered_at IS NULL AND given_up_at IS NULL AND due_at <= ?1
                    AND (leased_until IS NULL OR leased_until <= ?1) ORDER BY due_at, number LIMIT ?2
                """, uses: ["outbox_due (due_at<?)"]),
    ]

    @Test("A hot query goes through its index, sorts nothing and scans nothing", arguments: hotQueries)
    func queryPlans(_ plan: Plan) async throws {
        try await withSQLiteStore { store in
            let steps = try await store.writer.read { database in
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + plan.sql)
                statement.setUncheckedArguments([])
                return try Row.fetchAll(statement).map { $0["detail"] as String }
            }
            for use in plan.uses { #expect(steps.contains { $0.contains(use) }, "\(steps)") }
            #expect(!steps.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(steps)")
        }
    }
}
