import HTTPTypes
import Hummingbird

typealias Handler = @Sendable (Request, SiteContext) async throws -> Response

extension RouterMethods where Context == SiteContext {
    /// Puts handlers at a path; every other method answers 405 with `Allow` (RFC 9110 §15.5.6).
    ///
    /// HEAD goes with GET, except where a GET begins something.
    func mount(
        _ path: String, _ handlers: [(HTTPRequest.Method, Handler)], withHead: Bool = true,
        otherwise refuse: @escaping @Sendable (String) -> Response
    ) {
        var allowed: [HTTPRequest.Method] = []
        for (method, handler) in handlers {
            on(RouterPath(path), method: method, use: handler)
            allowed.append(method)
            if method == .get, withHead {
                allowed.append(.head)
                on(RouterPath(path), method: .head) { request, context in
                    let response = try await handler(request, context)
                    return response.createHeadResponse()
                }
            }
        }
        let list = allowed.map(\.rawValue).joined(separator: ", ")
        for method in Self.methods where !allowed.contains(method) {
            on(RouterPath(path), method: method) { _, _ in
                var response = refuse(list)
                response.headers[.allow] = list
                return response
            }
        }
    }

    private static var methods: [HTTPRequest.Method] { [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect] }
}
