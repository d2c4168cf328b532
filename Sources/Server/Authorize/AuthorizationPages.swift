import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Records
import Trust

/// The pages a member walks through, one step each; the domain decides, these read a form and show what came of it.
struct AuthorizationPages: Sendable {
    let site: Site
    let plan: Plan
    let desk: MemberAuthorization
    let shelves: ShelfCache

    func mount(_ router: some RouterMethods<SiteContext>, at root: String) {
        let refuse: @Sendable (String) -> Response = { [self] _ in
            Answer.page(.methodNotAllowed, NoticePage(frame: PageFrame(site, plan, .english), kind: .methodNotAllowed).html())
        }
        let base = root + "/authorization/:walk"
        router.mount(base, [(.get, page("", start))], otherwise: refuse)
        router.mount(base + "/account", [(.get, page("/account", account)), (.post, form(postAccount))], otherwise: refuse)
        router.mount(base + "/sign-in", [(.get, page("/sign-in", signIn)), (.post, form(postSignIn))], otherwise: refuse)
        router.mount(base + "/email", [(.get, page("/email", email)), (.post, form(postEmail))], otherwise: refuse)
        router.mount(base + "/code", [(.get, page("/code", code)), (.post, form(postCode))], otherwise: refuse)
        router.mount(base + "/code/resend", [(.post, form(resend))], otherwise: refuse)
        router.mount(base + "/consent", [(.get, page("/consent", consent)), (.post, form(postConsent))], otherwise: refuse)
        router.mount(base + "/cancel", [(.post, form { walk, _ in try await cancel(walk) })], otherwise: refuse)
    }

    // MARK: Start, account, sign in

    private func start(_ walk: Walk) async throws -> Response {
        walk.show(
            StartPage(
                frame: walk.frame(""), app: walk.askingApp, accountURL: walk.url("/account"), signInURL: walk.url("/sign-in"),
                cancelAction: walk.url("/cancel"), token: walk.formToken, isSandbox: site.sandbox != nil
            ).html())
    }

    private func account(_ walk: Walk) async throws -> Response { account(walk, [:], []) }

    private func account(_ walk: Walk, _ values: [Field: String], _ problems: [Pages.FormProblem]) -> Response {
        walk.show(
            AccountPage(
                frame: walk.frame("/account"), action: walk.url("/account"), backURL: walk.url(""), cancelAction: walk.url("/cancel"),
                token: walk.formToken, values: values, problems: problems, isSandbox: site.sandbox != nil
            ).html(), isProblem: !problems.isEmpty)
    }

    private func postAccount(_ walk: Walk, _ form: MemberFormInput) async throws -> Response {
        let fields: [Field] = [.firstName, .lastName, .birthDate, .memberID, .postalCode]
        var problems = form.missing(fields) + form.tooLong(fields)
        let birthDate = BirthDate.parse(form[.birthDate])
        if birthDate == nil, !form[.birthDate].isEmpty { problems.append(.invalidDate(field: .birthDate)) }
        guard problems.isEmpty, let birthDate else { return account(walk, form.values, problems) }
        let details = MemberDetails(
            firstName: form[.firstName], lastName: form[.lastName], birthDate: birthDate, memberID: form[.memberID],
            postalCode: form[.postalCode])
        switch try await desk.identify(walk.authorization, as: details, plan: plan) {
        case .matched: return Answer.seeOther(walk.url("/email"))
        case .noMatch: return account(walk, form.values, [.noMatch])
        case .tooManyAttempts: return account(walk, form.values, [.tooManyAttempts])
        }
    }

    private func signIn(_ walk: Walk) async throws -> Response { signIn(walk, [:], []) }

    private func signIn(_ walk: Walk, _ values: [Field: String], _ problems: [Pages.FormProblem]) -> Response {
        walk.show(
            SignInPage(
                frame: walk.frame("/sign-in"), action: walk.url("/sign-in"), backURL: walk.url(""), cancelAction: walk.url("/cancel"),
                token: walk.formToken, values: values, problems: problems
            ).html(), isProblem: !problems.isEmpty)
    }

    private func postSignIn(_ walk: Walk, _ form: MemberFormInput) async throws -> Response {
        let missing = form.missing([.email])
        guard missing.isEmpty else { return signIn(walk, form.values, missing) }
        guard let address = EmailAddress(form[.email]) else { return signIn(walk, form.values, [.invalidEmail]) }
        let sent = try await desk.signIn(walk.authorization, with: address, plan: plan, letter: walk.letter)
        return afterSending(sent, walk) { signIn(walk, form.values, $0) }
    }

    // MARK: E-mail and code

    private func email(_ walk: Walk) async throws -> Response {
        guard walk.authorization.isIdentified, walk.authorization.step == .matched || walk.authorization.step == .codeSent else {
            return Answer.seeOther(walk.url(""))
        }
        return try email(walk, [:], [])
    }

    private func email(_ walk: Walk, _ values: [Field: String], _ problems: [Pages.FormProblem]) throws -> Response {
        var rosterAddress: String?
        if plan.policy.codeAddress == .roster {
            guard let address = try desk.codeAddress(walk.authorization, typed: nil, plan: plan) else {
                return walk.notice(.noAddressOnRoster)
            }
            rosterAddress = address.masked
        }
        return walk.show(
            EmailPage(
                frame: walk.frame("/email"), action: walk.url("/email"), backURL: walk.url("/account"), cancelAction: walk.url("/cancel"),
                token: walk.formToken, values: values, problems: problems, rosterAddress: rosterAddress
            ).html(), isProblem: !problems.isEmpty)
    }

    private func postEmail(_ walk: Walk, _ form: MemberFormInput) async throws -> Response {
        var typed: EmailAddress?
        if plan.policy.codeAddress == .typed {
            let missing = form.missing([.email])
            guard missing.isEmpty else { return try email(walk, form.values, missing) }
            guard let address = EmailAddress(form[.email]) else { return try email(walk, form.values, [.invalidEmail]) }
            typed = address
        }
        let sent = try await desk.sendCode(walk.authorization, typed: typed, plan: plan, letter: walk.letter)
        return try afterSending(sent, walk) { try email(walk, form.values, $0) }
    }

    private func afterSending(
        _ sent: MemberAuthorization.CodeSending, _ walk: Walk, _ again: ([Pages.FormProblem]) throws -> Response
    ) rethrows -> Response {
        switch sent {
        case .sent: Answer.seeOther(walk.url("/code"))
        case .tooSoon: try again([.resendTooSoon])
        case .tooMany: try again([.tooManyResends])
        case .notPossible: Answer.seeOther(walk.url(""))
        }
    }

    private func code(_ walk: Walk) async throws -> Response {
        guard walk.authorization.step == .codeSent else { return Answer.seeOther(walk.url("")) }
        return code(walk, [])
    }

    private func code(_ walk: Walk, _ problems: [Pages.FormProblem]) -> Response {
        let address = walk.authorization.email ?? ""
        let shown = walk.authorization.isIdentified && plan.policy.codeAddress == .roster ? EmailAddress(address)?.masked ?? "" : address
        return walk.show(
            CodePage(
                frame: walk.frame("/code"), action: walk.url("/code"), resendAction: walk.url("/code/resend"),
                backURL: walk.url(walk.authorization.isIdentified ? "/email" : "/sign-in"), cancelAction: walk.url("/cancel"),
                token: walk.formToken, sentTo: shown, problems: problems, minutes: Authorization.codeMinutes,
                sandboxMailURL: site.sandbox == nil ? nil : SandboxPages.mailURL(site, to: address),
                resendAfter: Authorization.resendSeconds,
                step: walk.authorization.isIdentified ? Step(3, of: 4) : Step(2, of: 3)
            ).html(), isProblem: !problems.isEmpty)
    }

    private func postCode(_ walk: Walk, _ form: MemberFormInput) async throws -> Response {
        guard walk.authorization.step == .codeSent else { return Answer.seeOther(walk.url("")) }
        let missing = form.missing([.code])
        guard missing.isEmpty else { return code(walk, missing) }
        switch try await desk.check(form[.code], for: walk.authorization) {
        case .verified: return Answer.seeOther(walk.url("/consent"))
        case .wrong(let triesLeft): return code(walk, [.wrongCode(triesLeft: triesLeft)])
        case .expired: return code(walk, [.codeExpired])
        case .usedUp: return code(walk, [.codeUsedUp])
        }
    }

    private func resend(_ walk: Walk, _ form: MemberFormInput) async throws -> Response {
        let sent = try await desk.resend(walk.authorization, plan: plan, letter: walk.letter)
        return afterSending(sent, walk) { code(walk, $0) }
    }

    // MARK: Consent

    private func consent(_ walk: Walk) async throws -> Response {
        guard walk.authorization.step == .verified else { return Answer.seeOther(walk.url("")) }
        return try consent(walk, [:], [])
    }

    private func consent(_ walk: Walk, _ values: [Field: String], _ problems: [Pages.FormProblem]) throws -> Response {
        guard let key = walk.authorization.member, let member = try site.store.member(key, plan: plan.key), let patientID = member.patientID
        else {
            return Answer.seeOther(walk.url(""))
        }
        let access = RecordAccess(
            plan: plan, compartment: Compartment(plan: plan.key, member: key, patientID: patientID),
            policy: plan.policy.release(.memberAuthorized), scope: walk.authorization.scope, now: site.world.now())
        let shared = try RecordReader(access: access, store: site.store, cache: shelves).openCounts().map {
            SharedKind(type: $0.type.name, count: $0.count)
        }
        return walk.show(
            ConsentPage(
                frame: walk.frame("/consent"), action: walk.url("/consent"), cancelAction: walk.url("/cancel"), token: walk.formToken,
                app: walk.askingApp, memberName: member.name, shared: shared,
                from: access.policy.start(at: access.now)?.date, holdsBackProtected: !access.policy.withheldLabels.isEmpty,
                accessDays: plan.policy.grantDays, values: values,
                problems: problems, step: walk.authorization.isIdentified ? Step(4, of: 4) : Step(3, of: 3)
            ).html(), isProblem: !problems.isEmpty)
    }

    private func postConsent(_ walk: Walk, _ form: MemberFormInput) async throws -> Response {
        guard walk.authorization.step == .verified else { return Answer.seeOther(walk.url("")) }
        if form.decision == "deny" { return try await cancel(walk) }
        let decider: Grant.Decider
        switch form[.decider] {
        case "member": decider = .member
        case "representative":
            var problems: [Pages.FormProblem] = form.tooLong([.representativeName])
            if form[.representativeName].isEmpty { problems.append(.missingRepresentativeName) }
            let relationship = Grant.Relationship(rawValue: form[.relationship])
            if relationship == nil { problems.append(.missingRepresentativeRelationship) }
            guard problems.isEmpty, let relationship else { return try consent(walk, form.values, problems) }
            decider = .representative(name: form[.representativeName], relationship: relationship)
        default: return try consent(walk, form.values, [.chooseDecider])
        }
        guard form.decision == "allow" else { return try consent(walk, form.values, []) }
        let code = try await desk.allow(walk.authorization, decider: decider, plan: plan)
        return Answer.seeOther(walk.answer([("code", code.text)]))
    }

    private func cancel(_ walk: Walk) async throws -> Response {
        try await desk.deny(walk.authorization)
        return Answer.seeOther(
            walk.answer([("error", "access_denied"), ("error_description", "The member did not agree to share the record.")]))
    }
}
