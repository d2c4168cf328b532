import Exchange
import FHIR
import Testing
import Trust

@Suite("A store's promises: walks")
struct AuthorizationPromises {
    @Test("A walk is kept whole and read back by its plan only", arguments: Engine.allCases)
    func kept(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try await store.enrol(planID: "other", name: "Other")
            let challenge = try #require(PKCE.Challenge(stored: PKCE.challenge(for: RedeemingPromises.verifier)))
            var walk = try scene.walk(challenge: challenge)
            try await store.begin(walk, at: today)
            let begun = try #require(try store.authorization("walk", plan: scene.plan))
            #expect(begun.revision == 0)
            #expect(begun.step == .started)
            #expect(begun.app == scene.app.key)
            #expect(begun.clientID == "client")
            #expect(begun.browser == walk.browser)
            #expect(begun.redirectURI == walk.redirectURI)
            #expect(begun.redirectURIWasSent)
            #expect(begun.state == "s t&=ä")
            #expect(begun.scope == .clinicalRead)
            #expect(begun.challenge == challenge)
            #expect(begun.expiresAt == walk.expiresAt)
            #expect(begun.language == "es")
            #expect(begun.member == nil && begun.email == nil && begun.code == nil && !begun.isIdentified)
            #expect(try store.authorization("walk", plan: other) == nil)
            #expect(try store.authorization("Walk", plan: scene.plan) == nil)

            walk.step = .codeSent
            walk.member = scene.compartment.member
            walk.isIdentified = true
            walk.email = "ana@example.com"
            walk.language = "en"
            walk.code = Authorization.SentCode(mac: [1, 2, 3], sentAt: today, expiresAt: today.adding(seconds: 600), triesLeft: 5)
            #expect(try await store.update(walk, sending: nil, at: today))
            let changed = try #require(try store.authorization("walk", plan: scene.plan))
            #expect(changed.revision == 1)
            #expect(changed.step == .codeSent)
            #expect(changed.member == scene.compartment.member)
            #expect(changed.isIdentified)
            #expect(changed.email == "ana@example.com")
            #expect(changed.language == "en")
            #expect(changed.code?.mac == [1, 2, 3])
            #expect(changed.code?.sentAt == today)
            #expect(changed.code?.expiresAt == today.adding(seconds: 600))
            #expect(changed.code?.triesLeft == 5)
        }
    }

    @Test("A change made from an older revision is not kept, and its mail does not leave", arguments: Engine.allCases)
    func revision(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            var walk = try scene.walk()
            try await store.begin(walk, at: today)
            walk.step = .matched
            #expect(try await store.update(walk, sending: OutgoingMail(to: "a@b.co", subject: "1", text: "t"), at: today))
            walk.language = "en"
            #expect(try await !store.update(walk, sending: OutgoingMail(to: "a@b.co", subject: "2", text: "t"), at: today))
            #expect(try await !store.finish(walk, with: scene.newGrant(Secret.make(.authorizationCode).hash), at: today))
            #expect(try store.authorization("walk", plan: scene.plan)?.language == "es")
            #expect(try store.mails(to: nil, limit: 10).map(\.mail.subject) == ["1"])
            #expect(try store.account(email: "ana@example.com", plan: scene.plan) == nil)
        }
    }

    @Test("Of twenty changes at the same time one is kept", arguments: Engine.allCases)
    func concurrentChanges(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let walk = try scene.walk()
            try await store.begin(walk, at: today)
            let kept = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        var next = walk
                        next.step = .matched
                        return try await store.update(next, sending: OutgoingMail(to: "a@b.co", subject: "\(number)", text: ""), at: today)
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(kept == 1)
            #expect(try store.mails(to: nil, limit: 100).count == 1)
            #expect(try store.authorization("walk", plan: scene.plan)?.revision == 1)
        }
    }

    @Test("A walk ends once, even by twenty at the same time, with one grant and one account", arguments: Engine.allCases)
    func finishedOnce(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let walk = try scene.walk()
            try await store.begin(walk, at: today)
            let codes = (0..<20).map { _ in Secret.make(.authorizationCode).hash }
            let finished = try await withThrowingTaskGroup(of: Bool.self) { group in
                for code in codes { group.addTask { try await store.finish(walk, with: scene.newGrant(code), at: today) } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(finished == 1)
            var issued = 0
            for code in codes where try await scene.redeem(code) == .issued { issued += 1 }
            #expect(issued == 1)
            #expect(try store.account(email: "ana@example.com", plan: scene.plan) == scene.compartment.member)
            let over = try #require(try store.authorization("walk", plan: scene.plan))
            #expect(over.step == .finished)
            #expect(over.code == nil)
            var again = over
            again.step = .verified
            #expect(try await !store.update(again, sending: nil, at: today))
            #expect(try await !store.finish(over, with: scene.newGrant(Secret.make(.authorizationCode).hash), at: today))
        }
    }

    @Test("An account belongs to one plan; a later walk of the address moves it", arguments: Engine.allCases)
    func accounts(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try await store.enrol(planID: "other", name: "Other")
            _ = try await scene.code()
            let member = scene.compartment.member
            #expect(try store.account(email: "ana@example.com", plan: scene.plan) == member)
            #expect(try store.account(email: "ana@example.com", plan: other) == nil)
            #expect(try store.account(email: "bob@example.com", plan: scene.plan) == nil)
            #expect(try !store.hasAccount(member, otherThan: "ana@example.com", plan: scene.plan))
            #expect(try store.hasAccount(member, otherThan: "bob@example.com", plan: scene.plan))
            #expect(try !store.hasAccount(member, otherThan: "bob@example.com", plan: other))

            let second = try store.addMember("p2", memberID: "M-2", plan: scene.plan)
            let walk = try scene.walk("walk-2")
            try await store.begin(walk, at: today)
            let grant = NewGrant(
                compartment: second, email: "ana@example.com", decider: .representative(name: "Ana Lee", relationship: .powerOfAttorney),
                expiresAt: today.adding(seconds: 86_400), code: Secret.make(.authorizationCode).hash,
                codeExpiresAt: today.adding(seconds: 300))
            #expect(try await store.finish(walk, with: grant, at: today))
            #expect(try store.account(email: "ana@example.com", plan: scene.plan) == second.member)
            #expect(try !store.hasAccount(member, otherThan: "bob@example.com", plan: scene.plan))
        }
    }

    @Test("Walks nobody finished are gone a day after their end", arguments: Engine.allCases)
    func oldWalks(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            try await store.begin(try scene.walk("old"), at: today)
            try await store.begin(try scene.walk("next"), at: today.adding(seconds: 1800 + 86_400))
            #expect(try store.authorization("old", plan: scene.plan) != nil)
            try await store.begin(try scene.walk("later"), at: today.adding(seconds: 1801 + 86_400))
            #expect(try store.authorization("old", plan: scene.plan) == nil)
        }
    }
}
