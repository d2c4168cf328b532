import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// Stands before a member's record pages: knows the browser, asks for the form's token, and lets only someone who is signed in past.
struct RecordDoor: Sendable {
    struct Row: Sendable {
        let method: HTTPRequest.Method
        let path: String
        /// Nobody need be signed in.
        var isOpen = false
        let handle: @Sendable (RecordCall) async throws -> Response
    }

    let site: Site
    let receiving: Receiving

    var root: String { "\(site.publicAddress)/\(receiving.plan.id)/record" }
    private var cookie: RecordCookie { RecordCookie(plan: receiving.plan, publicAddress: site.publicAddress) }
    private var rows: [Row] { RecordEntrance.rows + RecordSurface.rows + RecordChart.rows }

    func mount(_ router: Router<SiteContext>) {
        let base = "/\(receiving.plan.id)"
        let rows = rows
        var paths: [String] = []
        for row in rows where !paths.contains(row.path) { paths.append(row.path) }
        for path in paths {
            router.mount(
                base + "/record" + path, rows.filter { $0.path == path }.map { row in (row.method, { try await answer($0, $1, row) }) }
            ) {
                _ in Answer.page(.methodNotAllowed, RecordNoticePage(frame: plainFrame(.english), kind: .notFound).html())
            }
        }
        router.mount(base, [(.get, { _, _ in Answer.seeOther(root) })]) { _ in
            Answer.page(.methodNotAllowed, RecordNoticePage(frame: plainFrame(.english), kind: .notFound).html())
        }
    }

    private func plainFrame(_ language: Language) -> RecordFrame {
        RecordFrame(
            language: language, planName: receiving.plan.name, assetBase: site.publicAddress + "/assets",
            sandboxHome: site.sandbox == nil ? nil : site.publicAddress + "/", languageLinks: [:], root: root, isSignedIn: false,
            token: FormToken(""))
    }

    func answer(_ request: Request, _ context: SiteContext, _ row: Row) async throws -> Response {
        let known = cookie.read(request)
        let browser = known ?? Secret.make(.session)
        let language =
            RecordCookie.language(request).flatMap { Language(rawValue: $0) }
            ?? .preferred(acceptLanguage: request.headers[.acceptLanguage])
        do {
            if row.method == .get, let wanted = request.uri.queryParameters["lang"].flatMap({ Language(rawValue: String($0)) }) {
                // The address without the switch, so that a reload does not switch back.
                return Answer.seeOther(site.publicAddress + request.uri.path, [.setCookie: cookie.language(wanted.rawValue)])
            }
            let session = try session(known)
            if let session, site.world.now() > session.seenAt.adding(seconds: 60) {
                try await site.store.touch(session, at: site.world.now())
            }
            let form = row.method == .post ? try await request.form() : try FormParameters([UInt8]())
            let call = RecordCall(
                door: self, request: request, context: context, browser: browser, session: session, language: language,
                input: PortalInputValues(form))
            var response = try await admit(call, row)
            if known == nil, response.headers[.setCookie] == nil { response.headers[.setCookie] = cookie.header(browser) }
            return response
        } catch {
            return trouble(error, language)
        }
    }

    private func session(_ secret: Secret?) throws(Refusal) -> RecordSession? {
        guard let secret, let session = try site.store.recordSession(secret.hash, plan: receiving.plan.key),
            session.isLive(at: site.world.now())
        else { return nil }
        return session
    }

    private func admit(_ call: RecordCall, _ row: Row) async throws -> Response {
        if row.method == .post {
            let token = call.input.form.value("form_token") ?? ""
            let isForeign = call.request.headers[.secFetchSite].map { $0 != "same-origin" && $0 != "none" } ?? false
            guard !isForeign, constantTimeEqual(token.utf8, site.keys.formToken(call.browser.hash).utf8) else {
                return call.notice(.formExpired, .forbidden)
            }
        }
        guard row.isOpen || call.session != nil else { return Answer.seeOther(root) }
        return try await row.handle(call)
    }

    /// Signs this browser in with a new secret, so that one that was planted before opens nothing.
    func signIn(_ member: Key<Member>, _ call: RecordCall, how: String) async throws(Refusal) -> Response {
        let secret = Secret.make(.session)
        let session = RecordSession(
            plan: receiving.plan.key, member: member, hash: secret.hash, createdAt: call.now, seenAt: call.now)
        try await site.store.begin(session, audit: AuditEntry(.member(member), "record.sign-in", "member \(member.number)", detail: how))
        return Answer.seeOther(root, [.setCookie: cookie.header(secret)])
    }

    func signOut() -> HTTPFields { [.setCookie: cookie.header(Secret.make(.session))] }

    private func trouble(_ error: any Error, _ language: Language) -> Response {
        func page(_ status: HTTPResponse.Status, _ kind: RecordNoticePage.Kind) -> Response {
            Answer.page(status, RecordNoticePage(frame: plainFrame(language), kind: kind).html())
        }
        if let refusal = error as? Refusal {
            switch refusal.code {
            case .notFound: return page(.notFound, .notFound)
            case .conflict, .expired: return page(.conflict, .formExpired)
            case .tooManyAttempts: return page(.tooManyRequests, .tooMany)
            case .forbidden, .unauthorized: return page(.forbidden, .formExpired)
            case .invalid, .unavailable: break
            }
        }
        if error is OAuthError { return page(.badRequest, .formExpired) }
        return page(.serviceUnavailable, .trouble(reference: Trouble.report(error)))
    }
}
