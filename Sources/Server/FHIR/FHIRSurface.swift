import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Trust

/// The read-only FHIR API of one plan: who asks is settled first, then what; every error is an OperationOutcome.
struct FHIRSurface: Sendable {
    let site: Site
    let plan: Plan
    let discovery: Discovery
    let cache: AccessCache
    let capabilities: [UInt8]

    init(site: Site, plan: Plan, discovery: Discovery, cache: AccessCache) {
        (self.site, self.plan, self.discovery, self.cache) = (site, plan, discovery, cache)
        capabilities = CapabilityStatement.json(plan: plan, date: site.world.now())
    }

    func mount(_ router: some RouterMethods<SiteContext>, at root: String) {
        let refuse: @Sendable (String) -> Response = { allowed in
            Answer.outcome(.methodNotAllowed, .notSupported, "This API only reads. Allowed here: \(allowed).")
        }
        let preflight: (HTTPRequest.Method, Handler) = (.options, { _, _ in Self.preflight })
        router.mount(root + "/metadata", [(.get, getMetadata), preflight], otherwise: refuse)
        router.mount(root + "/.well-known/smart-configuration", [(.get, discovery.getSMART), preflight], otherwise: refuse)
        router.mount(root + "/:type", [(.get, search), preflight], otherwise: refuse)
        router.mount(root + "/:type/_search", [(.post, searchByForm), preflight], otherwise: refuse)
        router.mount(root + "/:type/:id", [(.get, read), preflight], otherwise: refuse)
        router.mount(root + "/:type/:id/_history/:version", [(.get, readVersion), preflight], otherwise: refuse)
        let metadata = plan.addresses.fhir + "/metadata"
        let nothing: Handler = { _, _ in Answer.outcome(.notFound, .notFound, "There is nothing at this address. See \(metadata).") }
        router.mount(root, [(.get, nothing)], otherwise: refuse)
    }

    private func getMetadata(_ request: Request, _ context: SiteContext) async throws -> Response {
        guard accepts(request) else { return notAcceptable }
        return Answer.bytes(.ok, Answer.fhirJSON, capabilities, Answer.cors)
    }

    static let preflight = Response(
        status: .noContent,
        headers: Answer.cors.merging([
            .accessControlAllowMethods: "GET, HEAD, POST, OPTIONS",
            .accessControlAllowHeaders: "Authorization, Accept, Content-Type, Prefer, If-None-Match", .accessControlMaxAge: "3600",
        ]))

    // MARK: Who asks, and for what

    /// A request that may go on: a live token, a shared type, a scope that covers the interaction.
    struct Admission {
        let access: Access
        let type: ResourceType
        /// What a granular scope leaves open; nil for all.
        let restriction: [[SearchClause]]?
    }

    /// The order is the order of the answers: 406, 401, 404 for no such type, 403; none of them depends on what is stored.
    func admit(_ request: Request, _ context: SiteContext, to interaction: Scope.Interactions) throws(FHIRRefusal) -> Admission {
        guard accepts(request) else { throw FHIRRefusal(notAcceptable) }
        let entry = try authenticate(request)
        let (access, scope) = (entry.access, entry.scope)
        guard let name = context.parameters.get("type"), let type = ResourceType(name) else {
            throw FHIRRefusal(
                Answer.outcome(.notFound, .notFound, "There is no such resource type. See metadata for the types served here."))
        }
        guard ReleasedTypes.isClinical(type) else {
            throw FHIRRefusal(Answer.outcome(.forbidden, .forbidden, "\(type.name) is not shared in this exchange."))
        }
        guard let filters = scope.granularFilters(for: type.name, interaction: interaction) else {
            return Admission(access: access, type: type, restriction: nil)
        }
        guard !filters.isEmpty else {
            let error = OAuthError(.insufficientScope, "The token's scope does not cover this.")
            throw FHIRRefusal(
                Answer.outcome(
                    .forbidden, .forbidden, "The token's scope (\(access.scope)) does not cover this on \(type.name).",
                    [.wwwAuthenticate: BearerToken.wwwAuthenticate(realm: plan.id, error: error)]))
        }
        do throws(SearchProblem) {
            let restriction = try SearchQuery.restriction(filters.map { $0.map { ($0.name, $0.value) } }, type: type)
            return Admission(access: access, type: type, restriction: restriction)
        } catch { throw FHIRRefusal(Answer.outcome(.forbidden, .forbidden, error.explanation)) }
    }

    private func authenticate(_ request: Request) throws(FHIRRefusal) -> AccessCache.Entry {
        let token = BearerToken.parse(request.headers[.authorization])
        if case .token(let secret) = token {
            let hash = secret.hash
            let now = site.world.now()
            let known = cache.entry(hash, at: now)
            if let entry = known.entry { return entry }
            do throws(Refusal) {
                // A grant whose scope cannot be read opens nothing.
                if let access = try site.store.access(hash, plan: plan.key, at: now), let scope = try? ScopeSet(parsing: access.scope) {
                    let entry = AccessCache.Entry(access: access, scope: scope)
                    cache.remember(entry, for: hash, at: now, since: known.generation)
                    return entry
                }
            } catch { throw FHIRRefusal(Self.unavailable(error)) }
            throw unauthorized(OAuthError(.invalidToken, "The access token is unknown, expired or revoked."))
        }
        throw unauthorized(token.problem)
    }

    private func unauthorized(_ error: OAuthError?) -> FHIRRefusal {
        let challenge = BearerToken.wwwAuthenticate(realm: plan.id, error: error)
        let text =
            error?.description
            ?? "Send an access token: Authorization: Bearer ... See \(plan.addresses.fhir)/.well-known/smart-configuration."
        let isMalformed = error?.code == .invalidRequest
        return FHIRRefusal(
            Answer.outcome(isMalformed ? .badRequest : .unauthorized, isMalformed ? .invalid : .login, text, [.wwwAuthenticate: challenge]))
    }

    static func unavailable(_ error: any Error) -> Response {
        let reference = Trouble.report(error)
        return Answer.outcome(
            .serviceUnavailable, .transient, "The server cannot answer just now (reference \(reference)).", [.retryAfter: "2"])
    }

    // MARK: Content negotiation

    var notAcceptable: Response {
        Answer.outcome(.notAcceptable, .notSupported, "This server writes JSON only: application/fhir+json.")
    }

    /// JSON in any of its names; `_format` counts before `Accept` (FHIR R4 http §3.1.0.1.10).
    func accepts(_ request: Request) -> Bool {
        if let query = request.uri.query, query.utf8.contains(0x5F), let format = request.uri.queryParameters["_format"] {
            return Self.isJSON(format[...].drop { $0 == " " }.description)
        }
        guard let accept = request.headers[.accept], accept != "*/*" else { return true }
        return accept.split(separator: ",").contains { Self.isJSON(String($0)) }
    }

    private static func isJSON(_ text: String) -> Bool {
        let bytes = text.utf8.filter { $0 != 0x20 }.prefix { $0 != 0x3B }.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        return names.contains { $0.elementsEqual(bytes) }
    }

    private static let names = ["*/*", "application/*", "application/fhir+json", "application/json", "text/json", "json"].map {
        Array($0.utf8)
    }
}

/// An answer that ends a FHIR request early.
struct FHIRRefusal: Error {
    let response: Response
    init(_ response: Response) { self.response = response }
}
