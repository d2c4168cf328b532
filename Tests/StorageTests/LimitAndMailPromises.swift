import Exchange
import FHIR
import Foundation
import Storage
import Testing
import Trust

@Suite("A store's promises: limits and mail")
struct LimitAndMailPromises {
    @Test("Tries are counted by plan, kind and subject, up to the limit", arguments: Engine.allCases)
    func attempts(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let other = try await store.enrol(planID: "other", name: "Other")
            let limit = AttemptLimits.Limit(3, per: 3600)
            let attempt = Attempt(.matchOfMemberID, plan: plan, subject: "m-1")
            for _ in 0..<3 {
                #expect(try store.mayTry(attempt, limit: limit))
                #expect(try await store.count(attempt, limit: limit))
            }
            #expect(try !store.mayTry(attempt, limit: limit))
            #expect(try await !store.count(attempt, limit: limit))
            #expect(try store.mayTry(attempt, limit: AttemptLimits.Limit(4, per: 3600)))
            for free in [
                Attempt(.matchOfMemberID, plan: plan, subject: "m-2"), Attempt(.codeToAddress, plan: plan, subject: "m-1"),
                Attempt(.matchOfMemberID, plan: other, subject: "m-1"),
            ] {
                #expect(try store.mayTry(free, limit: limit))
                #expect(try await store.count(free, limit: limit))
            }
        }
    }

    @Test("Of forty tries at the same time only as many count as the limit allows", arguments: Engine.allCases)
    func concurrentAttempts(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let counted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await store.count(Attempt(.clientFailure, plan: plan, subject: "c"), limit: AttemptLimits.Limit(10, per: 3600))
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(counted == 10)
        }
    }

    @Test("A try that is taken back is not counted, and takes no other with it", arguments: Engine.allCases)
    func forgiven(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let limit = AttemptLimits.Limit(2, per: 3600)
            let (one, other) = (
                Attempt(.matchOfMemberID, plan: plan, subject: "m-1"), Attempt(.matchOfMemberID, plan: plan, subject: "m-2")
            )
            for attempt in [one, one, other, other] { #expect(try await store.count(attempt, limit: limit)) }
            try await store.forgive(one)
            #expect(try store.mayTry(one, limit: limit))
            #expect(try !store.mayTry(other, limit: limit))
            #expect(try await store.count(one, limit: limit))
            #expect(try !store.mayTry(one, limit: limit))
        }
    }

    @Test("Of two hundred guesses at one member at the same time only as many are answered as the limit allows", arguments: Engine.allCases)
    func guesses(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let plan = Plan(
                key: scene.plan, id: "demo", name: "Demo", addresses: PlanAddresses(authorization: "", fhir: ""),
                policy: PlanPolicy(environment: .production, codeAddress: .typed))
            let flow = MemberAuthorization(store: store, world: World { today }, codeKey: [1])
            var walks: [Authorization] = []
            for number in 0..<200 {
                let walk = try scene.walk("walk-\(number)")
                try await store.begin(walk, at: today)
                walks.append(walk)
            }
            let answered = try await withThrowingTaskGroup(of: Bool.self) { group in
                for walk in walks {
                    group.addTask {
                        let details = MemberDetails(
                            firstName: "Ana", lastName: "Guess", birthDate: "2011-01-04", memberID: "M-1", postalCode: "02116")
                        if case .noMatch = try await flow.identify(walk, as: details, plan: plan) { return true }
                        return false
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(answered == 10)
        }
    }

    @Test("A try is forgotten when its window is over", arguments: Engine.allCases)
    func window(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let attempt = Attempt(.codeToAddress, plan: plan, subject: "a@b.co")
            #expect(try await store.count(attempt, limit: AttemptLimits.Limit(1, per: 3600)))
            #expect(try !store.mayTry(attempt, limit: AttemptLimits.Limit(1, per: 3600)))
            try await Task.sleep(for: .milliseconds(1200))
            // The same try, seen through a window that is over.
            let limit = AttemptLimits.Limit(1, per: 1)
            #expect(try store.mayTry(attempt, limit: limit))
            #expect(try await store.count(attempt, limit: limit))
        }
    }

    /// Lets one walk send these mails.
    func send(_ subjects: [String], to address: String = "Ana@example.com", _ scene: Scene) async throws {
        for subject in subjects {
            let walk = try scene.walk("walk-\(subject)")
            try await scene.store.begin(walk, at: today)
            #expect(
                try await scene.store.update(walk, sending: OutgoingMail(to: address, subject: subject, text: "code \(subject)"), at: today)
            )
        }
    }

    @Test("A mail is claimed once while its lease runs, and again when it has run out", arguments: Engine.allCases)
    func leases(_ engine: Engine) async throws {
        try await engine.withStore { store in
            try await send(["1", "2", "3"], try await Scene(store))
            let first = try await store.claimDue(limit: 2, lease: .seconds(86_400))
            #expect(first.map(\.subject).sorted() == ["1", "2"])
            #expect(first.allSatisfy { $0.to == "Ana@example.com" && $0.attempts == 0 && $0.text == "code \($0.subject)" })
            #expect(first.allSatisfy { $0.createdAt == Date(timeIntervalSince1970: Double(today.milliseconds) / 1000) })
            #expect(try await store.claimDue(limit: 5, lease: .seconds(0)).map(\.subject) == ["3"])
            let again = try await store.claimDue(limit: 5, lease: .seconds(86_400))
            #expect(again.map(\.subject) == ["3"])
            #expect(again.first?.attempts == 1)
            #expect(try await store.claimDue(limit: 5, lease: .seconds(86_400)).isEmpty)
        }
    }

    @Test("Of twenty claims at the same time each mail goes to one", arguments: Engine.allCases)
    func concurrentClaims(_ engine: Engine) async throws {
        try await engine.withStore { store in
            try await send((0..<10).map(String.init), try await Scene(store))
            let claimed = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for _ in 0..<20 { group.addTask { try await store.claimDue(limit: 3, lease: .seconds(86_400)).map(\.id) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 10)
            #expect(Set(claimed).count == 10)
        }
    }

    @Test(
        "A delivered mail is done; one that failed is due at its time; one that was given up is not due again", arguments: Engine.allCases)
    func endings(_ engine: Engine) async throws {
        try await engine.withStore { store in
            try await send(["sent", "retry", "later", "never"], try await Scene(store))
            for entry in try await store.claimDue(limit: 10, lease: .seconds(86_400)) {
                switch entry.subject {
                case "sent": try await store.delivered(entry.id)
                case "retry": try await store.failed(entry.id, reason: "busy", retryAt: Date(timeIntervalSinceNow: -1))
                case "later": try await store.failed(entry.id, reason: "busy", retryAt: Date(timeIntervalSinceNow: 3600))
                default: try await store.failed(entry.id, reason: "no such mailbox", retryAt: nil)
                }
            }
            let due = try await store.claimDue(limit: 10, lease: .seconds(0))
            #expect(due.map(\.subject) == ["retry"])
            #expect(due.first?.attempts == 1)
            if let entry = due.first {
                try await store.delivered(entry.id)
                try await store.delivered(entry.id)
            }
            #expect(try await store.claimDue(limit: 10, lease: .seconds(86_400)).isEmpty)
        }
    }

    @Test("Mails are shown newest first, of one address in any letter case, or of all", arguments: Engine.allCases)
    func archive(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            try await send(["1", "2"], scene)
            try await send(["3"], to: "bo@example.com", scene)
            #expect(try store.mails(to: nil, limit: 10).map(\.mail.subject) == ["3", "2", "1"])
            #expect(try store.mails(to: nil, limit: 1).map(\.mail.subject) == ["3"])
            #expect(try store.mails(to: "ANA@example.com", limit: 10).map(\.mail.subject) == ["2", "1"])
            #expect(try store.mails(to: "%", limit: 10).isEmpty)
            let mail = try #require(try store.mails(to: "bo@example.com", limit: 1).first)
            #expect(mail.mail == OutgoingMail(to: "bo@example.com", subject: "3", text: "code 3"))
            #expect(mail.at == today)
        }
    }

    @Test("Whoever waits for mail hears of it", arguments: Engine.allCases)
    func wakeups(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            var first = store.wakeups().makeAsyncIterator()
            var second = store.wakeups().makeAsyncIterator()
            try await send(["1"], scene)
            #expect(await first.next() != nil)
            #expect(await second.next() != nil)
        }
    }
}
