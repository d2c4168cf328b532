import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// Turns whatever no surface has answered into an answer without any detail, in the form of the surface below which it was asked.
struct LastResort: RouterMiddleware {
    let site: Site

    func handle(
        _ request: Request, context: SiteContext, next: @concurrent (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as HTTPError where error.status.code < 500 {
            if error.status == .notFound, let answer = nothingHere(request) { return answer }
            return Answer.bytes(
                error.status, "text/plain; charset=utf-8", "\(error.status.code) \(error.status.reasonPhrase)\n".utf8)
        } catch {
            let reference = Trouble.report(error)
            return Answer.bytes(
                .serviceUnavailable, "text/plain; charset=utf-8", "The server cannot answer just now (reference \(reference)).\n".utf8)
        }
    }

    private func nothingHere(_ request: Request) -> Response? {
        let path = request.uri.path
        func isBelow(_ root: String) -> Bool { (path + "/").utf8.starts(with: root.utf8) }
        if site.portal != nil {
            for (root, realm) in [("/portal/", Account.Realm.portal), ("/docs/", .portal), ("/review/", .review)] where isBelow(root) {
                return Answer.page(.notFound, PortalNoticePage(frame: PortalFrame(site, realm), kind: .notFound).html())
            }
        }
        for plan in site.plans {
            if isBelow("/\(plan.id)/r4/") {
                return Answer.outcome(.notFound, .notFound, "There is nothing at this address. See \(plan.addresses.fhir)/metadata.")
            }
            if isBelow("/\(plan.id)/oauth2/authorization/") {
                let language = Language.preferred(acceptLanguage: request.headers[.acceptLanguage])
                return Answer.page(.notFound, NoticePage(frame: PageFrame(site, plan, language), kind: .notFound).html())
            }
            if isBelow("/\(plan.id)/oauth2/") {
                let error = OAuthError(
                    .invalidRequest,
                    "There is nothing at this address. See \(plan.addresses.issuer)/.well-known/oauth-authorization-server.")
                return Answer.json(.notFound, error.json, Answer.cors)
            }
        }
        return nil
    }
}
