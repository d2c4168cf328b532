import Hummingbird
import Synchronization

/// The server's own way in, behind the socket: everything that stands before a handler for a request from outside stands before one of
/// these too, the check of the host name first.
package final class OwnRoutes: Sendable {
    typealias Respond = @Sendable (Request, SiteContext) async throws -> Response

    private let way = Mutex<Respond?>(nil)

    package init() {}

    /// Once the routes are made, which know the portal, which asks them.
    func open(_ respond: @escaping Respond) { way.withLock { $0 = respond } }

    var respond: Respond? { way.withLock { $0 } }
}
