import FHIR
import HTTPTypes
import Hummingbird
import NIOCore

/// Takes only requests for this server's own names, and puts a plan's own host in front of that plan's path.
struct HostResponder<Next: HTTPResponder>: HTTPResponder where Next.Context == SiteContext {
    typealias Context = SiteContext
    let site: Site
    let next: Next

    private static var largestBody: Int { 1 << 20 }

    func respond(to request: Request, context: SiteContext) async throws -> Response {
        let largest = PortalUpload.isUpload(request) ? PortalUpload.largestBody : Self.largestBody
        if let length = request.headers[.contentLength], Int(length).map({ $0 > largest }) ?? true {
            return refused(.contentTooLarge, "The body is larger than anything this server takes.\n")
        }
        // A probe on this machine need not know the plan's names.
        if request.head.path == "/healthz", HostTable.isLoopback(request.head.authority ?? "") {
            return try await next.respond(to: request, context: context)
        }
        guard let host = request.head.authority, let root = site.hosts.root(of: host) else {
            return refused(
                HTTPResponse.Status(code: 421, reasonPhrase: "Misdirected Request"),
                "This server does not answer to that host name. Its names are set in the configuration.\n")
        }
        switch root {
        case .site: return try await next.respond(to: request, context: context)
        case .plan(let path):
            var head = request.head
            head.path = Self.rewritten(request.head.path ?? "/", below: path)
            return try await next.respond(to: Request(head: head, body: request.body), context: context)
        }
    }

    private func refused(_ status: HTTPResponse.Status, _ text: String) -> Response {
        site.measures.answered(nil, of: [], status.code, microseconds: 0)
        return Answer.bytes(status, "text/plain; charset=utf-8", text.utf8, [.connection: "close"])
    }

    /// RFC 8414 puts its document in front of the issuer's path; everything else moves below the plan.
    private static func rewritten(_ path: String, below root: String) -> String {
        let wellKnown = "/.well-known/oauth-authorization-server"
        return path.utf8.starts(with: wellKnown.utf8) ? wellKnown + root + path.dropFirst(wellKnown.count) : root + path
    }
}
