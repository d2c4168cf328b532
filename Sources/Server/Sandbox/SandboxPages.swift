import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// The sandbox's own pages: its front page, the mails it sent, and a place for codes to come back to.
struct SandboxPages: Sendable {
    let site: Site
    let sandbox: Sandbox

    func mount(_ router: some RouterMethods<SiteContext>) {
        let refuse: @Sendable (String) -> Response = { _ in
            Answer.json(.methodNotAllowed, OAuthError(.invalidRequest, "This page is only read.").json)
        }
        router.mount("/", [(.get, home)], otherwise: refuse)
        router.mount("/sandbox/mail", [(.get, mailPage)], otherwise: refuse)
        router.mount("/sandbox/mail.json", [(.get, mailJSON)], otherwise: refuse)
        router.mount("/sandbox/callback", [(.get, callback)], otherwise: refuse)
    }

    static func mailURL(_ site: Site, to address: String) -> String {
        RedirectQuery.appending([("to", address)], to: site.publicAddress + "/sandbox/mail")
    }

    private func frame(_ request: Request) -> PageFrame {
        PageFrame(
            language: .preferred(acceptLanguage: request.headers[.acceptLanguage]), planName: site.plans.first?.name ?? "PayerBridge",
            assetBase: site.publicAddress + "/assets", sandboxHome: site.publicAddress + "/")
    }

    private func home(_ request: Request, _ context: SiteContext) async throws -> Response {
        let model = SandboxHome(
            plans: site.plans.map {
                SandboxPlan(name: $0.name, authorize: $0.addresses.authorize, token: $0.addresses.token, fhir: $0.addresses.fhir)
            },
            apps: sandbox.apps.map {
                SandboxApp(name: $0.name, clientId: $0.clientID, clientSecret: $0.clientSecret, redirectUris: $0.redirectURIs)
            },
            testMembers: sandbox.testMembers.map {
                SandboxMember(
                    first: $0.firstName, last: $0.lastName, birthDate: Self.american($0.birthDate), memberID: $0.memberID,
                    postalCode: $0.postalCode, summary: $0.summary)
            },
            commands: sandbox.commands.map { SandboxCommand(title: $0.title, command: $0.line) },
            mailURL: site.publicAddress + "/sandbox/mail", authorizeLink: sandbox.authorizeLink,
            portalURL: site.publicAddress + "/portal")
        return Answer.page(.ok, SandboxHomePage(frame: frame(request), model: model).html())
    }

    /// `2011-01-04` as `01/04/2011`.
    static func american(_ date: String) -> String {
        let parts = date.split(separator: "-")
        return parts.count == 3 ? "\(parts[1])/\(parts[2])/\(parts[0])" : date
    }

    private func mails(_ request: Request) throws -> (filter: String?, mails: [SentMail]) {
        let filter = try? FormParameters(query: request.uri.query).single("to")
        return (filter, try site.store.mails(to: filter, limit: 200))
    }

    private func mailPage(_ request: Request, _ context: SiteContext) async throws -> Response {
        let found = try mails(request)
        let messages = found.mails.map { SandboxMessage(to: $0.mail.to, subject: $0.mail.subject, text: $0.mail.text, at: $0.at.instant) }
        return Answer.page(.ok, SandboxMailPage(frame: frame(request), messages: messages, filter: found.filter).html())
    }

    private func mailJSON(_ request: Request, _ context: SiteContext) async throws -> Response {
        let found = try mails(request)
        var writer = JSONWriter()
        writer.array { list in
            for sent in found.mails {
                list.object { object in
                    object.member("to", sent.mail.to)
                    object.member("subject", sent.mail.subject)
                    object.member("text", sent.mail.text)
                    object.member("at", sent.at.instant)
                }
            }
        }
        return Answer.json(.ok, writer.bytes)
    }

    /// Where a code may come back to while someone tries the flow by hand.
    private func callback(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form = (try? FormParameters(query: request.uri.query).pairs) ?? []
        let known = ["code", "state", "iss", "error", "error_description"]
        let values = form.filter { pair in known.contains { $0.utf8.elementsEqual(pair.name.utf8) } }.map { ($0.name, $0.value) }
        let code = values.first { $0.0 == "code" }?.1
        let command = code.flatMap { Secret($0, kind: .authorizationCode) }.flatMap { tokenCommand($0.text) }
        return Answer.page(
            .ok,
            CallbackPage(frame: frame(request), values: values, kind: code == nil ? .failure : .success, nextCommand: command).html())
    }

    private func tokenCommand(_ code: String) -> String? {
        guard let plan = site.plans.first, let app = sandbox.apps.first else { return nil }
        return """
            curl --location --request POST '\(plan.addresses.token)' \\
              --header 'Content-Type: application/x-www-form-urlencoded' \\
              --data-urlencode 'client_id=\(app.clientID)' \\
              --data-urlencode 'client_secret=\(app.clientSecret)' \\
              --data-urlencode 'code=\(code)' \\
              --data-urlencode 'grant_type=authorization_code'
            """
    }
}

/// Adds parameters to one of our own addresses.
enum RedirectQuery {
    static func appending(_ parameters: [(String, String)], to address: String) -> String {
        (try? RedirectURI(address, for: .sandbox))?.appending(parameters) ?? address
    }
}
