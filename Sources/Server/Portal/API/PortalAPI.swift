import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// The portal's steps as JSON, for a session's token instead of a cookie: `Authorization: Bearer`. RFC 6750 §2.1.
struct PortalAPI: Sendable {
    let door: PortalDoor

    private var site: Site { door.site }
    private static let largestBody = 65_536

    func mount(_ router: Router<SiteContext>) {
        let routes = PortalAPIRoutes.all
        var paths: [String] = []
        for route in routes where !paths.contains(route.routerPath) { paths.append(route.routerPath) }
        for path in paths {
            let rows = routes.filter { $0.routerPath == path }
            router.mount(path, rows.map { row in (row.method, { try await answer($0, $1, row) }) }) { allowed in
                Self.error(.methodNotAllowed, "This address takes \(allowed).")
            }
        }
        let document = PortalAPIDocument.json(routes, server: site.publicAddress, version: Version.text)
        router.mount("/api/portal/openapi.json", [(.get, { _, _ in Answer.json(.ok, document, Answer.cors) })]) { allowed in
            Self.error(.methodNotAllowed, "This address takes \(allowed).")
        }
    }

    private func answer(_ request: Request, _ context: SiteContext, _ row: PortalAPIRoute) async throws -> Response {
        do {
            let secret = Self.bearer(request)
            let session = try live(secret)
            // Who asks is known before a body is read.
            if !row.isOpen, session == nil {
                return Self.error(
                    .unauthorized, "Sign in first, and send the token as Authorization: Bearer.", [.wwwAuthenticate: "Bearer"])
            }
            guard let input = try await read(request, row) else {
                return Self.error(.badRequest, "The body must be a JSON object with the members that the OpenAPI document names.")
            }
            let call = PortalCall(
                door: door, request: request, context: context, realm: .portal, browser: secret ?? Secret.make(.session), session: session,
                input: input)
            return try await row.handle(call)
        } catch let refusal as Refusal {
            switch refusal.code {
            case .notFound: return Self.error(.notFound, "There is nothing of yours at this address.")
            case .conflict: return Self.error(.conflict, refusal.message)
            case .forbidden, .unauthorized: return Self.error(.forbidden, refusal.message)
            case .invalid, .expired, .tooManyAttempts, .unavailable:
                return Self.error(.serviceUnavailable, "Try again shortly (reference \(Trouble.report(refusal))).")
            }
        } catch { return Self.error(.serviceUnavailable, "Try again shortly (reference \(Trouble.report(error))).") }
    }

    private static func bearer(_ request: Request) -> Secret? {
        guard let line = request.headers[.authorization], line.utf8.count < 200, line.prefix(7).lowercased() == "bearer " else {
            return nil
        }
        return Secret(String(line.dropFirst(7)), kind: .session)
    }

    private func live(_ secret: Secret?) throws(Refusal) -> Session? {
        guard let secret, let session = try site.store.session(secret.hash), session.account.role == .developer, session.stage == .full,
            session.isLive(at: site.world.now())
        else { return nil }
        return session
    }

    /// Nil for what is no object of the row's members.
    private func read(_ request: Request, _ row: PortalAPIRoute) async throws -> PortalInputValues? {
        guard case .object(let members) = row.body else { return try PortalInputValues([:]) }
        guard (request.headers[.contentType] ?? "").lowercased().hasPrefix("application/json"),
            let buffer = try? await request.body.collect(upTo: Self.largestBody)
        else { return nil }
        var values: [String: String] = [:]
        let isRight =
            (try? JSONParser().withDocument(Array(buffer.readableBytesView)) { root in Self.take(root, members, &values) }) ?? false
        return isRight ? try PortalInputValues(values) : nil
    }

    private static func take(_ root: JSONValue, _ members: [PortalAPIRoute.Member], _ values: inout [String: String]) -> Bool {
        guard root.isObject else { return false }
        var isRight = true
        root.forEachMember { name, value in
            guard let member = members.first(where: { $0.name.hasSameBytes(as: name.string ?? "") }) else {
                isRight = false
                return
            }
            switch member.kind {
            case .text: if let text = value.string { values[member.name] = text } else { isRight = false }
            case .texts:
                guard value.isArray else {
                    isRight = false
                    return
                }
                var lines: [String] = []
                value.forEachElement { if let line = $0.string { lines.append(line) } else { isRight = false } }
                values[member.name] = lines.joined(separator: "\n")
            case .number(let choices):
                if let number = value.token.flatMap({ Int($0) }), choices.contains(number) {
                    values[member.name] = String(number)
                } else {
                    isRight = false
                }
            }
        }
        return isRight && members.allSatisfy { !$0.isRequired || values[$0.name] != nil }
    }

    // MARK: Answers

    static func error(_ status: HTTPResponse.Status, _ words: String, _ more: HTTPFields = [:]) -> Response {
        var writer = JSONWriter()
        writer.object { $0.member("error", words) }
        return Answer.json(status, writer.bytes, more)
    }

    static func problems(_ problems: [PortalProblem]) -> Response {
        var writer = JSONWriter()
        writer.object { root in
            root.member(
                "problems",
                array: { list in
                    for problem in problems {
                        list.object { entry in
                            if let field = problem.field { entry.member("field", field.rawValue) }
                            entry.member("message", problem.words)
                        }
                    }
                })
        }
        return Answer.json(.unprocessableContent, writer.bytes)
    }

    static func object(_ status: HTTPResponse.Status = .ok, _ body: (inout JSONWriter) throws -> Void) rethrows -> Response {
        var writer = JSONWriter()
        var inner = JSONWriter()
        try body(&inner)
        // The members were written bare; the braces come around them.
        writer.raw([UInt8(ascii: "{")] + inner.bytes + [UInt8(ascii: "}")])
        return Answer.json(status, writer.bytes)
    }
}
