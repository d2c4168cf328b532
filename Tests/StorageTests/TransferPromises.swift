import Exchange
import FHIR
import Foundation
import Storage
import Testing
import Trust

/// A receiving plan with one payer and a member who has begun.
struct Receiver {
    let store: any EveryStore
    let plan: Key<Plan>
    let member: Key<Member>
    let payer: Key<SendingPayer>
    static let audit = AuditEntry(.system("test"), "test", "test")

    init(_ store: any EveryStore, payer name: String = "Old Plan") async throws {
        self.store = store
        plan = try await store.enrol(planID: "new", name: "New Plan")
        _ = try await store.enrol(
            [
                RosterEntry(
                    memberID: "N-1", firstName: "Ana", lastName: "Lee", birthDate: "2011-01-04", postalCode: "02116", patientID: "us"),
                RosterEntry(memberID: "N-2", firstName: "Bo", lastName: "Lee", birthDate: "2012-01-04", postalCode: "02116"),
            ], plan: plan)
        member = try #require(try store.members(memberID: "N-1", plan: plan).first).key
        payer = try await store.keep(
            NewSendingPayer(name: name, address: "https://\(name.filter { $0 != " " }).example/r4", clientID: "us", sealedSecret: [1]),
            plan: plan, audit: Self.audit, at: today)
    }

    func begin(_ state: String = SecretText.hexadecimal(), member: Key<Member>? = nil, payer: Key<SendingPayer>? = nil) async throws
        -> Transfer
    {
        try await store.begin(
            NewTransfer(
                id: SecretText.hexadecimal(), plan: plan, member: member ?? self.member, payer: payer ?? self.payer, wording: "w",
                language: "en", stateHash: SecretHash(of: state), sealedVerifier: [1], redirectURI: "https://new.example/cb",
                fhirBase: "https://old.example/r4", issuer: nil, needsIssuer: false), audit: Self.audit, at: today)
    }

    func authorized(member: Key<Member>? = nil, payer: Key<SendingPayer>? = nil) async throws -> Transfer {
        let begun = try await begin(member: member, payer: payer)
        try await store.move(begun, .member, .authorize, sealedCode: [2], problem: nil, audit: Self.audit, at: today)
        return try #require(try store.transfer(id: begun.id, plan: plan))
    }

    func claim(_ holder: String = "a", perPayer: Int = 5, at now: Timestamp = today) async throws -> [TransferJob] {
        try await store.claimTransfers(holder: holder, limit: 10, perPayer: perPayer, lease: .seconds(30), at: now)
    }

    /// A transfer that has brought these, given as type, id and content, and is being kept.
    func keeping(_ resources: [(ResourceType, String, String)]) async throws -> TransferJob {
        _ = try await authorized()
        let job = try #require(try await claim().first)
        try await store.open(legs: ["$everything"], job.lease, at: today)
        var page = LandedPage(leg: TransferLeg("$everything", status: .done, pages: 1))
        page.resources = try resources.map { type, id, content in
            StagedResource(type: type, id: try #require(ResourceID(id)), digest: Array(content.utf8), body: Array(content.utf8))
        }
        try await store.land(page, requests: 1, retries: 0, job.lease, until: today.adding(seconds: 30), at: today)
        try await store.finish(job, .arrive, problem: nil, report: TransferReport(), change: nil, at: today)
        let ready = try #require(try store.transfer(id: job.transfer.id, plan: plan))
        try await store.move(ready, .member, .keep, sealedCode: nil, problem: nil, audit: Self.audit, at: today)
        return try #require(try await claim().first)
    }

    var ids: LocalIDs {
        get throws {
            LocalIDs(plan: plan, member: member, payer: payer, patientID: try #require(ResourceID("us")), servesPatient: true)
        }
    }

    func kept() throws -> [String: String] {
        var found: [String: String] = [:]
        try store.eachKept(payer: payer, member: member, plan: plan) {
            found["\($0.type.name)/\($0.sourceID)"] = String(decoding: $0.body, as: UTF8.self)
        }
        return found
    }
}

@Suite("A store's promises: transfers")
struct TransferPromises {
    @Test(
        "A member has one transfer from a payer under way; beginning anew cancels what only waits at the door", arguments: Engine.allCases)
    func one(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let receiver = try await Receiver(store)
            let first = try await receiver.begin("one")
            let second = try await receiver.begin("two")
            #expect(try store.transfer(id: first.id, plan: receiver.plan)?.state == .cancelled)
            #expect(try store.awaited(state: SecretHash(of: "two"), plan: receiver.plan)?.transfer.id == second.id)
            #expect(try store.awaited(state: SecretHash(of: "two"), plan: Key(99)) == nil)
            try await store.move(second, .member, .authorize, sealedCode: [2], problem: nil, audit: Receiver.audit, at: today)
            await #expect(throws: Refusal.self) { _ = try await receiver.begin() }
            // The same answer twice: the second finds it elsewhere.
            await #expect(throws: Refusal.self) {
                try await store.move(second, .member, .authorize, sealedCode: [2], problem: nil, audit: Receiver.audit, at: today)
            }
            #expect(try store.optIns(of: receiver.member, plan: receiver.plan).count == 2)
        }
    }

    @Test(
        "A transfer is in one worker's hands until its lease ends, and a payer gets no more of us than it should",
        arguments: Engine.allCases)
    func leases(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let receiver = try await Receiver(store)
            let bo = try #require(try store.members(memberID: "N-2", plan: receiver.plan).first).key
            _ = try await receiver.authorized()
            _ = try await receiver.authorized(member: bo)
            let first = try await receiver.claim("a", perPayer: 1)
            #expect(first.count == 1)
            let more = try await receiver.claim("b", perPayer: 1)
            #expect(more.isEmpty, "one of this payer's is in hand")
            let second = try await receiver.claim("b", perPayer: 2)
            #expect(second.count == 1 && second[0].transfer.key != first[0].transfer.key)
            let third = try await receiver.claim("c")
            #expect(third.isEmpty)
            let isRenewed = try await store.renew(first[0].lease, until: today.adding(seconds: 90))
            #expect(isRenewed)
            let later = try await receiver.claim("c", at: today.adding(seconds: 60))
            #expect(later.map(\.transfer.key) == [second[0].transfer.key], "the first was renewed")
            let isStill = try await store.renew(second[0].lease, until: today.adding(seconds: 90))
            #expect(!isStill, "it is c's now")
            await #expect(throws: Refusal.self) {
                try await store.finish(second[0], .fail, problem: .init(.unreachable, ""), report: nil, change: nil, at: today)
            }
            await #expect(throws: Refusal.self) {
                try await store.land(
                    LandedPage(leg: TransferLeg("x")), requests: 0, retries: 0, second[0].lease, until: today, at: today)
            }
            try await store.releaseLeases(at: today)
            let all = try await receiver.claim("d")
            #expect(all.count == 2)
        }
    }

    @Test("What comes twice is kept once, with how far the leg has come; a member who stops it leaves nothing", arguments: Engine.allCases)
    func landing(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let receiver = try await Receiver(store)
            _ = try await receiver.authorized()
            let job = try #require(try await receiver.claim().first)
            try await store.open(legs: ["Patient", "Condition"], job.lease, at: today)
            try await store.open(legs: ["Condition", "Goal"], job.lease, at: today)
            #expect(try store.legs(of: job.transfer.key).map(\.name) == ["Patient", "Condition", "Goal"])
            var page = LandedPage(leg: TransferLeg("Condition", next: "https://old.example/next", pages: 1, announced: 9))
            page.resources = [StagedResource(type: .condition, id: try #require(ResourceID("c")), digest: [1], body: [65])]
            page.issues = [TransferIssue(.quarantined, type: "Goal", id: "g", reason: "r", body: [66])]
            for _ in 0..<2 {
                try await store.land(page, requests: 2, retries: 1, job.lease, until: today.adding(seconds: 30), at: today)
            }
            let now = try #require(try store.transfer(id: job.transfer.id, plan: receiver.plan))
            #expect(try store.stagedCounts(of: now) == [StagedCount(type: .condition, count: 1, bytes: 1)])
            #expect(try store.stagedIDs(now) == [.condition: ["c"]] && now.requests == 4 && now.retries == 2)
            #expect(try store.issues(of: now.key, limit: 9).count == 1)
            #expect(try store.legs(of: now.key)[1] == page.leg)
            try await store.move(now, .member, .stop, sealedCode: nil, problem: nil, audit: Receiver.audit, at: today)
            #expect(try store.stagedCounts(of: now).isEmpty)
            #expect(try store.issues(of: now.key, limit: 9).first?.body == nil)
            await #expect(throws: Refusal.self) {
                try await store.land(page, requests: 0, retries: 0, job.lease, until: today, at: today)
            }
            let other = try await receiver.claim("b")
            #expect(other.isEmpty)
        }
    }

    @Test(
        "A second transfer updates, adds, notes what disappeared and doubles nothing; forgetting it brings the first back",
        arguments: Engine.allCases)
    func versions(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let receiver = try await Receiver(store)
            let first = try await receiver.keeping([(.condition, "a", "A1"), (.condition, "b", "B1"), (.goal, "g", "G1")])
            for _ in 0..<2 {
                let change = try await store.keepVersions(first, isWhole: true, localIDs: receiver.ids, at: today)
                #expect(change == TransferChange(added: 3))
            }
            try await store.finish(first, .finish, problem: nil, report: nil, change: nil, at: today)
            #expect(try receiver.kept() == ["Condition/a": "A1", "Condition/b": "B1", "Goal/g": "G1"])

            let second = try await receiver.keeping([(.condition, "a", "A2"), (.condition, "b", "B1"), (.condition, "c", "C1")])
            let change = try await store.keepVersions(second, isWhole: true, localIDs: receiver.ids, at: today)
            #expect(change == TransferChange(added: 1, updated: 1, unchanged: 1, disappeared: 1))
            try await store.finish(second, .finish, problem: nil, report: nil, change: change, at: today)
            #expect(
                try receiver.kept() == ["Condition/a": "A2", "Condition/b": "B1", "Condition/c": "C1", "Goal/g": "G1"], "nothing is deleted"
            )
            let origins = try store.origins(of: receiver.member, plan: receiver.plan)
            let goal = Reference(.goal, try receiver.ids[.goal, "g"])
            #expect(origins.count == 4 && origins[goal]?.hasDisappeared == true)
            #expect(try store.newestKept(payer: receiver.payer, member: receiver.member, plan: receiver.plan) == second.transfer.key)

            let kept = try #require(try store.transfer(id: second.transfer.id, plan: receiver.plan))
            #expect(kept.change == change)
            let only = try receiver.ids[.condition, "c"]
            #expect(try store.broughtOnly(by: kept).map(\.localID) == [only])
            try await store.move(kept, .member, .undo, sealedCode: nil, problem: nil, audit: Receiver.audit, at: today)
            let undo = try #require(try await receiver.claim().first)
            try await store.forgetVersions(undo, at: today)
            #expect(try receiver.kept() == ["Condition/a": "A1", "Condition/b": "B1", "Goal/g": "G1"])
            #expect(try store.origins(of: receiver.member, plan: receiver.plan).values.allSatisfy { !$0.hasDisappeared })
        }
    }

    @Test("A transfer that broke off says nothing of what it did not reach", arguments: Engine.allCases)
    func partial(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let receiver = try await Receiver(store)
            let first = try await receiver.keeping([(.condition, "a", "A1"), (.goal, "g", "G1")])
            _ = try await store.keepVersions(first, isWhole: true, localIDs: receiver.ids, at: today)
            try await store.finish(first, .finish, problem: nil, report: nil, change: nil, at: today)
            let second = try await receiver.keeping([(.condition, "a", "A1")])
            let change = try await store.keepVersions(second, isWhole: false, localIDs: receiver.ids, at: today)
            #expect(change == TransferChange(unchanged: 1))
        }
    }

    @Test("For a transfer that is in other hands nothing is kept and nothing removed", arguments: Engine.allCases)
    func otherHands(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let receiver = try await Receiver(store)
            let job = try await receiver.keeping([])
            let compartment = Compartment(plan: receiver.plan, member: receiver.member, patientID: "us")
            let id = try #require(ResourceID("o"))
            func keep(_ status: String, _ lease: TransferLease) throws(Refusal) -> [ImportOutcome] {
                let batch = (try? prepared(observation("o", of: "us", status: status))) ?? []
                return try store.keep(batch, plan: receiver.plan, at: today, turn: BatchTurn(for: lease))
            }
            #expect(try keep("final", job.lease) == [.added])
            let theirs = try #require(try await receiver.claim("b", at: today.adding(seconds: 31)).first).lease
            #expect(#expect(throws: Refusal.self) { try keep("amended", job.lease) }?.code == .conflict)
            let refusal = #expect(throws: Refusal.self) {
                try store.remove([(.observation, id)], in: compartment, at: today, for: job.lease)
            }
            #expect(refusal?.code == .conflict)
            #expect(try store.body(.observation, "o", in: compartment)?.contains("final") == true)
            #expect(try keep("amended", theirs) == [.updated])
            try store.remove([(.observation, id)], in: compartment, at: today, for: theirs)
            #expect(try store.body(.observation, "o", in: compartment) == nil)
        }
    }

    @Test("What is taken out of a record is gone, and nothing else is", arguments: Engine.allCases)
    func removal(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try store.addMember("p2", memberID: "M-2", plan: scene.plan)
            _ = try store.keep(
                try prepared(
                    observation("o1", of: "p1"), observation("o2", of: "p1"), observation("o3", of: "p2"),
                    #"{"resourceType":"Organization","id":"g","name":"G"}"#), plan: scene.plan, at: today)
            func id(_ text: String) throws -> ResourceID { try #require(ResourceID(text)) }
            for _ in 0..<2 {
                try store.remove(
                    [(.observation, try id("o1")), (.observation, try id("o3")), (.organization, try id("g")), (.goal, try id("none"))],
                    in: scene.compartment, at: today, for: nil)
            }
            #expect(try store.body(.observation, "o1", in: scene.compartment) == nil)
            #expect(try store.body(.organization, "g", in: scene.compartment) == nil)
            #expect(try store.body(.observation, "o3", in: other) != nil, "another member's stays")
            #expect(try store.page(.observation, [], in: scene.compartment).ids == ["o2"])
            #expect(try store.counts(in: scene.compartment)[.observation] == 1)
            #expect(try store.keep(try prepared(observation("o1", of: "p1")), plan: scene.plan, at: today) == [.added])
        }
    }

    @Test("A code signs in once, five times at most, and one that belongs to nobody looks the same", arguments: Engine.allCases)
    func signIns(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let receiver = try await Receiver(store)
            func keep(_ name: String, member: Key<Member>?) async throws -> SecretHash {
                let id = SecretHash(of: name)
                try await store.keep(
                    RecordSignIn(id: id, plan: receiver.plan, member: member, codeMAC: [1, 2], expiresAt: today.adding(seconds: 600)),
                    sending: nil, at: today)
                return id
            }
            let mine = try await keep("mine", member: receiver.member)
            func answer(_ id: SecretHash, _ mac: [UInt8] = [1, 2], plan: Key<Plan>? = nil, at now: Timestamp = today) async throws
                -> RecordSignInAnswer
            {
                try await store.answer(signIn: id, codeMAC: mac, plan: plan ?? receiver.plan, at: now)
            }
            let (wrong, elsewhere) = (try await answer(mine, [9, 9]), try await answer(mine, plan: Key(77)))
            #expect(wrong == .wrong(4) && elsewhere == .ended)
            let answers = try await withThrowingTaskGroup(of: RecordSignInAnswer.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await store.answer(signIn: mine, codeMAC: [1, 2], plan: receiver.plan, at: today) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0 == .signedIn(receiver.member) } == 1, "taken once, even by twenty at the same time")
            let nobody = try await keep("nobody", member: nil)
            for expected in [RecordSignInAnswer.wrong(4), .wrong(3), .wrong(2), .wrong(1), .ended, .ended] {
                let found = try await answer(nobody)
                #expect(found == expected)
            }
            let late = try await keep("late", member: receiver.member)
            let tooLate = try await answer(late, at: today.adding(seconds: 600))
            #expect(tooLate == .ended)
            let uses = [
                try await store.useLink(mine, plan: receiver.plan, until: today),
                try await store.useLink(mine, plan: receiver.plan, until: today),
            ]
            #expect(uses == [true, false])
        }
    }
}
