import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// One request within a member's walk: the walk itself, proven to belong to this browser, and how its pages are framed.
struct Walk: Sendable {
    let site: Site
    let plan: Plan
    let authorization: Authorization
    let app: App
    let language: Language

    var root: String { "\(plan.addresses.authorization)/authorization/\(authorization.id)" }
    func url(_ step: String) -> String { root + step }
    var formToken: FormToken { FormToken(site.keys.formToken(authorization)) }
    var askingApp: AskingApp {
        // Without it the page is whole too.
        let logo = (try? site.store.logoName(of: app.key)) ?? nil
        return AskingApp(
            name: app.name, organization: app.organization, verifiedSince: app.syncedAt.date,
            logo: logo.map { "\(plan.addresses.authorization)/logos/\($0)" })
    }

    func frame(_ step: String) -> PageFrame {
        var links: [Language: String] = [:]
        for other in Language.allCases where other != language { links[other] = "\(url(step))?lang=\(other.rawValue)" }
        return PageFrame(site, plan, language, languageLinks: links)
    }

    func show(_ html: String, isProblem: Bool = false) -> Response {
        Answer.page(isProblem ? .unprocessableContent : .ok, html, formTargets: [authorization.redirectURI.origin])
    }

    func notice(_ notice: Notice, _ status: HTTPResponse.Status = .ok) -> Response {
        Answer.page(status, NoticePage(frame: frame(""), kind: notice).html())
    }

    /// The way back to the app: the outcome, the untouched `state`, and `iss` (RFC 9207).
    func answer(_ outcome: [(String, String)]) -> String {
        var parameters = outcome
        if let state = authorization.state { parameters.append(("state", state)) }
        parameters.append(("iss", plan.addresses.issuer))
        return authorization.redirectURI.appending(parameters)
    }

    var letter: MemberAuthorization.Letter {
        let (language, planName, appName) = (language, plan.name, app.name)
        let isRosterAddress = authorization.isIdentified && plan.policy.codeAddress == .roster
        let askedAt = String(site.world.now().instant.prefix(19)) + "Z"
        return { code in
            let mail = CodeMail(
                language: language, planName: planName, appName: appName, code: code, minutes: Authorization.codeMinutes, askedAt: askedAt,
                isRosterAddress: isRosterAddress)
            return (mail.subject, mail.text)
        }
    }
}

extension AuthorizationPages {
    /// A page of the walk: the walk must exist, be alive and belong to this browser.
    func page(_ step: String, _ body: @escaping @Sendable (Walk) async throws -> Response) -> Handler {
        { request, context in
            await open(request, context) { walk in
                if let wanted = request.uri.queryParameters["lang"].flatMap({ Language(rawValue: String($0)) }), wanted != walk.language {
                    _ = try await desk.speak(wanted.rawValue, in: walk.authorization)
                    // The address without the switch, so that a reload does not switch back.
                    return Answer.seeOther(walk.url(step))
                }
                return try await body(walk)
            }
        }
    }

    /// A form of the walk: it must also bring this walk's form token back.
    func form(_ body: @escaping @Sendable (Walk, MemberFormInput) async throws -> Response) -> Handler {
        { request, context in
            await open(request, context) { walk in
                let input = MemberFormInput(try await request.form())
                guard let token = input.token, constantTimeEqual(token.utf8, walk.formToken.value.utf8) else {
                    return walk.notice(.linkExpired, .forbidden)
                }
                return try await body(walk, input)
            }
        }
    }

    private func open(_ request: Request, _ context: SiteContext, _ body: (Walk) async throws -> Response) async -> Response {
        let asked = Language.preferred(acceptLanguage: request.headers[.acceptLanguage])
        func notice(_ notice: Notice, _ status: HTTPResponse.Status, _ language: Language) -> Response {
            Answer.page(status, NoticePage(frame: PageFrame(site, plan, language), kind: notice).html())
        }
        do {
            guard let id = context.parameters.get("walk"), id.utf8.count == 32,
                let authorization = try site.store.authorization(id, plan: plan.key),
                let browser = WalkCookie.read(request, plan: plan), browser.hash == authorization.browser
            else { return notice(.linkExpired, .notFound, asked) }
            let language = Language(rawValue: authorization.language) ?? asked
            guard site.world.now() < authorization.expiresAt else { return notice(.linkExpired, .gone, language) }
            guard authorization.step != .finished else { return notice(.alreadyFinished, .gone, language) }
            // An app that was suspended meanwhile may not go on.
            guard let app = try site.store.app(clientID: authorization.clientID, plan: plan.key) else {
                return notice(.unknownApp(detail: "The app is no longer registered for \(plan.name)."), .forbidden, language)
            }
            return try await body(Walk(site: site, plan: plan, authorization: authorization, app: app, language: language))
        } catch let error as OAuthError {
            return notice(.missingClient(detail: error.description), .badRequest, asked)
        } catch let refusal as Refusal where refusal.code == .conflict {
            return notice(.linkExpired, .conflict, asked)
        } catch {
            return notice(.somethingWentWrong(reference: Trouble.report(error)), .serviceUnavailable, asked)
        }
    }
}

extension PageFrame {
    init(_ site: Site, _ plan: Plan, _ language: Language, languageLinks: [Language: String] = [:]) {
        self.init(
            language: language, planName: plan.name, assetBase: plan.addresses.authorization + "/assets", languageLinks: languageLinks,
            sandboxHome: site.sandbox == nil ? nil : site.publicAddress + "/")
    }
}
