import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// Signing up, in and out. No answer tells whether an address has an account.
enum AccountSurface {
    static let routes: [PortalRoute] =
        [
            PortalRoute(.get, "/portal", .anyone(.portal), home),
            PortalRoute(.get, "/portal/sign-up", .anyone(.portal), signUp),
            PortalRoute(.post, "/portal/sign-up", .anyone(.portal), postSignUp),
            PortalRoute(.get, "/portal/sign-up/sent", .anyone(.portal)) { call in
                call.show(MailSentPage(frame: call.frame, kind: .signUp, sandboxMail: call.sandboxMail()).html())
            },
            PortalRoute(.get, "/portal/confirm/:link", .anyone(.portal), confirm),
            PortalRoute(.post, "/portal/confirm/:link", .anyone(.portal), postConfirm),
        ] + Account.Realm.allCases.flatMap { door($0) }

    /// What both doors have.
    private static func door(_ realm: Account.Realm) -> [PortalRoute] {
        let root = realm == .portal ? "/portal" : "/review"
        return [
            PortalRoute(.get, root + "/sign-in", .anyone(realm)) { signIn($0, [:], []) },
            PortalRoute(.post, root + "/sign-in", .anyone(realm), postSignIn),
            PortalRoute(.post, root + "/sign-out", .halfSignedIn(realm), signOut),
        ]
    }

    static let mailLimit = AttemptLimits.Limit(5, per: 3600)
    private static let signInLimit = AttemptLimits.Limit(10, per: 900)
    /// From everywhere together: far more than one place may, so that nobody can keep somebody else out from one, and few enough that
    /// guessing from many leads nowhere.
    private static let signInAnywhereLimit = AttemptLimits.Limit(200, per: 86_400)
    /// One place, whoever's addresses it tries: an office behind one address passes, a list of stolen passwords does not.
    private static let placeLimit = AttemptLimits.Limit(100, per: 900)
    private static let placeMailLimit = AttemptLimits.Limit(100, per: 3600)

    private static func home(_ call: PortalCall) async throws -> Response {
        if call.session != nil { return Answer.seeOther("/portal/applications") }
        return call.show(PortalHomePage(frame: call.frame, signUp: "/portal/sign-up", signIn: "/portal/sign-in").html())
    }

    // MARK: Signing up

    private static func signUp(_ call: PortalCall) async throws -> Response { signUp(call, []) }

    private static func signUp(_ call: PortalCall, _ problems: [PortalProblem]) -> Response {
        call.show(
            SignUpPage(
                frame: call.frame, action: "/portal/sign-up", signIn: "/portal/sign-in", values: call.input.values, problems: problems
            ).html(), isProblem: !problems.isEmpty)
    }

    private static func postSignUp(_ call: PortalCall) async throws -> Response {
        let problems = try await ask(call)
        return problems.isEmpty ? Answer.seeOther("/portal/sign-up/sent") : signUp(call, problems)
    }

    /// Keeps the wish for an account and mails its link; the same work and one mail, whether or not there is an account. Where there is one,
    /// the link of the wish goes nowhere.
    static func ask(_ call: PortalCall) async throws -> [PortalProblem] {
        let input = call.input
        var problems = input.missing([.name, .email]) + input.tooLong([.name, .email], 200)
        let address = EmailAddress(input[.email])
        if address == nil, !input[.email].isEmpty { problems.append(.invalidEmail(.email)) }
        if let problem = passwordProblem(input[.password], address: input[.email], name: input[.name]) { problems.append(problem) }
        guard problems.isEmpty, let address else { return problems }
        guard try await mayAskForMail(call) else { return [.tooManyFromHere] }
        guard let hash = try await call.door.passwords.hash(input[.password]) else { return [.busy] }
        guard try await call.store.count(Attempt(.accountMail, subject: address.accountKey), limit: mailLimit) else { return [] }
        let link = Secret.make(.emailLink)
        let wish = SignUp(
            link: link.hash, address: address, name: input[.name], password: hash, expiresAt: call.now.adding(seconds: 86_400))
        let mail =
            try call.store.account(address, realm: .portal) == nil
            ? PortalMail.confirmAddress(link: call.url("/portal/confirm/\(link.text)"))
            : PortalMail.haveAccount(signIn: call.url("/portal/sign-in"), password: call.url("/portal/password"))
        try await call.store.keep(wish, sending: mail.outgoing(to: address.text), at: call.now)
        return []
    }

    /// Whether this place may make the portal write one more mail, to whomever.
    static func mayAskForMail(_ call: PortalCall) async throws(Refusal) -> Bool {
        try await call.store.count(Attempt(.accountMailFromPlace, subject: call.client), limit: placeMailLimit)
    }

    static func passwordProblem(_ password: String, address: String, name: String) -> PortalProblem? {
        let own = (address + " " + name).split { !$0.isLetter && !$0.isNumber }.map(String.init)
        return switch PasswordRule.problem(password, own: own) {
        case nil: nil
        case .tooShort: .passwordTooShort(PasswordRule.shortest)
        case .tooLong: .passwordTooLong
        case .common: .passwordCommon
        case .ownName: .passwordOwnName
        }
    }

    private static func confirm(_ call: PortalCall) async throws -> Response { try confirm(call, []) }

    private static func confirm(_ call: PortalCall, _ problems: [PortalProblem]) throws(Refusal) -> Response {
        guard let link = call.link(), let wish = try call.store.signUp(link, at: call.now) else {
            return call.notice(.linkUsed, .gone, next: .init("Create an account", "/portal/sign-up"))
        }
        return call.show(
            ConfirmAddressPage(frame: call.frame, action: call.request.uri.path, address: wish.address.text, problems: problems).html(),
            isProblem: !problems.isEmpty)
    }

    private static func postConfirm(_ call: PortalCall) async throws -> Response {
        guard let link = call.link() else { return try confirm(call, []) }
        switch try await confirmed(link, call) {
        case .account(let account): return try await begin(account, call)
        case .gone: return call.notice(.linkUsed, .gone, next: .init("Sign in", "/portal/sign-in"))
        case .problem(let problem): return try confirm(call, [problem])
        }
    }

    enum Confirmation { case account(Account), gone, problem(PortalProblem) }

    /// Makes the account of the wish behind this link, when the password is the wish's own.
    static func confirmed(_ link: SecretHash, _ call: PortalCall) async throws -> Confirmation {
        guard let wish = try call.store.signUp(link, at: call.now) else { return .gone }
        let attempt = Attempt(.signIn, subject: "confirm|\(wish.address.accountKey)|\(wish.expiresAt.milliseconds)")
        guard try await call.store.count(attempt, limit: signInLimit) else { return .problem(.tooManyAttempts) }
        guard let isRight = try await call.door.passwords.matches(call.input[.password], wish.password) else { return .problem(.busy) }
        guard isRight else { return .problem(.wrongSignIn) }
        guard let key = try await call.store.complete(link, at: call.now), let account = try call.store.account(key) else { return .gone }
        return .account(account)
    }

    // MARK: Signing in and out

    private static func signIn(_ call: PortalCall, _ values: [PortalField: String], _ problems: [PortalProblem]) -> Response {
        let to = target(call).map { "?to=" + $0 } ?? ""
        return call.show(
            PortalSignInPage(
                frame: call.frame, action: call.root + "/sign-in" + to, signUp: call.realm == .portal ? "/portal/sign-up" : nil,
                forgotten: call.root + "/password", values: values, problems: problems
            ).html(), isProblem: !problems.isEmpty)
    }

    /// Where someone was on the way to: a path of this door and nothing else.
    private static func target(_ call: PortalCall) -> String? {
        guard let to = call.query("to"), to.utf8.starts(with: (call.root + "/").utf8), to.utf8.count < 200,
            to.utf8.allSatisfy({ byte in
                (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
                    || byte == 0x2F || byte == 0x2D || byte == 0x5F
            })
        else { return nil }
        return to
    }

    private static func postSignIn(_ call: PortalCall) async throws -> Response {
        let input = call.input
        let shown = input.values.filter { $0.key == .email }
        let problems = input.missing([.email, .password])
        guard problems.isEmpty else { return signIn(call, shown, problems) }
        switch try await verdict(input, call) {
        case .right(let account): return try await begin(account, call)
        case .wrong: return signIn(call, shown, [.wrongSignIn])
        case .tooMany: return signIn(call, shown, [.tooManyAttempts])
        case .tooManyFromHere: return signIn(call, shown, [.tooManyFromHere])
        case .busy: return signIn(call, shown, [.busy])
        }
    }

    enum Verdict { case right(Account), wrong, tooMany, tooManyFromHere, busy }

    /// Counted before the password is compared, for unknown addresses too, and compared even where there is nothing to compare with.
    static func verdict(_ input: PortalInputValues, _ call: PortalCall) async throws -> Verdict {
        let address = EmailAddress(input[.email])
        let account = try known(address, call)
        let subject = "\(call.realm.rawValue)|\(address?.accountKey ?? input[.email])"
        let here = Attempt(.signIn, subject: subject + "|" + call.client)
        // Guesses at a password of before count no more: whoever was kept out comes in by a new one.
        let anywhere = Attempt(.signInAnywhere, subject: subject + (account.map { "|" + $0.password.text } ?? ""))
        let place = Attempt(.signInFromPlace, subject: call.client)
        guard try await call.store.count(place, limit: placeLimit) else { return .tooManyFromHere }
        guard try await call.store.count(here, limit: signInLimit),
            try await call.store.count(anywhere, limit: signInAnywhereLimit)
        else { return .tooMany }
        guard let isRight = try await call.door.passwords.matches(input[.password], account?.password) else { return .busy }
        guard isRight, let account else {
            try await call.store.record(AuditEntry(.stranger, "session.refuse", "door \(call.realm.rawValue)"), at: call.now)
            return .wrong
        }
        for attempt in [place, here, anywhere] { try await call.store.forgive(attempt) }
        return .right(account)
    }

    private static func known(_ address: EmailAddress?, _ call: PortalCall) throws(Refusal) -> Account? {
        guard let address else { return nil }
        return try call.store.account(address, realm: call.realm)
    }

    /// A new session with a new secret, so that one that was known before the sign-in opens nothing.
    static func start(_ account: Account, _ call: PortalCall) async throws(Refusal) -> (secret: Secret, stage: Session.Stage) {
        let needsFactor = account.hasSecondFactor || (call.realm == .review && call.door.portal.requiresSecondFactor)
        let secret = Secret.make(.session)
        let agent = String((call.request.headers[.userAgent] ?? "Unknown browser").prefix(200))
        try await call.store.begin(
            NewSession(
                hash: secret.hash, account: account.key, stage: needsFactor ? .password : .full, agent: agent,
                expiresAt: call.now.adding(seconds: Session.hours * 3600)),
            audit: AuditEntry(account, "session.begin", "account \(account.key.number)"), at: call.now)
        return (secret, needsFactor ? .password : .full)
    }

    private static func begin(_ account: Account, _ call: PortalCall) async throws(Refusal) -> Response {
        let begun = try await start(account, call)
        if let old = call.session {
            try await call.store.end(
                old.key, of: old.account.key, audit: AuditEntry(old.account, "session.end", "account \(old.account.key.number)"),
                at: call.now)
        }
        let home = account.role.home
        let next = begun.stage == .password ? call.root + "/second-factor" : target(call) ?? home
        return Answer.seeOther(next, [.setCookie: PortalCookie(call.realm, publicAddress: call.site.publicAddress).header(begun.secret)])
    }

    private static func signOut(_ call: PortalCall) async throws -> Response {
        let account = try call.account()
        if let session = call.session {
            try await call.store.end(
                session.key, of: account.key, audit: AuditEntry(account, "session.end", "account \(account.key.number)"), at: call.now)
        }
        let cookie = PortalCookie(call.realm, publicAddress: call.site.publicAddress)
        return Answer.seeOther(call.realm == .portal ? "/portal" : "/review/sign-in", [.setCookie: cookie.header(Secret.make(.session))])
    }
}

extension PortalMail {
    func outgoing(to address: String) -> OutgoingMail { OutgoingMail(to: address, subject: subject, text: text) }
}

extension Account.Role {
    /// The page a person comes to after signing in.
    var home: String {
        switch self {
        case .developer: "/portal/applications"
        case .reviewer: "/review"
        case .planOperator: "/review/applications"
        case .careManager: "/review/members"
        }
    }
}
