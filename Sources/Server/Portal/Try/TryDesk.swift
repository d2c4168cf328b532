import Exchange
import FHIR
import Pages
import Trust

/// Walks through the exchange as a test member on behalf of an app's developer, by the requests that the app and a member's browser would
/// send. For the app's own requests it lends itself a secret for a minute, since the developer's is kept as a hash alone.
struct TryDesk: Sendable {
    let site: Site
    let plan: Plan
    let application: DeveloperApp

    private static let secretSeconds = 60

    private var client: String { application.clientID }
    /// Made up for this app and member, so that a reset finds it and no other developer shares it.
    private func address(_ member: Sandbox.TestMember) -> String { "\(member.memberID)@\(client).example" }

    // MARK: The walk

    func walk(as member: Sandbox.TestMember, redirectURI: String) async throws -> TryRun {
        let now = site.world.now()
        guard var agent = TryAgent(site.ownRoutes) else { throw Refusal(.unavailable, "", cause: "the routes are not open") }
        var run = TryRun(
            id: String(Secret.make(.transaction).text.suffix(24)).filter { $0 != "-" && $0 != "_" }, application: application.key,
            memberID: member.memberID, memberName: "\(member.firstName) \(member.lastName)", steps: [],
            endsAt: now.adding(seconds: plan.policy.accessTokenSeconds))
        do {
            let code = try await authorize(member, redirectURI, &agent)
            try await withLentSecret { secret in
                agent.hide(secret)
                try await redeem(code, redirectURI, secret, &agent, &run)
                try await inspect(secret, &agent, &run)
            }
            if let access = run.access {
                _ = try await agent.ask(
                    "Read the record", "The app reads the member’s Patient with the access token.", "\(plan.addresses.fhir)/Patient",
                    bearer: access.text, curl: curl("Patient"))
            }
        } catch let stop as Stop { run.problem = stop.words }
        run.steps = agent.steps
        return run
    }

    /// The walk goes no further; what came until then is shown.
    private struct Stop: Error { let words: String }

    private struct Code {
        let text: String
        let verifier: String
    }

    private func authorize(_ member: Sandbox.TestMember, _ redirectURI: String, _ agent: inout TryAgent) async throws -> Code {
        let verifier = PKCE.makeVerifier()
        let asked = RedirectQuery.appending(
            [
                ("response_type", "code"), ("client_id", client), ("redirect_uri", redirectURI), ("state", "try-it"),
                ("scope", "launch/patient offline_access patient/*.read"), ("aud", plan.addresses.fhir),
                ("code_challenge", PKCE.challenge(for: verifier)), ("code_challenge_method", "S256"),
            ], to: plan.addresses.authorize)
        let begun = try await agent.ask(
            "Authorize", "Your app sends the member’s browser to the health plan.", asked, isBrowser: true, curl: "curl -i '\(asked)'")
        guard begun.status == 303, let root = begun.location, root.utf8.starts(with: plan.addresses.authorization.utf8) else {
            throw Stop(words: "The health plan did not begin. Its answer says why.")
        }
        let start = try await agent.ask("The member arrives", "The browser follows to the health plan’s page.", root, isBrowser: true)
        let token = [("form_token", agent.formToken(in: start))]
        try await member303(
            "The member says who they are", "“Create an account”. The sandbox fills in the test member’s details.", root + "/account",
            token + [
                ("first_name", member.firstName), ("last_name", member.lastName), ("birth_date", SandboxPages.american(member.birthDate)),
                ("member_id", member.memberID), ("postal_code", member.postalCode),
            ], &agent)
        try await member303(
            "The member gives an e-mail address", "The sandbox makes one up. The health plan sends a code to it.", root + "/email",
            token + [("email", address(member))], &agent)
        guard let mail = try site.store.mails(to: address(member), limit: 1).first,
            let digits = mail.mail.text.split(whereSeparator: { !$0.isASCII || !$0.isNumber }).first(where: { $0.utf8.count == 6 })
        else { throw Stop(words: "The mail with the code did not come.") }
        try await member303(
            "The member types the code", "The sandbox reads it in the mail. A member looks into their mailbox.", root + "/code",
            token + [("code", String(digits))], &agent)
        _ = try await agent.ask(
            "The member reads what is shared", "The consent page: who asks, what is shared, what never is.", root + "/consent",
            isBrowser: true)
        let agreed = try await agent.ask(
            "The member agrees",
            "The browser is sent to your redirect URI with a code, which works once, for five minutes. The sandbox stops here and does not call your server.",
            root + "/consent", form: token + [("decider", "member"), ("decision", "allow")], isBrowser: true)
        guard let back = agreed.location,
            let code = back.firstIndex(of: "?").flatMap({ try? FormParameters(query: String(back[back.index(after: $0)...])) })?.value(
                "code")
        else { throw Stop(words: "No code came back.") }
        agent.hideLast(code)
        return Code(text: code, verifier: verifier)
    }

    private func member303(
        _ title: String, _ words: String, _ address: String, _ form: [(String, String)], _ agent: inout TryAgent
    ) async throws {
        let answer = try await agent.ask(title, words, address, form: form, isBrowser: true)
        guard answer.status == 303 else { throw Stop(words: "“\(title)” was not taken. Reset the test member and try again.") }
    }

    // MARK: The app's own requests

    private func redeem(
        _ code: Code, _ redirectURI: String, _ secret: String, _ agent: inout TryAgent, _ run: inout TryRun
    ) async throws {
        let form = [
            ("grant_type", "authorization_code"), ("code", code.text), ("redirect_uri", redirectURI), ("code_verifier", code.verifier),
            ("client_id", client), ("client_secret", secret),
        ]
        let answer = try await agent.ask(
            "Code for tokens",
            "Your app’s server exchanges the code. The sandbox signs in with a secret that it lends your app for a minute.",
            plan.addresses.token, form: form,
            curl: """
                curl -s '\(plan.addresses.token)' \\
                  -d grant_type=authorization_code -d "code=$CODE" \\
                  --data-urlencode 'redirect_uri=\(redirectURI)' -d "code_verifier=$VERIFIER" \\
                  -d client_id=\(client) -d "client_secret=$CLIENT_SECRET"
                """)
        let members = TriedJSON.members(answer.body) ?? []
        func member(_ name: String) -> String { members.first { $0.name == name }?.value ?? "" }
        guard answer.status == 200, let access = Secret(member("access_token"), kind: .accessToken),
            let refresh = Secret(member("refresh_token"), kind: .refreshToken)
        else { throw Stop(words: "The code was not exchanged. The answer says why.") }
        // Its own answer has been written down already.
        agent.hideLast(access.text)
        agent.hideLast(refresh.text)
        (run.access, run.refresh, run.patient) = (access, refresh, member("patient"))
        try await site.store.markTried(access.hash, of: application.app, plan: plan.key, endsAt: run.endsAt)
    }

    private func inspect(_ secret: String, _ agent: inout TryAgent, _ run: inout TryRun) async throws {
        guard let access = run.access else { return }
        let answer = try await agent.ask(
            "Inspect the token", "Your app asks the health plan what the access token opens.", plan.addresses.introspect,
            form: [("token", access.text), ("client_id", client), ("client_secret", secret)],
            curl: """
                curl -s '\(plan.addresses.introspect)' -d "token=$ACCESS_TOKEN" \\
                  -d client_id=\(client) -d "client_secret=$CLIENT_SECRET"
                """)
        run.token = TriedJSON.members(answer.body) ?? []
    }

    /// A secret of the app's for as long as `body` runs.
    private func withLentSecret(_ body: (String) async throws -> Void) async throws {
        let secret = Secret.make(.clientSecret)
        let now = site.world.now()
        try await site.store.lend(secret.hash, to: application.app, until: now.adding(seconds: Self.secretSeconds), at: now)
        let result: Result<Void, any Error>
        do { result = .success(try await body(secret.text)) } catch { result = .failure(error) }
        try await site.store.takeBack(secret.hash, at: site.world.now())
        try result.get()
    }

    // MARK: Afterwards

    private func curl(_ path: String) -> String {
        "curl -s '\(plan.addresses.fhir)/\(path)' -H \"Authorization: Bearer $ACCESS_TOKEN\""
    }

    /// One query of the console.
    func query(_ path: String, _ run: TryRun) async throws -> TryRun {
        guard let access = run.access, var agent = TryAgent(site.ownRoutes) else { return run }
        agent.hide(access.text)
        agent.most = 8000
        _ = try await agent.ask(
            "The answer", "Asked with the access token of this walk.", "\(plan.addresses.fhir)/\(path)", bearer: access.text,
            curl: curl(path))
        var run = run
        run.query = agent.steps.first
        run.queryPath = path
        return run
    }

    /// Takes back what the walk was given, as an app does when a member leaves, and asks once more what the token opens.
    func end(_ run: TryRun) async throws -> TryRun {
        guard let refresh = run.refresh, var agent = TryAgent(site.ownRoutes) else { return run }
        var run = run
        try await withLentSecret { secret in
            for hidden in [secret, refresh.text, run.access?.text ?? ""] { agent.hide(hidden) }
            _ = try await agent.ask(
                "Revoke", "Revoking the refresh token ends the permission, and the access token with it.", plan.addresses.revoke,
                form: [("token", refresh.text), ("client_id", client), ("client_secret", secret)],
                curl: """
                    curl -s '\(plan.addresses.revoke)' -d "token=$REFRESH_TOKEN" \\
                      -d client_id=\(client) -d "client_secret=$CLIENT_SECRET"
                    """)
            try await inspect(secret, &agent, &run)
        }
        run.steps += agent.steps
        run.isOver = true
        return run
    }
}
