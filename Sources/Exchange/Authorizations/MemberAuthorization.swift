import FHIR
package import Trust

/// What a member may do on the way from the app's request to the answer, step by step; the pages only show it.
package struct MemberAuthorization: Sendable {
    package typealias Store = AuthorizationStore & MemberStore & AttemptStore

    let store: any Store
    let world: World
    let codeKey: [UInt8]

    /// `codeKey` is the server's own key under which mailed codes are kept.
    package init(store: any Store, world: World, codeKey: [UInt8]) { (self.store, self.world, self.codeKey) = (store, world, codeKey) }

    /// Writes the mail that carries a code.
    package typealias Letter = @Sendable (_ code: String) -> (subject: String, text: String)

    // MARK: Beginning

    /// `browser` is the hash of the secret in the browser's cookie; only that browser goes on.
    package func begin(
        plan: Plan, app: App, redirectURI: RedirectURI, parameters: AuthorizeParameters, scope: ScopeSet, language: String,
        browser: SecretHash
    ) async throws(Refusal) -> Authorization {
        let now = world.now()
        let authorization = Authorization(
            id: WalkID.make(), revision: 0, plan: plan.key, app: app.key, clientID: app.clientID, browser: browser,
            redirectURI: redirectURI, redirectURIWasSent: parameters.redirectURIWasSent, state: parameters.state, scope: scope,
            challenge: parameters.challenge, expiresAt: now.adding(seconds: Authorization.minutes * 60), language: language, step: .started)
        try await store.begin(authorization, at: now)
        return authorization
    }

    // MARK: Who it is

    package enum Identification: Sendable { case matched(Authorization), noMatch, tooManyAttempts }

    /// The details of "Create an account". A no never says which detail was wrong.
    package func identify(_ authorization: Authorization, as details: MemberDetails, plan: Plan) async throws(Refusal) -> Identification {
        let limits = plan.policy.limits
        let inWalk = Attempt(.matchInAuthorization, plan: plan.key, subject: authorization.id)
        let ofMember = Attempt(.matchOfMemberID, plan: plan.key, subject: details.memberID)
        // Counted before it is compared, so that many at the same moment are no more than the limit; a match takes its count back.
        guard try await store.count(inWalk, limit: limits.matchesPerAuthorization),
            try await store.count(ofMember, limit: limits.matchesPerMemberID)
        else { return .tooManyAttempts }
        let candidates = try store.members(memberID: details.memberID, plan: plan.key)
        let matching = candidates.filter { details.matches($0) }
        guard matching.count == 1, let member = matching.first, member.patientID != nil else { return .noMatch }
        try await store.forgive(inWalk)
        try await store.forgive(ofMember)
        var next = authorization
        next.step = .matched
        next.member = member.key
        next.isIdentified = true
        next.email = plan.policy.codeAddress == .roster ? member.email : nil
        next.code = nil
        return .matched(try await keep(next))
    }

    // MARK: Proving a mailbox

    package enum CodeSending: Sendable { case sent(Authorization), tooSoon, tooMany, notPossible }

    /// Where the code of an identified member goes: what they typed, or, at a plan that trusts its roster alone, the roster's address.
    package func codeAddress(_ authorization: Authorization, typed: EmailAddress?, plan: Plan) throws(Refusal) -> EmailAddress? {
        switch plan.policy.codeAddress {
        case .typed: return typed
        case .roster:
            guard let member = authorization.member else { return nil }
            return try store.member(member, plan: plan.key)?.email.flatMap { EmailAddress($0) }
        }
    }

    /// Sends a code for the member who was identified before. Sending again makes the older code useless.
    package func sendCode(
        _ authorization: Authorization, typed: EmailAddress?, plan: Plan, letter: Letter
    ) async throws(Refusal) -> CodeSending {
        guard authorization.isIdentified, authorization.step == .matched || authorization.step == .codeSent,
            let member = authorization.member,
            let address = try codeAddress(authorization, typed: typed, plan: plan)
        else { return .notPossible }
        // A real plan lets nobody take over a member that another mailbox was proven for.
        let isExclusive = plan.policy.environment == .production && plan.policy.codeAddress == .typed
        let isTaken = isExclusive ? try store.hasAccount(member, otherThan: address.accountKey, plan: plan.key) : false
        return try await send(authorization, to: address, plan: plan, member: isTaken ? nil : member, letter: letter)
    }

    /// "Sign in": the same page follows whether or not the address has an account; only then does a mail leave.
    package func signIn(_ authorization: Authorization, with address: EmailAddress, plan: Plan, letter: Letter) async throws(Refusal)
        -> CodeSending
    {
        let member = try store.account(email: address.accountKey, plan: plan.key)
        var walk = authorization
        walk.isIdentified = false
        return try await send(walk, to: address, plan: plan, member: member, letter: letter)
    }

    /// A new code to the address of before.
    package func resend(_ authorization: Authorization, plan: Plan, letter: Letter) async throws(Refusal) -> CodeSending {
        guard authorization.step == .codeSent, let address = authorization.email.flatMap({ EmailAddress($0) }) else { return .notPossible }
        if let code = authorization.code, world.now() < code.sentAt.adding(seconds: Authorization.resendSeconds) { return .tooSoon }
        return try await send(authorization, to: address, plan: plan, member: authorization.member, letter: letter)
    }

    private func send(
        _ authorization: Authorization, to address: EmailAddress, plan: Plan, member: Key<Member>?, letter: Letter
    ) async throws(Refusal) -> CodeSending {
        let limits = plan.policy.limits
        guard
            try await store.count(
                Attempt(.codeInAuthorization, plan: plan.key, subject: authorization.id), limit: limits.codesPerAuthorization),
            try await store.count(Attempt(.codeToAddress, plan: plan.key, subject: address.accountKey), limit: limits.codesPerAddress)
        else { return .tooMany }
        let now = world.now()
        let code = EmailCode.make()
        var next = authorization
        next.step = .codeSent
        next.member = member
        next.email = address.text
        next.code = Authorization.SentCode(
            mac: code.mac(key: codeKey, context: authorization.id), sentAt: now,
            expiresAt: now.adding(seconds: Authorization.codeMinutes * 60),
            triesLeft: Authorization.codeTries)
        let words = letter(code.digits)
        let mail = member == nil ? nil : OutgoingMail(to: address.text, subject: words.subject, text: words.text)
        return .sent(try await keep(next, sending: mail))
    }

    package enum CodeCheck: Sendable { case verified(Authorization), wrong(triesLeft: Int), expired, usedUp }

    package func check(_ typed: String, for authorization: Authorization) async throws(Refusal) -> CodeCheck {
        guard authorization.step == .codeSent, var sent = authorization.code else { return .usedUp }
        guard sent.triesLeft > 0 else { return .usedUp }
        guard world.now() < sent.expiresAt else { return .expired }
        var next = authorization
        // The comparison is made for unknown addresses too, and fails.
        let matches = EmailCode(typed: typed).map { constantTimeEqual($0.mac(key: codeKey, context: authorization.id), sent.mac) } ?? false
        guard matches, authorization.member != nil else {
            sent.triesLeft -= 1
            next.code = sent
            _ = try await keep(next)
            return sent.triesLeft > 0 ? .wrong(triesLeft: sent.triesLeft) : .usedUp
        }
        next.step = .verified
        next.code = nil
        return .verified(try await keep(next))
    }

    // MARK: The decision

    /// Ends the walk with a permission; the code stands for it and lives five minutes.
    package func allow(_ authorization: Authorization, decider: Grant.Decider, plan: Plan) async throws(Refusal) -> Secret {
        guard authorization.step == .verified, let key = authorization.member, let email = authorization.email,
            let member = try store.member(key, plan: plan.key), let patientID = member.patientID
        else { throw Refusal(.conflict, "This step is over.") }
        let now = world.now()
        let code = Secret.make(.authorizationCode)
        let grant = NewGrant(
            compartment: Compartment(plan: plan.key, member: key, patientID: patientID), email: EmailAddress(email)?.accountKey ?? email,
            decider: decider, expiresAt: now.adding(seconds: plan.policy.refreshTokenSeconds), code: code.hash,
            codeExpiresAt: now.adding(seconds: PlanPolicy.codeSeconds))
        guard try await store.finish(authorization, with: grant, at: now) else { throw Refusal(.conflict, "This step is over.") }
        return code
    }

    /// Ends the walk without one.
    package func deny(_ authorization: Authorization) async throws(Refusal) {
        guard authorization.step != .finished else { throw Refusal(.conflict, "This step is over.") }
        var next = authorization
        next.step = .finished
        _ = try await keep(next)
    }

    /// The language the member switched to.
    package func speak(_ language: String, in authorization: Authorization) async throws(Refusal) -> Authorization {
        var next = authorization
        next.language = language
        return try await keep(next)
    }

    private func keep(_ next: Authorization, sending mail: OutgoingMail? = nil) async throws(Refusal) -> Authorization {
        guard try await store.update(next, sending: mail, at: world.now()) else {
            throw Refusal(.conflict, "Another window went on with this request.")
        }
        return next.advanced
    }
}

extension Authorization {
    /// The walk as the store has it after this change was kept.
    var advanced: Authorization {
        Authorization(
            id: id, revision: revision + 1, plan: plan, app: app, clientID: clientID, browser: browser, redirectURI: redirectURI,
            redirectURIWasSent: redirectURIWasSent, state: state, scope: scope, challenge: challenge, expiresAt: expiresAt,
            language: language,
            step: step, member: member, isIdentified: isIdentified, email: email, code: code)
    }
}

/// The public name of a walk, as it stands in addresses: 128 random bits in hex.
enum WalkID {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return [generator.next(), generator.next()].map { (number: UInt64) in
            let text = String(number, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
    }
}
