import HTTPTypes
import Hummingbird
import Logging
import Metrics

/// One line a request: the route's template, never the address with its query, so no code, name or id reaches a log.
struct RequestLog: RouterMiddleware {
    let logger: Logger

    func handle(_ request: Request, context: SiteContext, next: @concurrent (Request, SiteContext) async throws -> Response) async throws
        -> Response
    {
        guard logger.logLevel <= .info else { return try await next(request, context) }
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let spent = start.duration(to: .now)
        logger.info(
            "request",
            metadata: [
                "route": "\(context.endpointPath ?? "-")", "method": "\(request.method.rawValue)", "status": "\(response.status.code)",
                "ms": "\(spent.components.seconds * 1000 + spent.components.attoseconds / 1_000_000_000_000_000)", "id": "\(context.id)",
            ])
        return response
    }
}
