import Exchange
import FHIR
import Hummingbird
import Trust

/// Other redirect URIs of an application with production access.
extension PortalAPIRoutes {
    static let redirects: [PortalAPIRoute] = [
        PortalAPIRoute(
            .get, app + "/redirect-change", "readRedirectChange", "The latest request for other redirect URIs",
            [Said(200, "It", "RedirectChange"), noSession, notFound, unavailable]
        ) { call in try redirectChange(try ApplicationSurface.own(call), call) },
        PortalAPIRoute(
            .post, app + "/redirect-change", "askRedirectChange",
            "Ask for other redirect URIs of an application with production access; those before stay live until a reviewer agrees",
            body: .object([.init("redirect_uris", .texts), .init("reason")]),
            [Said(201, "Sent", "RedirectChange"), invalid, noSession, forbidden, notFound, problems, unavailable]
        ) { call in
            let application = try RedirectChangeSurface.own(call)
            let found = try await RedirectChangeSurface.ask(application, call)
            guard found.isEmpty else { return PortalAPI.problems(found) }
            var response = try redirectChange(application, call)
            response.status = .created
            return response
        },
        PortalAPIRoute(
            .delete, app + "/redirect-change", "withdrawRedirectChange", "Withdraw the request that waits for a reviewer",
            [Said(200, "Withdrawn", "RedirectChange"), noSession, forbidden, notFound, conflict, unavailable]
        ) { call in
            let application = try RedirectChangeSurface.own(call)
            guard try await RedirectChangeSurface.withdraw(application, call) else { throw Refusal(.conflict, "It moved on meanwhile.") }
            return try redirectChange(application, call)
        },
    ]

    private static func redirectChange(_ application: DeveloperApp, _ call: PortalCall) throws -> Response {
        guard let change = try call.store.redirectChange(of: application.key) else { throw Refusal(.notFound, "") }
        return PortalAPI.object {
            $0.member("state", change.state.rawValue)
            $0.member("redirectUris", strings: change.redirectURIs)
            $0.member("reason", change.reason)
            $0.member("submittedAt", change.submittedAt.instant)
        }
    }
}
