import Exchange
import HTTPTypes
package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import Pages
import Records
import Trust

/// The running server: its routes, its limits, and the answer to everything that is not there.
package enum SiteServer {
    package struct Address: Sendable {
        package let host: String
        package let port: Int
        package init(host: String, port: Int) { (self.host, self.port) = (host, port) }
    }

    /// Runs work that may wait for the store, away from every event loop.
    package typealias Wait = @Sendable (@escaping @Sendable () -> Void) -> Void

    /// Closes a connection on which nothing happens.
    private static let idleTimeout = TimeAmount.seconds(30)

    /// `onRunning` hears the port that was bound, which matters when 0 was asked for. Without the lane every request takes the router's way.
    /// With a certificate the server speaks TLS and nothing else.
    package static func make(
        _ site: Site, at address: Address, logger: Logger, hasLane: Bool = true, wait: Wait? = nil, certificate: ServerCertificate? = nil,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let desks = site.plans.map { FHIRDesk(site: site, plan: $0, tokens: AccessCache(), shelves: site.shelves) }
        let lane = FHIRLaneDesks(
            desks: desks.map { ("/\($0.plan.id)/r4", $0) }, site: site, logger: logger, isOpen: hasLane,
            wait: wait)
        let responder = HostResponder(site: site, next: router(site, desks, logger).buildResponder())
        site.ownRoutes.open { try await responder.respond(to: $0, context: $1) }
        let isSecure = certificate != nil
        let wire = HTTP1Channel.Configuration(
            additionalChannelHandlers: [WireHandlersInstaller(desks: lane, idleTimeout: idleTimeout, isSecure: isSecure)],
            httpDecoderConfiguration: .init(maxHeaderFieldSize: 12 * 1024, maxHeaderListSize: 16 * 1024, maxHeaderFieldCount: 64))
        return Application(
            responder: responder,
            server: HTTPServerBuilder { responder in
                let plain = HTTP1Channel(responder: responder, configuration: wire)
                if let certificate { return SecureChannel(base: plain, certificate: certificate) }
                return plain
            },
            configuration: .init(address: .hostname(address.host, port: address.port), serverName: nil, backlog: 1024, reuseAddress: true),
            onServerRunning: { channel in
                site.state.serve()
                await onRunning(channel.localAddress?.port ?? address.port)
            },
            logger: logger)
    }

    private static func router(_ site: Site, _ desks: [FHIRDesk], _ logger: Logger) -> Router<SiteContext> {
        let router = Router(context: SiteContext.self)
        router.add(middleware: RequestLog(site: site, logger: logger))
        router.add(middleware: LastResort(site: site))
        mountAssets(router, at: "/assets")
        router.mount("/healthz", [(.get, { _, _ in Answer.bytes(.ok, plainText, "ok\n".utf8) })], otherwise: onlyRead)
        for desk in desks { mount(desk, site, router) }
        if let sandbox = site.sandbox { SandboxPages(site: site, sandbox: sandbox).mount(router) }
        for receiving in site.receiving { RecordDoor(site: site, receiving: receiving).mount(router) }
        if let portal = site.portal {
            let door = PortalDoor(site: site, portal: portal) { for desk in desks { desk.tokens.forgetAll() } }
            door.mount(router)
        }
        return router
    }

    private static func mount(_ fhir: FHIRDesk, _ site: Site, _ router: Router<SiteContext>) {
        let plan = fhir.plan
        let root = "/\(plan.id)/oauth2"
        let refuse: @Sendable (String) -> Response = { allowed in
            Answer.oauth(.init(.invalidRequest, "This address takes \(allowed).")).with(status: .methodNotAllowed)
        }
        let preflight: (HTTPRequest.Method, Handler) = (.options, { _, _ in Answer.preflight })
        let desk = MemberAuthorization(store: site.store, world: site.world, codeKey: site.keys.emailCode)
        let discovery = Discovery(plan: plan)
        let authentication = ClientAuthentication(site: site, plan: plan)
        let cache = fhir.tokens
        let authorize = AuthorizeEndpoint(site: site, plan: plan, desk: desk)
        let token = TokenEndpoint(site: site, plan: plan, authentication: authentication, cache: cache)
        let inquiry = TokenInquiry(site: site, plan: plan, authentication: authentication, cache: cache)
        let noting = RequestNoting(site: site, plan: plan)
        func noted(_ kind: RequestRecord.Kind, _ method: HTTPRequest.Method, _ handler: @escaping Handler) -> (HTTPRequest.Method, Handler)
        {
            (method, noting(kind, kind == .authorize ? "/oauth2/authorize/payer2payer" : "/oauth2/\(kind.rawValue)", handler))
        }
        router.mount(
            root + "/authorize/payer2payer", [noted(.authorize, .get, authorize.get), noted(.authorize, .post, authorize.post)],
            withHead: false, otherwise: refuse)
        router.mount(root + "/token", [noted(.token, .post, token.post), preflight], otherwise: refuse)
        router.mount(root + "/revoke", [noted(.revoke, .post, inquiry.revoke), preflight], otherwise: refuse)
        router.mount(root + "/introspect", [noted(.introspect, .post, inquiry.introspect), preflight], otherwise: refuse)
        for place in ["\(root)/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server\(root)"] {
            router.mount(place, [(.get, discovery.getAuthorizationServer), preflight], otherwise: refuse)
        }
        mountAssets(router, at: root + "/assets")
        AuthorizationPages(site: site, plan: plan, desk: desk, shelves: fhir.shelves).mount(router, at: root)
        FHIRSurface(desk: fhir, discovery: discovery).mount(router)
    }

    private static let plainText = "text/plain; charset=utf-8"

    @Sendable private static func onlyRead(_ allowed: String) -> Response {
        Answer.bytes(.methodNotAllowed, plainText, "This address takes \(allowed).\n".utf8)
    }

    private static func mountAssets(_ router: Router<SiteContext>, at root: String) {
        let get: Handler = { request, context in
            guard let asset = context.parameters.get("name").flatMap({ Asset.named($0) }) else {
                return Answer.bytes(.notFound, plainText, "There is no such file.\n".utf8)
            }
            let headers: HTTPFields = [.eTag: asset.etag, .cacheControl: "public, max-age=300", .xContentTypeOptions: "nosniff"]
            if request.headers[.ifNoneMatch] == asset.etag { return Response(status: .notModified, headers: headers) }
            var all = headers
            all[.contentType] = asset.contentType
            return Response(status: .ok, headers: all, body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
        }
        router.mount(root + "/:name", [(.get, get)], otherwise: onlyRead)
    }
}

extension Response {
    func with(status: HTTPResponse.Status) -> Response {
        var response = self
        response.status = status
        return response
    }
}
