import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// Setting a new password, by a link in a mail. No answer tells whether an address has an account.
enum PasswordSurface {
    static let routes: [PortalRoute] = Account.Realm.allCases.flatMap { realm in
        let root = realm == .portal ? "/portal" : "/review"
        return [
            PortalRoute(.get, root + "/password", .anyone(realm)) { forgotten($0, []) },
            PortalRoute(.post, root + "/password", .anyone(realm), postForgotten),
            PortalRoute(.get, root + "/password/sent", .anyone(realm)) { call in
                call.show(MailSentPage(frame: call.frame, kind: .password, sandboxMail: call.sandboxMail()).html())
            },
            PortalRoute(.get, root + "/password/:link", .anyone(realm)) { try await newPassword($0, []) },
            PortalRoute(.post, root + "/password/:link", .anyone(realm), postNewPassword),
        ]
    }

    private static func forgotten(_ call: PortalCall, _ problems: [PortalProblem]) -> Response {
        call.show(
            ForgottenPasswordPage(
                frame: call.frame, action: call.root + "/password", back: call.root + "/sign-in", values: call.input.values,
                problems: problems
            ).html(), isProblem: !problems.isEmpty)
    }

    private static func postForgotten(_ call: PortalCall) async throws -> Response {
        let missing = call.input.missing([.email])
        guard missing.isEmpty else { return forgotten(call, missing) }
        guard let address = EmailAddress(call.input[.email]) else { return forgotten(call, [.invalidEmail(.email)]) }
        guard try await ask(newPassword: address, call) else { return forgotten(call, [.tooManyFromHere]) }
        return Answer.seeOther(call.root + "/password/sent")
    }

    /// One mail, with a link or with the word that there is no account; false when this place has asked too often.
    static func ask(newPassword address: EmailAddress, _ call: PortalCall) async throws(Refusal) -> Bool {
        guard try await AccountSurface.mayAskForMail(call) else { return false }
        let attempt = Attempt(.accountMail, subject: "\(call.realm.rawValue)|\(address.accountKey)")
        guard try await call.store.count(attempt, limit: AccountSurface.mailLimit) else { return true }
        let link = Secret.make(.emailLink)
        if let account = try call.store.account(address, realm: call.realm) {
            let mail = PortalMail.newPassword(link: call.url("\(call.root)/password/\(link.text)"))
            try await call.store.keep(
                passwordLink: link.hash, of: account.key, until: call.now.adding(seconds: 3600),
                sending: mail.outgoing(to: account.address),
                at: call.now)
        } else {
            let mail = PortalMail.noAccount(signUp: call.realm == .portal ? call.url("/portal/sign-up") : nil)
            try await call.store.send(mail.outgoing(to: address.text), at: call.now)
        }
        return true
    }

    private static func newPassword(_ call: PortalCall, _ problems: [PortalProblem]) async throws -> Response {
        guard let link = call.link(), let account = try call.store.account(passwordLink: link, at: call.now),
            account.role.realm == call.realm
        else { return call.notice(.linkUsed, .gone, next: .init("Ask for a new link", call.root + "/password")) }
        return call.show(
            NewPasswordPage(frame: call.frame, action: call.request.uri.path, address: account.address, problems: problems).html(),
            isProblem: !problems.isEmpty)
    }

    private static func postNewPassword(_ call: PortalCall) async throws -> Response {
        switch try await set(newPassword: call.link(), call) {
        case .set: return call.notice(.passwordSet, .ok, next: .init("Sign in", call.root + "/sign-in"))
        case .gone: return try await newPassword(call, [])
        case .problem(let problem): return try await newPassword(call, [problem])
        }
    }

    enum NewPassword { case set, gone, problem(PortalProblem) }

    static func set(newPassword link: SecretHash?, _ call: PortalCall) async throws -> NewPassword {
        guard let link, let account = try call.store.account(passwordLink: link, at: call.now), account.role.realm == call.realm else {
            return .gone
        }
        if let problem = AccountSurface.passwordProblem(call.input[.password], address: account.address, name: account.name) {
            return .problem(problem)
        }
        guard let hash = try await call.door.passwords.hash(call.input[.password]) else { return .problem(.busy) }
        return try await call.store.setPassword(hash, with: link, at: call.now) ? .set : .gone
    }
}
