import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// `GET|POST .../oauth2/authorize/payer2payer`: an app asks, a member's walk begins. RFC 6749 §4.1.1, SMART App Launch 2.2.0.
struct AuthorizeEndpoint: Sendable {
    let site: Site
    let plan: Plan
    let desk: MemberAuthorization

    func get(_ request: Request, _ context: SiteContext) async throws -> Response {
        await answer(request) { () throws(OAuthError) in
            do throws(Trust.FormProblem) { return try FormParameters(query: request.uri.query) } catch { throw OAuthError(error) }
        }
    }

    func post(_ request: Request, _ context: SiteContext) async throws -> Response {
        await answer(request) { () async throws(OAuthError) in try await request.form() }
    }

    private func answer(_ request: Request, _ read: () async throws(OAuthError) -> FormParameters) async -> Response {
        let language = Language.preferred(acceptLanguage: request.headers[.acceptLanguage])
        let form: FormParameters
        let identified: (clientID: String, redirectURI: String)
        do {
            form = try await read()
            identified = try AuthorizeParameters.identify(form)
        } catch { return notice(language, .missingClient(detail: error.description), .badRequest) }
        do {
            guard let app = try site.store.app(clientID: identified.clientID, plan: plan.key) else {
                return notice(language, .unknownApp(detail: "No app with this client_id is registered for \(plan.name)."), .badRequest)
            }
            guard app.hasRegistered(identified.redirectURI),
                let redirectURI = try? RedirectURI(identified.redirectURI, for: plan.policy.environment)
            else {
                return notice(
                    language, .redirectMismatch(detail: "redirect_uri must equal, byte for byte, one that was registered for this app."),
                    .badRequest)
            }
            return await begin(form, app, redirectURI, language)
        } catch { return trouble(language, error) }
    }

    /// From here on errors travel to the proven redirect URI (RFC 6749 §4.1.2.1).
    private func begin(_ form: FormParameters, _ app: App, _ redirectURI: RedirectURI, _ language: Language) async -> Response {
        do {
            let parameters = try AuthorizeParameters(form, expectedAudience: plan.addresses.fhir, isPublicClient: app.kind == .public)
            let scope = try ScopeSet.grant(requested: parameters.scope, allowed: app.scope)
            let begun = try await desk.begin(
                plan: plan, app: app, redirectURI: redirectURI, parameters: parameters, scope: scope, language: language.rawValue)
            let cookie = WalkCookie.header(begun.browser.text, for: begun.authorization.id, plan: plan)
            return Answer.seeOther("\(plan.addresses.authorization)/authorization/\(begun.authorization.id)", [.setCookie: cookie])
        } catch let error as OAuthError {
            var parameters = error.redirectParameters
            if let state = AuthorizeParameters.state(form) { parameters.append(("state", state)) }
            parameters.append(("iss", plan.addresses.issuer))
            return Answer.seeOther(redirectURI.appending(parameters))
        } catch let error as Refusal {
            return trouble(language, error)
        } catch { return trouble(language, Refusal(.unavailable, "", cause: "\(error)")) }
    }

    private func notice(_ language: Language, _ notice: Notice, _ status: HTTPResponse.Status) -> Response {
        Answer.page(status, NoticePage(frame: PageFrame(site, plan, language), kind: notice).html())
    }

    private func trouble(_ language: Language, _ refusal: Refusal) -> Response {
        notice(language, .somethingWentWrong(reference: Trouble.report(refusal)), .serviceUnavailable)
    }
}

/// The cookie that ties a walk to the browser in which it began.
enum WalkCookie {
    static func name(_ id: String, plan: Plan) -> String {
        // Browsers take `__Host-` only over https, where it keeps other hosts from setting it.
        (isSecure(plan) ? "__Host-" : "") + "payerbridge-\(id.prefix(12))"
    }

    static func header(_ secret: String, for id: String, plan: Plan) -> String {
        "\(name(id, plan: plan))=\(secret); Path=/; Max-Age=\(Authorization.minutes * 60); HttpOnly; SameSite=Lax"
            + (isSecure(plan) ? "; Secure" : "")
    }

    static func read(_ request: Request, id: String, plan: Plan) -> Secret? {
        let wanted = name(id, plan: plan)
        for line in request.headers[values: .cookie] {
            for part in line.split(separator: ";") {
                let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if pair.count == 2, pair[0].utf8.elementsEqual(wanted.utf8) { return Secret(String(pair[1]), kind: .session) }
            }
        }
        return nil
    }

    private static func isSecure(_ plan: Plan) -> Bool { plan.addresses.authorization.utf8.starts(with: "https:".utf8) }
}
