import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// Stands before every page of the portal and of the console: knows the browser, asks for the form's token, and admits by the row.
package struct PortalDoor: Sendable {
    let site: Site
    let portal: Portal
    let passwords: PasswordDesk
    /// Forgets what is remembered of access tokens, when an app loses them.
    let forgetAccess: @Sendable () -> Void
    /// The OpenAPI document of the plan that developers build against; it stays the same while the server runs.
    let exchangeOpenAPI: [UInt8]
    var tryRuns: TryRuns { TryRuns(site: site) }

    package init(site: Site, portal: Portal, forgetAccess: @escaping @Sendable () -> Void = {}) {
        (self.site, self.portal, self.forgetAccess) = (site, portal, forgetAccess)
        passwords = PasswordDesk(cost: portal.passwordCost, onPassword: portal.onPassword)
        exchangeOpenAPI = site.builtAgainst.map { ExchangeOpenAPI(plan: $0).json } ?? []
    }

    var routes: [PortalRoute] {
        [
            AccountSurface.routes, PasswordSurface.routes, SettingsSurface.routes, ApplicationSurface.routes,
            SecretSurface.routes, VerificationSurface.routes, ProductionSurface.routes, DirectorySurface.routes,
            ReviewSurface.routes, ReviewApplicationSurface.routes, CollectionSurface.routes, DocsSurface.routes,
            PayerSurface.routes, TransferSurface.routes, CareSurface.routes, RequestLogSurface.routes, TrySurface.routes,
            LogoSurface.routes, RedirectChangeSurface.routes,
        ].flatMap { $0 }
    }

    /// The table of roles and routes, for the tests that are made from it.
    package var table: [PortalRow] { routes.map { PortalRow(method: $0.method.rawValue, path: $0.path, admission: $0.admission) } }

    func mount(_ router: Router<SiteContext>) {
        PortalAPI(door: self).mount(router)
        EvidenceFiles(site: site, bytes: portal.evidence).mount(router)
        LogoFiles(site: site).mount(router)
        var paths: [String] = []
        for route in routes where !paths.contains(route.path) { paths.append(route.path) }
        for path in paths {
            let rows = routes.filter { $0.path == path }
            router.mount(path, rows.map { row in (row.method, { try await answer($0, $1, row) }) }) { _ in
                let realm: Account.Realm = path.utf8.starts(with: "/review".utf8) ? .review : .portal
                return Answer.page(.methodNotAllowed, PortalNoticePage(frame: PortalFrame(site, realm), kind: .methodNotAllowed).html())
            }
        }
    }

    private func answer(_ request: Request, _ context: SiteContext, _ row: PortalRoute) async throws -> Response {
        let realm = row.admission.realm
        let cookie = PortalCookie(realm, publicAddress: site.publicAddress)
        let known = cookie.read(request)
        let browser = known ?? Secret.make(.session)
        do {
            let session = try session(known, realm)
            if let session { try await keepAlive(session) }
            let form = row.method == .post && row.body == .form ? try await request.form(limit: 65_536) : try FormParameters([UInt8]())
            let call = PortalCall(
                door: self, request: request, context: context, realm: realm, browser: browser, session: session,
                input: PortalInputValues(form))
            var response = try await admit(call, row)
            if known == nil, response.headers[.setCookie] == nil { response.headers[.setCookie] = cookie.header(browser) }
            return response
        } catch {
            return trouble(error, realm)
        }
    }

    private func session(_ secret: Secret?, _ realm: Account.Realm) throws(Refusal) -> Session? {
        guard let secret, let session = try site.store.session(secret.hash), session.account.role.realm == realm,
            session.isLive(at: site.world.now())
        else { return nil }
        return session
    }

    /// Once a minute is enough to know that someone is there.
    private func keepAlive(_ session: Session) async throws(Refusal) {
        let now = site.world.now()
        if now > session.seenAt.adding(seconds: 60) { try await site.store.touch(session.key, at: now) }
    }

    private func admit(_ call: PortalCall, _ row: PortalRoute) async throws -> Response {
        if row.method == .post {
            // Against requests forged by other sites: the token, and what the browser itself says of where the form was.
            let token = call.input.form.value("form_token") ?? ""
            let isForeign = call.request.headers[.secFetchSite].map { $0 != "same-origin" && $0 != "none" } ?? false
            guard !isForeign, row.body == .upload || isToken(token, of: call.browser) else {
                return call.notice(.formExpired, .forbidden)
            }
        }
        switch row.admission.judge(call.session) {
        case .admitted: return try await row.handle(call)
        case .signInFirst:
            let wanted = row.method == .get ? "?to=" + (call.request.uri.path) : ""
            return Answer.seeOther(call.root + "/sign-in" + wanted)
        case .secondFactorFirst: return Answer.seeOther(call.root + "/second-factor")
        case .forbidden: return call.notice(.forbidden, .forbidden)
        }
    }

    /// Whether this is the token of a form of this browser's own.
    func isToken(_ token: String, of browser: Secret) -> Bool { constantTimeEqual(token.utf8, site.keys.formToken(browser.hash).utf8) }

    private func trouble(_ error: any Error, _ realm: Account.Realm) -> Response {
        let frame = PortalFrame(site, realm)
        func page(_ status: HTTPResponse.Status, _ kind: PortalNoticePage.Kind) -> Response {
            Answer.page(status, PortalNoticePage(frame: frame, kind: kind).html())
        }
        if let refusal = error as? Refusal {
            switch refusal.code {
            case .notFound: return page(.notFound, .notFound)
            case .conflict: return page(.conflict, .formExpired)
            case .forbidden, .unauthorized: return page(.forbidden, .notNow)
            case .invalid, .expired, .tooManyAttempts, .unavailable: break
            }
        }
        if error is OAuthError { return page(.badRequest, .tooLarge) }
        return page(.serviceUnavailable, .somethingWentWrong(reference: Trouble.report(error)))
    }
}

extension PortalFrame {
    /// For an answer to nobody in particular.
    init(_ site: Site, _ realm: Account.Realm) {
        self.init(
            siteName: realm == .portal ? Self.portalName : Self.reviewName, assetBase: site.publicAddress + "/assets",
            sandboxHome: site.sandbox == nil ? nil : site.publicAddress + "/", menu: [], signOut: nil, token: FormToken(""))
    }
}

extension HTTPField.Name {
    /// Fetch Metadata: where a request comes from, as the browser says and a page cannot.
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .accept
    static let forwardedFor = HTTPField.Name("X-Forwarded-For") ?? .accept
}
