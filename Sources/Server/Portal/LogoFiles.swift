import Exchange
import HTTPTypes
import Hummingbird

/// Hands logos out as evidence is: as attachments that a page may show as a picture, without looking at a cookie.
struct LogoFiles: Sendable {
    let site: Site

    /// Below a plan too, since a member's page shows what comes from its own host alone.
    func mount(_ router: Router<SiteContext>) {
        for root in [""] + site.plans.map({ "/\($0.id)/oauth2" }) {
            router.mount(root + "/logos/:name", [(.get, get)]) { _ in Self.nothing(.methodNotAllowed) }
        }
    }

    private func get(_ request: Request, _ context: SiteContext) async throws -> Response {
        guard let name = context.parameters.get("name"), let logo = try site.store.logo(name) else { return Self.nothing(.notFound) }
        var response = Answer.bytes(.ok, logo.size.kind.contentType, logo.bytes)
        // The name is new with every change.
        response.headers[.cacheControl] = "public, max-age=86400, immutable"
        response.headers[.contentDisposition] = "attachment; filename=\"logo.\(logo.size.kind.rawValue)\""
        response.headers[.contentSecurityPolicy] = "sandbox; default-src 'none'"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        return response
    }

    private static func nothing(_ status: HTTPResponse.Status) -> Response {
        Answer.bytes(status, "text/plain; charset=utf-8", "There is no such picture.\n".utf8)
    }
}
