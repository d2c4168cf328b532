import Exchange
import FHIR
import Testing
import Trust

@Suite("A member's walk to consent")
struct MemberAuthorizationTests {
    /// A plan with Mayte on its roster, and what a person does there.
    final class Walker {
        let clock = TestClock()
        let store: MemoryStore
        let flow: MemberAuthorization
        var plan: Plan
        let app = App(
            key: Key(1), clientID: "client", name: "Other Plan", organization: nil, kind: .confidential,
            redirectURIs: ["https://other.example/cb"], scope: .clinicalRead, syncedAt: Timestamp(milliseconds: 0))

        init(
            codeAddress: PlanPolicy.CodeAddress = .typed, environment: RedirectURI.Environment = .sandbox, patientID: String? = "p1",
            email: String? = nil
        ) {
            store = MemoryStore(clock)
            flow = MemberAuthorization(store: store, world: clock.world, codeKey: [UInt8](repeating: 7, count: 32))
            plan = Plan(
                key: Key(1), id: "demo", name: "Demo",
                addresses: PlanAddresses(authorization: "http://x/demo/oauth2", fhir: "http://x/demo/r4"),
                policy: PlanPolicy(environment: environment, codeAddress: codeAddress))
            store.add(
                Member(
                    key: Key(11), memberID: "01-testmemid", firstName: "Mayte822", lastName: "Venegas795", birthDate: "2011-01-04",
                    postalCode: "02116",
                    email: email, coverageStart: nil, coverageEnd: nil, patientID: patientID))
        }

        func begin(language: String = "es", browser: SecretHash = Secret.make(.session).hash) async throws -> Authorization {
            let parameters = try AuthorizeParameters(
                FormParameters(query: "client_id=client&redirect_uri=https://other.example/cb&state=s1"),
                expectedAudience: plan.addresses.fhir,
                isPublicClient: false)
            return try await flow.begin(
                plan: plan, app: app, redirectURI: RedirectURI("https://other.example/cb", for: .sandbox), parameters: parameters,
                scope: .clinicalRead, language: language, browser: browser)
        }

        func identify(_ walk: Authorization, last: String = "Venegas795", id: String = "01-testmemid") async throws
            -> MemberAuthorization.Identification
        {
            try await flow.identify(
                walk, as: MemberDetails(firstName: "mayte822", lastName: last, birthDate: "2011-01-04", memberID: id, postalCode: "02116"),
                plan: plan)
        }

        func identified(_ walk: Authorization) async throws -> Authorization {
            guard case .matched(let next) = try await identify(walk) else { throw Refusal(.invalid, "There was no match.") }
            return next
        }

        static let letter: MemberAuthorization.Letter = { ("Your code", "code \($0)") }

        func sendCode(_ walk: Authorization, to address: String? = "m@example.com") async throws -> MemberAuthorization.CodeSending {
            try await flow.sendCode(walk, typed: address.flatMap { EmailAddress($0) }, plan: plan, letter: Self.letter)
        }

        func signIn(_ walk: Authorization, _ address: String = "m@example.com") async throws -> MemberAuthorization.CodeSending {
            try await flow.signIn(walk, with: #require(EmailAddress(address)), plan: plan, letter: Self.letter)
        }

        func resend(_ walk: Authorization) async throws -> MemberAuthorization.CodeSending {
            try await flow.resend(walk, plan: plan, letter: Self.letter)
        }

        func check(_ code: String, _ walk: Authorization) async throws -> MemberAuthorization.CodeCheck {
            try await flow.check(code, for: walk)
        }

        /// The code of the last mail.
        var code: String { store.mails.last.map { String($0.text.dropFirst(5)) } ?? "" }
        /// Six digits that are not it.
        var wrongCode: String { code == "000000" ? "000001" : "000000" }

        func verified() async throws -> Authorization {
            let walk = try await Self.sent(sendCode(identified(begin())))
            guard case .verified(let next) = try await check(code, walk) else { throw Refusal(.invalid, "The code was not taken.") }
            return next
        }

        static func sent(_ sending: MemberAuthorization.CodeSending) throws -> Authorization {
            guard case .sent(let walk) = sending else { throw Refusal(.invalid, "No code was sent: \(sending)") }
            return walk
        }

        func stored(_ walk: Authorization) throws -> Authorization { try #require(try store.authorization(walk.id, plan: plan.key)) }
    }

    /// The name of a case, for comparing those that carry values.
    func name(_ value: Any) -> String { String("\(value)".prefix { $0 != "(" }) }

    @Test("From the app's request to the code that answers it")
    func whole() async throws {
        let walker = Walker()
        var walk = try await walker.begin()
        #expect(walk.step == .started)
        #expect(walk.state == "s1")
        #expect(walk.redirectURIWasSent)
        #expect(walk.expiresAt == walker.clock.now.adding(seconds: 1800))
        walk = try await walker.identified(walk)
        #expect(walk.step == .matched)
        #expect(walk.member == Key(11))
        walk = try Walker.sent(try await walker.sendCode(walk, to: "M.V@Example.com"))
        #expect(walk.step == .codeSent)
        #expect(walker.store.mails.count == 1)
        #expect(walker.store.mails.first?.to == "M.V@example.com")
        #expect(walker.store.mails.first?.subject == "Your code")
        #expect(walker.code.utf8.count == 6)
        guard case .verified(let verified) = try await walker.check(" \(walker.code.prefix(3)) \(walker.code.suffix(3)) ", walk) else {
            Issue.record("The right code was not taken.")
            return
        }
        #expect(verified.step == .verified)
        #expect(verified.code == nil)
        let decider = Grant.Decider.representative(name: "Ana", relationship: .parent)
        let code = try await walker.flow.allow(verified, decider: decider, plan: walker.plan)
        let grant = try #require(walker.store.grants.first)
        #expect(grant.code == code.hash)
        #expect(grant.codeExpiresAt == walker.clock.now.adding(seconds: 300))
        #expect(grant.expiresAt == walker.clock.now.adding(seconds: 90 * 86_400))
        #expect(grant.compartment == Compartment(plan: Key(1), member: Key(11), patientID: "p1"))
        #expect(grant.email == "m.v@example.com")
        #expect(grant.decider == decider)
        #expect(try walker.stored(walk).step == .finished)
        await #expect(throws: Refusal.self) { _ = try await walker.flow.allow(verified, decider: .member, plan: walker.plan) }
        #expect(walker.store.grants.count == 1)
    }

    @Test("Each walk has a name of its own and keeps the browser it began in")
    func names() async throws {
        let walker = Walker()
        let browser = Secret.make(.session).hash
        let first = try await walker.begin(browser: browser)
        let second = try await walker.begin(browser: browser)
        #expect(first.id != second.id)
        #expect(first.id.utf8.count == 32)
        #expect(try walker.stored(first).browser == browser)
        #expect(try await walker.identified(first).browser == browser)
    }

    @Test("Five wrong codes end the code, also for the right one after them")
    func fiveTries() async throws {
        let walker = Walker()
        var walk = try Walker.sent(try await walker.sendCode(try await walker.identified(try await walker.begin())))
        for left in [4, 3, 2, 1] {
            guard case .wrong(let triesLeft) = try await walker.check(left == 3 ? "not a code" : walker.wrongCode, walk) else {
                Issue.record("A wrong code was not called wrong.")
                return
            }
            #expect(triesLeft == left)
            walk = try walker.stored(walk)
        }
        #expect(name(try await walker.check(walker.wrongCode, walk)) == "usedUp")
        walk = try walker.stored(walk)
        #expect(name(try await walker.check(walker.code, walk)) == "usedUp")
        // A new code opens the way again.
        walker.clock.advance(seconds: 20)
        walk = try Walker.sent(try await walker.resend(walk))
        #expect(name(try await walker.check(walker.code, walk)) == "verified")
    }

    @Test("A try that was made from an old page does not count as another's")
    func oldPage() async throws {
        let walker = Walker()
        let walk = try Walker.sent(try await walker.sendCode(try await walker.identified(try await walker.begin())))
        _ = try await walker.check(walker.wrongCode, walk)
        await #expect(throws: Refusal.self) { _ = try await walker.check(walker.code, walk) }
    }

    @Test("A code lives ten minutes to the millisecond")
    func expiredCode() async throws {
        let walker = Walker()
        let walk = try Walker.sent(try await walker.sendCode(try await walker.identified(try await walker.begin())))
        walker.clock.advance(milliseconds: 600_000)
        #expect(name(try await walker.check(walker.code, walk)) == "expired")
        walker.clock.advance(milliseconds: -1)
        #expect(name(try await walker.check(walker.code, walk)) == "verified")
    }

    @Test("A code sent again kills the older one, and is not sent again at once")
    func resend() async throws {
        let walker = Walker()
        var walk = try Walker.sent(try await walker.sendCode(try await walker.identified(try await walker.begin())))
        let old = walker.code
        #expect(name(try await walker.resend(walk)) == "tooSoon")
        walker.clock.advance(milliseconds: 19_999)
        #expect(name(try await walker.resend(walk)) == "tooSoon")
        walker.clock.advance(milliseconds: 1)
        walk = try Walker.sent(try await walker.resend(walk))
        #expect(walker.store.mails.count == 2)
        #expect(walker.store.mails.last?.to == "m@example.com")
        if old != walker.code {
            #expect(name(try await walker.check(old, walk)) == "wrong")
            walk = try walker.stored(walk)
        }
        #expect(name(try await walker.check(walker.code, walk)) == "verified")
    }

    @Test("A code of one walk opens no other")
    func otherWalk() async throws {
        let walker = Walker()
        _ = try Walker.sent(try await walker.sendCode(try await walker.identified(try await walker.begin())))
        let first = walker.code
        let second = try Walker.sent(try await walker.sendCode(try await walker.identified(try await walker.begin())))
        if first != walker.code { #expect(name(try await walker.check(first, second)) == "wrong") }
    }

    @Test("Sign in: an address with an account gets a code, and its member is the account's")
    func signIn() async throws {
        let walker = Walker()
        walker.store.addAccount("m@example.com", Key(11))
        let walk = try Walker.sent(try await walker.signIn(try await walker.begin(), "M@example.com"))
        #expect(walker.store.mails.map(\.to) == ["M@example.com"])
        guard case .verified(let verified) = try await walker.check(walker.code, walk) else {
            Issue.record("The code of an account was not taken.")
            return
        }
        #expect(verified.member == Key(11))
        _ = try await walker.flow.allow(verified, decider: .member, plan: walker.plan)
        #expect(walker.store.grants.first?.compartment.patientID == "p1")
    }

    @Test("Sign in: an unknown address sees the same step, gets no mail, and no code opens it")
    func unknownAddress() async throws {
        let walker = Walker()
        let known = Walker()
        known.store.addAccount("m@example.com", Key(11))
        var walk = try Walker.sent(try await walker.signIn(try await walker.begin()))
        let other = try Walker.sent(try await known.signIn(try await known.begin()))
        #expect(walk.step == .codeSent && other.step == .codeSent)
        #expect(walk.code?.triesLeft == other.code?.triesLeft)
        #expect(walk.code?.expiresAt == other.code?.expiresAt)
        #expect(walker.store.mails.isEmpty)
        walker.clock.advance(seconds: 20)
        walk = try Walker.sent(try await walker.resend(walk))
        #expect(walker.store.mails.isEmpty)
        for digits in ["000000", "123456", "999999", ""] {
            #expect(name(try await walker.check(digits, walk)) == "wrong")
            walk = try walker.stored(walk)
        }
        #expect(name(try await walker.check("111111", walk)) == "usedUp")
        await #expect(throws: Refusal.self) { _ = try await walker.flow.allow(walk, decider: .member, plan: walker.plan) }
    }

    @Test("Who signed in with an address may not send the code to another one")
    func signInThenSendCode() async throws {
        let walker = Walker()
        walker.store.addAccount("m@example.com", Key(11))
        let walk = try Walker.sent(try await walker.signIn(try await walker.begin()))
        #expect(!walk.isIdentified)
        #expect(name(try await walker.sendCode(walk, to: "thief@example.com")) == "notPossible")
        // Not even after an identification of before.
        let identified = try await walker.identified(try await walker.begin())
        #expect(identified.isIdentified)
        let signedIn = try Walker.sent(try await walker.signIn(identified))
        #expect(name(try await walker.sendCode(signedIn, to: "thief@example.com")) == "notPossible")
        #expect(walker.store.mails.allSatisfy { $0.to == "m@example.com" })
    }

    @Test("Steps cannot be jumped over")
    func jumps() async throws {
        let walker = Walker()
        let walk = try await walker.begin()
        #expect(name(try await walker.sendCode(walk)) == "notPossible")
        #expect(name(try await walker.resend(walk)) == "notPossible")
        #expect(name(try await walker.check("123456", walk)) == "usedUp")
        await #expect(throws: Refusal.self) { _ = try await walker.flow.allow(walk, decider: .member, plan: walker.plan) }
        let matched = try await walker.identified(walk)
        #expect(name(try await walker.check("123456", matched)) == "usedUp")
        await #expect(throws: Refusal.self) { _ = try await walker.flow.allow(matched, decider: .member, plan: walker.plan) }
        let verified = try await walker.verified()
        #expect(name(try await walker.sendCode(verified, to: "thief@example.com")) == "notPossible")
        #expect(name(try await walker.resend(verified)) == "notPossible")
        #expect(walker.store.grants.isEmpty)
    }

    @Test("Who says again who they are starts over: the proven mailbox is forgotten")
    func identifyAgain() async throws {
        let walker = Walker()
        let verified = try await walker.verified()
        let sent = try Walker.sent(try await walker.sendCode(try await walker.identified(try await walker.begin())))
        #expect(try await walker.identified(sent).code == nil)
        let again = try await walker.identified(verified)
        #expect(again.step == .matched)
        #expect(again.code == nil)
        #expect(again.email == nil)
        await #expect(throws: Refusal.self) { _ = try await walker.flow.allow(again, decider: .member, plan: walker.plan) }
        await #expect(throws: Refusal.self) { _ = try await walker.flow.allow(verified, decider: .member, plan: walker.plan) }
    }

    @Test("A wrong detail is no match, and says no more; five of them end the walk's tries, also for right ones")
    func noMatch() async throws {
        let walker = Walker()
        let walk = try await walker.begin()
        for number in 0..<5 {
            #expect(name(try await walker.identify(walk, last: "Wrong", id: number == 0 ? "unknown" : "01-testmemid")) == "noMatch")
        }
        #expect(name(try await walker.identify(walk)) == "tooManyAttempts")
        #expect(try walker.stored(walk).step == .started)
        #expect(name(try await walker.identify(try await walker.begin())) == "matched")
        walker.clock.advance(seconds: 86_400)
        #expect(name(try await walker.identify(walk)) == "matched")
    }

    @Test("Ten wrong matches of one member ID end the tries for it, in whatever walk and spelling; others go on")
    func limitOfMemberID() async throws {
        let walker = Walker()
        for number in 0..<10 {
            let walk = try await walker.begin()
            #expect(
                name(try await walker.identify(walk, last: "Wrong", id: number.isMultiple(of: 2) ? "01-TESTMEMID" : "01 testmemid"))
                    == "noMatch")
        }
        #expect(name(try await walker.identify(try await walker.begin())) == "tooManyAttempts")
        #expect(name(try await walker.identify(try await walker.begin(), id: "other")) == "noMatch")
    }

    @Test("A member whose record has not arrived is no match, and neither are two who match")
    func noRecord() async throws {
        let walker = Walker(patientID: nil)
        #expect(name(try await walker.identify(try await walker.begin())) == "noMatch")
        let twins = Walker()
        twins.store.add(
            Member(
                key: Key(12), memberID: "01-TESTMEMID", firstName: "Mayte822", lastName: "Venegas795", birthDate: "2011-01-04",
                postalCode: "02116",
                email: nil, coverageStart: nil, coverageEnd: nil, patientID: "p2"))
        #expect(name(try await twins.identify(try await twins.begin())) == "noMatch")
    }

    @Test("Five codes leave within one walk, ten to one address")
    func codeLimits() async throws {
        let walker = Walker()
        var walk = try await walker.identified(try await walker.begin())
        for _ in 0..<5 { walk = try Walker.sent(try await walker.sendCode(walk)) }
        #expect(name(try await walker.sendCode(walk)) == "tooMany")
        #expect(walker.store.mails.count == 5)
        walk = try await walker.identified(try await walker.begin())
        for _ in 0..<5 { walk = try Walker.sent(try await walker.sendCode(walk, to: "M@EXAMPLE.com")) }
        let fresh = try await walker.identified(try await walker.begin())
        #expect(name(try await walker.sendCode(fresh)) == "tooMany")
        #expect(name(try await walker.sendCode(fresh, to: "other@example.com")) == "sent")
        #expect(walker.store.mails.count == 11)
        walker.clock.advance(seconds: 3600)
        #expect(name(try await walker.sendCode(walk)) == "sent")
    }

    @Test("A plan that trusts its roster sends the code there and nowhere else")
    func rosterAddress() async throws {
        let walker = Walker(codeAddress: .roster, environment: .production, email: "Roster@Example.com")
        let walk = try await walker.identified(try await walker.begin())
        #expect(walk.email == "Roster@Example.com")
        let sent = try Walker.sent(try await walker.sendCode(walk, to: "thief@example.com"))
        #expect(walker.store.mails.map(\.to) == ["Roster@example.com"])
        #expect(sent.email == "Roster@example.com")
        #expect(
            try walker.flow.codeAddress(sent, typed: EmailAddress("thief@example.com"), plan: walker.plan)?.text == "Roster@example.com")
    }

    @Test("A plan that trusts its roster sends nothing to a member without an address", arguments: [nil, "", "nonsense"] as [String?])
    func noRosterAddress(_ email: String?) async throws {
        let walker = Walker(codeAddress: .roster, environment: .production, email: email)
        let walk = try await walker.identified(try await walker.begin())
        #expect(name(try await walker.sendCode(walk, to: "thief@example.com")) == "notPossible")
        #expect(walker.store.mails.isEmpty)
    }

    @Test("A real plan that takes typed addresses gives no member of one mailbox to another")
    func exclusive() async throws {
        let walker = Walker(environment: .production)
        walker.store.addAccount("owner@example.com", Key(11))
        let walk = try Walker.sent(
            try await walker.sendCode(try await walker.identified(try await walker.begin()), to: "thief@example.com"))
        #expect(walk.step == .codeSent)
        #expect(walker.store.mails.isEmpty)
        let owner = try Walker.sent(
            try await walker.sendCode(try await walker.identified(try await walker.begin()), to: "Owner@example.com"))
        #expect(name(try await walker.check(walker.code, owner)) == "verified")
        // In a sandbox many may try one member.
        let sandbox = Walker()
        sandbox.store.addAccount("owner@example.com", Key(11))
        _ = try Walker.sent(try await sandbox.sendCode(try await sandbox.identified(try await sandbox.begin()), to: "second@example.com"))
        #expect(sandbox.store.mails.count == 1)
    }

    @Test("The language of the page is kept, and each change of it")
    func language() async throws {
        let walker = Walker()
        let walk = try await walker.begin(language: "es")
        #expect(try walker.stored(walk).language == "es")
        let matched = try await walker.identified(walk)
        #expect(matched.language == "es")
        let switched = try await walker.flow.speak("en", in: matched)
        #expect(switched.step == .matched)
        #expect(try walker.stored(walk).language == "en")
        #expect(try Walker.sent(try await walker.sendCode(switched)).language == "en")
    }

    @Test("Who says no ends the walk, once")
    func denied() async throws {
        let walker = Walker()
        let verified = try await walker.verified()
        try await walker.flow.deny(verified)
        let over = try walker.stored(verified)
        #expect(over.step == .finished)
        await #expect(throws: Refusal.self) { try await walker.flow.deny(over) }
        await #expect(throws: Refusal.self) { try await walker.flow.deny(verified) }
        await #expect(throws: Refusal.self) { _ = try await walker.flow.allow(verified, decider: .member, plan: walker.plan) }
        await #expect(throws: Refusal.self) { _ = try await walker.identify(over) }
        await #expect(throws: Refusal.self) { _ = try await walker.signIn(over) }
        #expect(walker.store.grants.isEmpty)
    }
}
