import Exchange
import FHIR
import GRDB
import Testing
import Trust

@testable import Storage

/// What the portal's stores keep, asked of the store itself.
@Suite("A store's promises: the portal")
struct PortalPromises {
    private static let audit = AuditEntry(.system("test"), "test", "test")

    static func account(_ store: Store) async throws -> Account {
        let address = try #require(EmailAddress("ana@lakeside.example"))
        let key = try await store.add(
            NewAccount(role: .developer, address: address, name: "Ana", password: PasswordHash(stored: "x")), audit: audit, at: today)
        let made = try #require(key)
        return try #require(try store.account(made))
    }

    static func app(_ store: Store, _ account: Account) async throws -> DeveloperApp {
        let details = ApplicationDetails(
            name: "Records", description: "", homePage: "", redirectURIs: [try RedirectURI("https://a.example/cb", for: .production)])
        try await store.add(
            details, of: account.key, clientID: "app-1", secret: Secret.make(.clientSecret).hash, audit: audit, at: today)
        return try #require(try store.application(clientID: "app-1"))
    }

    @Test(
        "Two wishes for one address make one account, of the link that is used first, and a link is used once even by twenty at a time",
        arguments: Engine.allCases)
    func signUps(_ engine: Engine) async throws {
        try await engine.withWholeStore { store in
            let address = try #require(EmailAddress("Ana@lakeside.example"))
            let links = (0..<2).map { _ in Secret.make(.emailLink).hash }
            for (index, link) in links.enumerated() {
                try await store.keep(
                    SignUp(
                        link: link, address: address, name: "Ana \(index)", password: PasswordHash(stored: "p\(index)"),
                        expiresAt: today.adding(seconds: 60)),
                    sending: OutgoingMail(to: address.text, subject: "", text: ""), at: today)
            }
            let made = try await withThrowingTaskGroup(of: Key<Account>?.self) { group in
                for _ in 0..<20 { group.addTask { try await store.complete(links[1], at: today) } }
                return try await group.reduce(into: []) { if let key = $1 { $0.append(key) } }
            }
            #expect(made.count == 1)
            #expect(try await store.complete(links[0], at: today) == nil)
            let shouted = try #require(EmailAddress("ANA@LAKESIDE.EXAMPLE"))
            let account = try #require(try store.account(shouted, realm: .portal))
            #expect(account.name == "Ana 1" && account.password.text == "p1")
            #expect(try store.account(address, realm: .review) == nil)
            #expect(try store.signUp(links[0], at: today) == nil)
        }
    }

    @Test("Calls that have gathered are added to those counted before, whichever node they come from", arguments: Engine.allCases)
    func calls(_ engine: Engine) async throws {
        try await engine.withWholeStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let app = try await Self.app(store, try await Self.account(store)).app
            func gathered(_ kind: String, _ seconds: [Int]) -> GatheredRequests {
                var gathered = GatheredRequests()
                for second in seconds { gathered.count(kind, by: app, plan: plan, at: today.adding(seconds: second)) }
                return gathered
            }
            try await store.keep(gathered("refresh", [5, 9, 7]), at: today)
            // Another node's clock, or its second, is behind.
            try await store.keep(gathered("refresh", [2]), at: today)
            try await store.keep(gathered("code", [1]), at: today)
            let calls = try store.calls(of: app, plans: [plan])
            #expect(calls.map(\.kind) == ["code", "refresh"] && calls.map(\.count) == [1, 4])
            #expect(calls.last?.lastAt == today.adding(seconds: 9))
        }
    }

    @Test("A case that changed meanwhile keeps nothing of the second step, neither words nor mails nor syncs", arguments: Engine.allCases)
    func revisions(_ engine: Engine) async throws {
        try await engine.withWholeStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let app = try await Self.app(store, try await Self.account(store))
            let details = VerificationDetails(
                contactName: "Ana", company: "L", website: "https://l.example", workEmail: "a@l.example", domainReason: nil, naic: nil,
                ein: nil,
                npi: nil, sponsorName: "M", sponsorRole: "CIO", sponsorEmail: "m@l.example")
            func entry(_ action: String) -> CaseEntry { CaseEntry(role: .reviewer, name: "R", action: action, text: "", at: today) }
            let submission = VerificationSubmission(
                application: app.key, details: details, sponsorLink: Secret.make(.emailLink).hash,
                sponsorLinkExpiresAt: today.adding(seconds: 60), entry: entry("submit"))
            #expect(try await store.submit(submission, mails: [], audit: Self.audit, at: today))
            #expect(try await !store.submit(submission, mails: [], audit: Self.audit, at: today))
            var read = try #require(try store.verification(of: app.key))
            read.state = .approved
            let verification = read
            let kept = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await store.keep(
                            verification, entry: entry("approve"), mails: [OutgoingMail(to: "a@l.example", subject: "s", text: "t")],
                            organization: "L", syncing: [plan], audit: Self.audit, at: today)
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(kept == 1)
            #expect(try store.thread(of: verification.key).count == 2)
            #expect(try store.mails(to: "a@l.example", limit: 9).count == 1)
            #expect(try store.syncs(of: app.key).count == 1)
        }
    }

    @Test(
        "A sync is leased to one, is due again when the lease has run out, and does nothing for an app that was suspended meanwhile",
        arguments: Engine.allCases)
    func leases(_ engine: Engine) async throws {
        try await engine.withWholeStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let app = try await Self.app(store, try await Self.account(store))
            try await store.beginProduction(of: app.key, audit: Self.audit, at: today)
            var read = try #require(try store.production(of: app.key))
            read.state = .approved
            let entry = CaseEntry(role: .reviewer, name: "R", action: "approve", text: "", at: today)
            #expect(
                try await store.keep(
                    read, evidence: .none, entry: entry, mails: [], syncing: [plan], audit: Self.audit, at: today))
            let first = try await store.claimSyncs(limit: 9, lease: .seconds(30), at: today)
            #expect(first.count == 1)
            #expect(try await store.claimSyncs(limit: 9, lease: .seconds(30), at: today.adding(seconds: 29)).isEmpty)
            let again = try await store.claimSyncs(limit: 9, lease: .seconds(30), at: today.adding(seconds: 31))
            #expect(again.map(\.attempts) == [1])
            #expect(
                try await store.move(
                    app, to: .suspended, effects: [.takeFromPlans], entry: entry, mails: [], audit: Self.audit, at: today))
            try await store.finish(again[0], at: today)
            #expect(try store.app(clientID: "app-1", plan: plan) == nil)
            let suspended = try #require(try store.application(clientID: "app-1"))
            #expect(
                try await store.move(
                    suspended, to: .active, effects: [.syncAgain], entry: entry, mails: [], audit: Self.audit, at: today))
            let last = try await store.claimSyncs(limit: 9, lease: .seconds(30), at: today)
            let due = try #require(last.first)
            try await store.finish(due, at: today)
            #expect(try store.app(clientID: "app-1", plan: plan)?.name == "Records")
            // A plan that is new gets its jobs at the next start.
            let later = try await store.enrol(planID: "later", name: "Later")
            try await store.fillSyncs(plan: later, isProduction: true, at: today)
            #expect(try store.syncs(of: app.key).count == 2)
        }
    }

    @Test("The audit log only grows", arguments: Engine.allCases)
    func audit(_ engine: Engine) async throws {
        try await engine.withWholeStore { store in
            try await store.record(Self.audit, at: today)
            for sql in ["DELETE FROM audit", "UPDATE audit SET name = 'x'"] {
                await #expect(throws: Refusal.self) { try await store.change { try $0.execute(sql: sql) } }
            }
            #expect(try store.audit(before: nil, limit: 9).count == 1)
        }
    }
}
