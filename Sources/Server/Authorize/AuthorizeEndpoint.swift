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
        await answer(request, context) { () throws(OAuthError) in
            do throws(Trust.FormProblem) { return try FormParameters(query: request.uri.query) } catch { throw OAuthError(error) }
        }
    }

    func post(_ request: Request, _ context: SiteContext) async throws -> Response {
        await answer(request, context) { () async throws(OAuthError) in try await request.form() }
    }

    private func answer(
        _ request: Request, _ context: SiteContext, _ read: () async throws(OAuthError) -> FormParameters
    ) async -> Response {
        let language = Language.preferred(acceptLanguage: request.headers[.acceptLanguage])
        let form: FormParameters
        let identified: (clientID: String, redirectURI: String)
        do {
            form = try await read()
            identified = try AuthorizeParameters.identify(form)
        } catch { return notice(language, .missingClient(detail: error.description), .badRequest) }
        do {
            guard let app = try site.store.app(clientID: identified.clientID, plan: plan.key) else {
                if let reason = try AppNotReady.reason(site, plan, clientID: identified.clientID) {
                    if site.requests(at: plan) != nil, let named = try site.store.application(clientID: identified.clientID)?.app {
                        context.trace.concerns(named, isProven: false)
                    }
                    context.trace.fails(OAuthError(.unauthorizedClient, reason))
                    return notice(language, .appNotReady(reason: reason), .forbidden)
                }
                return notice(language, .unknownApp(detail: "No app with this client_id is registered for \(plan.name)."), .badRequest)
            }
            context.trace.concerns(app.key, isProven: false)
            guard app.hasRegistered(identified.redirectURI),
                let redirectURI = try? RedirectURI(identified.redirectURI, for: plan.policy.environment)
            else {
                let words = "redirect_uri must equal, byte for byte, one that was registered for this app."
                context.trace.fails(OAuthError(.invalidRequest, words))
                return notice(language, .redirectMismatch(detail: words), .badRequest)
            }
            return await begin(form, app, redirectURI, language, WalkCookie.read(request, plan: plan), context)
        } catch { return trouble(language, error) }
    }

    /// From here on errors travel to the proven redirect URI (RFC 6749 §4.1.2.1).
    private func begin(
        _ form: FormParameters, _ app: App, _ redirectURI: RedirectURI, _ language: Language, _ browser: Secret?, _ context: SiteContext
    ) async -> Response {
        do {
            let parameters = try AuthorizeParameters(form, expectedAudience: plan.addresses.fhir, isPublicClient: app.kind == .public)
            let scope = try ScopeSet.grant(requested: parameters.scope, allowed: app.scope)
            let browser = browser ?? Secret.make(.session)
            let authorization = try await desk.begin(
                plan: plan, app: app, redirectURI: redirectURI, parameters: parameters, scope: scope, language: language.rawValue,
                browser: browser.hash)
            site.count("authorize", by: app, at: plan, context)
            let cookie = WalkCookie.header(browser.text, plan: plan)
            return Answer.seeOther("\(plan.addresses.authorization)/authorization/\(authorization.id)", [.setCookie: cookie])
        } catch let error as OAuthError {
            context.trace.fails(error)
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
