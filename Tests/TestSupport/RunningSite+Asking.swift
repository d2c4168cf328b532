package import Exchange
import FHIR
import Server
import Storage
import Synchronization
package import Synthetic
package import Trust

/// What tests ask a site for again and again.
extension RunningSite {
    package func get(_ address: String, _ headers: [(String, String)] = []) async throws -> WebAnswer {
        try await web.send("GET", absolute(address), headers: headers)
    }

    package func post(_ address: String, _ fields: [(String, String)], _ headers: [(String, String)] = []) async throws -> WebAnswer {
        try await web.send(
            "POST", absolute(address), headers: [("Content-Type", "application/x-www-form-urlencoded")] + headers,
            body: Array(WebForm.encoded(fields).utf8))
    }

    package func absolute(_ address: String) -> String { address.hasPrefix("/") ? self.address + address : address }

    /// The authorize address with these parameters.
    package func authorize(_ app: TestApp, _ more: [(String, String)] = [], plan: Plan? = nil) -> String {
        (plan ?? demo).addresses.authorize + "?" + WebForm.encoded([("client_id", app.clientID), ("redirect_uri", app.redirectURI)] + more)
    }

    /// One more app with a secret, whose answers go to this address.
    package func register(_ clientID: String, redirectURI: String) async throws -> TestApp {
        let secret = Secret.make(.clientSecret)
        let registration = AppRegistration(
            name: "The \(clientID)", organization: nil, kind: .confidential, redirectURIs: [try RedirectURI(redirectURI, for: .sandbox)],
            clientID: clientID, secretHash: secret.hash)
        _ = try await store.register(registration, plans: [demo.key], at: clock.now)
        return TestApp(clientID: clientID, secret: secret, redirectURI: redirectURI)
    }

    package struct Unexpected: Error {
        package let what: String
    }

    /// An authorization code, as a member's walk ends with one; the walk itself is made in the domain, without pages.
    package func code(
        _ app: TestApp? = nil, member: SyntheticMember? = nil, plan: Plan? = nil, redirectURI: String? = nil,
        _ more: [(String, String)] = []
    ) async throws -> Secret {
        let (app, plan, member) = (app ?? apps.payer, plan ?? demo, member ?? self.member)
        let desk = MemberAuthorization(store: store, world: clock.world, codeKey: site.keys.emailCode)
        guard let known = try store.app(clientID: app.clientID, plan: plan.key) else { throw Unexpected(what: "no app") }
        let query = WebForm.encoded([("client_id", app.clientID), ("redirect_uri", redirectURI ?? app.redirectURI)] + more)
        let parameters = try AuthorizeParameters(
            FormParameters(query: query), expectedAudience: plan.addresses.fhir, isPublicClient: known.kind == .public)
        let begun = try await desk.begin(
            plan: plan, app: known, redirectURI: RedirectURI(redirectURI ?? app.redirectURI, for: .sandbox), parameters: parameters,
            scope: ScopeSet.grant(requested: parameters.scope, allowed: known.scope), language: "en",
            browser: Secret.make(.session).hash)
        let details = MemberDetails(
            firstName: member.firstName, lastName: member.lastName, birthDate: member.birthDate, memberID: member.memberID,
            postalCode: member.postalCode)
        guard case .matched(let matched) = try await desk.identify(begun, as: details, plan: plan) else {
            throw Unexpected(what: "no match")
        }
        let digits = Mutex("")
        let sent = try await desk.sendCode(matched, typed: EmailAddress("someone@example.com"), plan: plan) { code in
            digits.withLock { $0 = code }
            return ("", "")
        }
        guard case .sent(let waiting) = sent,
            case .verified(let verified) = try await desk.check(digits.withLock { $0 }, for: waiting)
        else { throw Unexpected(what: "no mail code") }
        return try await desk.allow(verified, decider: .member, plan: plan)
    }

    /// `POST token` with a code; `more` comes last.
    package func exchange(
        _ code: String, _ app: TestApp? = nil, plan: Plan? = nil, _ more: [(String, String)] = []
    ) async throws -> WebAnswer {
        try await post(
            (plan ?? demo).addresses.token,
            (app ?? apps.payer).fields + [("grant_type", "authorization_code"), ("code", code)] + more)
    }

    package func refresh(_ token: String, _ app: TestApp? = nil, _ more: [(String, String)] = []) async throws -> WebAnswer {
        try await post(
            demo.addresses.token, (app ?? apps.payer).fields + [("grant_type", "refresh_token"), ("refresh_token", token)] + more)
    }

    package struct Tokens: Sendable {
        package let access: String
        package let refresh: String
        package let patient: String
        package var bearer: [(String, String)] { [("Authorization", "Bearer \(access)")] }
    }

    /// Tokens for a member's record.
    package func tokens(
        _ app: TestApp? = nil, member: SyntheticMember? = nil, plan: Plan? = nil, scope: String? = nil
    ) async throws -> Tokens {
        // Only web addresses are redirect addresses of a real plan.
        let redirectURI = plan?.policy.environment == .production ? TestApps.web : nil
        let code = try await code(app, member: member, plan: plan, redirectURI: redirectURI, scope.map { [("scope", $0)] } ?? [])
        return try tokens(in: try await exchange(code.text, app, plan: plan))
    }

    package func tokens(in answer: WebAnswer) throws -> Tokens {
        guard answer.status == 200, let access = answer.string("access_token"), let refresh = answer.string("refresh_token"),
            let patient = answer.string("patient")
        else { throw Unexpected(what: "no tokens: \(answer.status) \(answer.text)") }
        return Tokens(access: access, refresh: refresh, patient: patient)
    }

    /// The newest code that was mailed to this address, out of the outbox.
    package func mailedCode(to address: String) throws -> String {
        guard let mail = try store.mails(to: address, limit: 1).first, let code = Self.sixDigits(in: mail.mail.text) else {
            throw Unexpected(what: "no mail to \(address)")
        }
        return code
    }

    package static func sixDigits(in text: String) -> String? {
        text.split { !$0.isASCII || !$0.isNumber }.first { $0.utf8.count == 6 }.map(String.init)
    }
}
