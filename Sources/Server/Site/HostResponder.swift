import FHIR
import HTTPTypes
import Hummingbird
import NIOCore

/// Takes only requests for this server's own names, and puts a plan's own host in front of that plan's path.
struct HostResponder<Next: HTTPResponder>: HTTPResponder where Next.Context == SiteContext {
    typealias Context = SiteContext
    let hosts: HostTable
    let next: Next

    func respond(to request: Request, context: SiteContext) async throws -> Response {
        guard let host = request.head.authority, let root = hosts.root(of: host) else {
            return Answer.bytes(
                HTTPResponse.Status(code: 421, reasonPhrase: "Misdirected Request"), "text/plain; charset=utf-8",
                "This server does not answer to that host name. Its names are set in the configuration.\n".utf8)
        }
        switch root {
        case .site: return try await next.respond(to: request, context: context)
        case .plan(let path):
            var head = request.head
            head.path = Self.rewritten(request.head.path ?? "/", below: path)
            return try await next.respond(to: Request(head: head, body: request.body), context: context)
        }
    }

    /// RFC 8414 puts its document in front of the issuer's path; everything else moves below the plan.
    private static func rewritten(_ path: String, below root: String) -> String {
        let wellKnown = "/.well-known/oauth-authorization-server"
        return path.utf8.starts(with: wellKnown.utf8) ? wellKnown + root + path.dropFirst(wellKnown.count) : root + path
    }
}
