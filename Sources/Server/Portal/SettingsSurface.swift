import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// A person's own account at either door: sessions, and the second factor.
enum SettingsSurface {
    static let routes: [PortalRoute] = Account.Realm.allCases.flatMap { realm in
        let root = realm == .portal ? "/portal" : "/review"
        let whole: Admission = realm == .portal ? .developer : .staff
        return [
            PortalRoute(.get, root + "/account", whole) { try show($0, []) },
            PortalRoute(.post, root + "/account/sessions/:session/end", whole, endSession),
            PortalRoute(.post, root + "/account/second-factor/remove", whole, remove),
            PortalRoute(.post, root + "/account/recovery-codes", whole, newRecoveryCodes),
            PortalRoute(.get, root + "/second-factor", .halfSignedIn(realm)) { try secondFactor($0, []) },
            PortalRoute(.post, root + "/second-factor", .halfSignedIn(realm), postSecondFactor),
        ]
    }

    private static let codeLimit = AttemptLimits.Limit(10, per: 900)

    private static func mustHave(_ call: PortalCall) -> Bool { call.realm == .review && call.door.portal.requiresSecondFactor }

    private static func show(_ call: PortalCall, _ problems: [PortalProblem]) throws -> Response {
        let account = try call.account()
        let rows = try live(call).map { session in
            AccountSettingsPage.Row(
                id: String(session.key.number), agent: BrowserName.of(session.agent), since: session.createdAt.instant,
                seen: session.seenAt.instant, isThis: session.key == call.session?.key)
        }
        let page = AccountSettingsPage(
            frame: call.frame, root: call.root, name: account.name, address: account.address, sessions: rows,
            hasSecondFactor: account.hasSecondFactor, mustHaveSecondFactor: mustHave(call),
            recoveryCodesLeft: try call.store.recoveryCodesLeft(of: account.key), problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    static func live(_ call: PortalCall) throws(Refusal) -> [Session] {
        let now = call.now
        return try call.store.sessions(of: try call.account().key).filter { $0.isLive(at: now) }
    }

    private static func endSession(_ call: PortalCall) async throws -> Response {
        guard let number = Int64(call.parameter("session")) else { throw Refusal(.notFound, "There is no such session.") }
        try await end(Key(number), call)
        return Answer.seeOther(call.root + "/account")
    }

    /// Only one of the account's own ends.
    static func end(_ session: Key<Session>, _ call: PortalCall) async throws(Refusal) {
        let account = try call.account()
        try await call.store.end(
            session, of: account.key, audit: AuditEntry(account, "session.end", "account \(account.key.number)"), at: call.now)
    }

    // MARK: The second factor

    private static func secondFactor(_ call: PortalCall, _ problems: [PortalProblem], sealed: String? = nil) throws -> Response {
        let account = try call.account()
        if account.hasSecondFactor {
            if call.session?.stage == .full { return Answer.seeOther(call.root + "/account") }
            return call.show(
                SecondFactorPage(frame: call.frame, action: call.root + "/second-factor", problems: problems).html(),
                isProblem: !problems.isEmpty)
        }
        // A key that was typed into an app already is offered again after a wrong code.
        let factor = sealed.flatMap { open($0, account, call) } ?? .make()
        let page = SecondFactorSetUpPage(
            frame: call.frame, action: call.root + "/second-factor", key: factor.base32,
            sealed: try call.site.keys.seal(place: factor.base32, context: context(account, call)),
            link: factor.link(account: account.address, issuer: call.realm == .portal ? PortalFrame.portalName : PortalFrame.reviewName),
            isRequired: mustHave(call), asksPassword: call.session?.stage == .full, problems: problems)
        return call.show(page.html(), isProblem: !problems.isEmpty)
    }

    private static func context(_ account: Account, _ call: PortalCall) -> String {
        "second factor|\(account.key.number)|\(call.session?.key.number ?? 0)"
    }

    private static func open(_ sealed: String, _ account: Account, _ call: PortalCall) -> OneTimePassword? {
        call.site.keys.open(sealed, context: context(account, call)).flatMap { OneTimePassword(base32: $0) }
    }

    private static func postSecondFactor(_ call: PortalCall) async throws -> Response {
        let account = try call.account()
        guard let session = call.session else { throw Refusal(.unauthorized, "Sign in first.") }
        let sealed = call.input.form.value("sealed")
        let attempt = Attempt(.secondFactor, subject: "account \(account.key.number)")
        guard try await call.store.count(attempt, limit: codeLimit) else {
            return try secondFactor(call, [.tooManyAttempts], sealed: sealed)
        }
        if account.hasSecondFactor {
            guard session.stage == .password else { return Answer.seeOther(call.root + "/account") }
            if let typed = call.input.optional(.recoveryCode) {
                guard try await recover(typed, account, session, call) else { return try secondFactor(call, [.wrongRecoveryCode]) }
                try await call.store.forgive(attempt)
                return Answer.seeOther(call.root + "/account")
            }
            guard let secret = try call.store.secondFactor(of: account.key),
                let step = OneTimePassword(secret: secret).step(of: call.input[.code], atSeconds: call.now.seconds),
                try await call.store.takeStep(step, of: account.key, session: session.key, at: call.now)
            else { return try secondFactor(call, [.wrongCode]) }
        } else {
            guard let factor = sealed.flatMap({ open($0, account, call) }),
                let step = factor.step(of: call.input[.code], atSeconds: call.now.seconds)
            else { return try secondFactor(call, [.wrongCode], sealed: sealed) }
            // Whoever set it up at a browser left open would keep the owner out for good.
            if session.stage == .full {
                guard let isRight = try await call.door.passwords.matches(call.input[.password], account.password) else {
                    return try secondFactor(call, [.busy], sealed: sealed)
                }
                guard isRight else { return try secondFactor(call, [.wrongPassword], sealed: sealed) }
            }
            let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.make() }
            try await call.store.setSecondFactor(
                factor.secret, recovery: codes.compactMap { RecoveryCode.hash($0) }, step: step, of: account.key, keeping: session.key,
                audit: AuditEntry(account, "account.second-factor-on", "account \(account.key.number)"), at: call.now)
            try await call.store.forgive(attempt)
            return call.show(RecoveryCodesPage(frame: call.frame, codes: codes, next: account.role.home).html())
        }
        try await call.store.forgive(attempt)
        return Answer.seeOther(account.role.home)
    }

    // MARK: Recovery codes

    /// A code instead of the authenticator's; its owner is told by mail.
    private static func recover(_ typed: String, _ account: Account, _ session: Session, _ call: PortalCall) async throws -> Bool {
        guard let code = RecoveryCode.hash(typed) else { return false }
        let mail = PortalMail.recoveryUsed(account: call.url(call.root + "/account")).outgoing(to: account.address)
        return try await call.store.takeRecoveryCode(
            code, of: account.key, session: session.key, mail: mail,
            audit: AuditEntry(account, "account.recover", "account \(account.key.number)"), at: call.now)
    }

    /// Asks for a code of the authenticator, or for a recovery code, of someone who is signed in already; nil when it was right.
    private static func problem(_ account: Account, _ session: Session, _ call: PortalCall) async throws -> PortalProblem? {
        let attempt = Attempt(.secondFactor, subject: "account \(account.key.number)")
        guard try await call.store.count(attempt, limit: codeLimit) else { return .tooManyAttempts }
        if let typed = call.input.optional(.recoveryCode) {
            guard try await recover(typed, account, session, call) else { return .wrongRecoveryCode }
        } else {
            guard let secret = try call.store.secondFactor(of: account.key),
                let step = OneTimePassword(secret: secret).step(of: call.input[.code], atSeconds: call.now.seconds),
                try await call.store.takeStep(step, of: account.key, session: session.key, at: call.now)
            else { return .wrongCode }
        }
        try await call.store.forgive(attempt)
        return nil
    }

    /// Only with a code of the authenticator or one of the codes before, so that a browser left open cannot do it.
    private static func newRecoveryCodes(_ call: PortalCall) async throws -> Response {
        let account = try call.account()
        guard let session = call.session, account.hasSecondFactor else { throw Refusal(.forbidden, "There is no second factor.") }
        if let problem = try await problem(account, session, call) { return try show(call, [problem]) }
        let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.make() }
        try await call.store.replaceRecoveryCodes(
            codes.compactMap { RecoveryCode.hash($0) }, of: account.key,
            audit: AuditEntry(account, "account.recovery-codes", "account \(account.key.number)"), at: call.now)
        return call.show(RecoveryCodesPage(frame: call.frame, codes: codes, next: call.root + "/account").html())
    }

    /// Lifts a session with the code that came along; false for a wrong one, and then the session is ended.
    static func lift(_ session: Session, _ call: PortalCall) async throws -> Bool {
        let account = session.account
        let attempt = Attempt(.secondFactor, subject: "account \(account.key.number)")
        if try await call.store.count(attempt, limit: codeLimit), let secret = try call.store.secondFactor(of: account.key),
            let step = OneTimePassword(secret: secret).step(of: call.input[.code], atSeconds: call.now.seconds),
            try await call.store.takeStep(step, of: account.key, session: session.key, at: call.now)
        {
            try await call.store.forgive(attempt)
            return true
        }
        try await call.store.end(
            session.key, of: account.key, audit: AuditEntry(account, "session.end", "account \(account.key.number)"), at: call.now)
        return false
    }

    /// Only with a code, so that a browser left open cannot do it. Where a second factor must be, signing in sets up another.
    private static func remove(_ call: PortalCall) async throws -> Response {
        let account = try call.account()
        guard let session = call.session, account.hasSecondFactor else { throw Refusal(.forbidden, "There is no second factor.") }
        if let problem = try await problem(account, session, call) { return try show(call, [problem]) }
        let audit = AuditEntry(account, "account.second-factor-off", "account \(account.key.number)")
        guard !mustHave(call) else {
            try await call.store.resetSecondFactor(of: account.key, audit: audit, at: call.now)
            return Answer.seeOther(call.root + "/sign-in")
        }
        try await call.store.setSecondFactor(
            nil, recovery: [], step: 0, of: account.key, keeping: session.key, audit: audit, at: call.now)
        return Answer.seeOther(call.root + "/account")
    }
}

/// A browser in words its owner knows.
enum BrowserName {
    static func of(_ agent: String) -> String {
        func has(_ part: String) -> Bool { agent.utf8.count < 1000 && agent.contains(part) }
        let browser = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")].first { has($0.0) }?.1
        let system = [
            ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"),
        ].first { has($0.0) }?.1
        return "\(browser ?? "A browser") on \(system ?? "an unknown system")"
    }
}
