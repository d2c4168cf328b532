import HTTPTypes
import Hummingbird
import Logging

/// Counts each request, and writes one line for it when asked to: the route's template, never the address with its query, so no code, name or id reaches a log.
struct RequestLog: RouterMiddleware {
    let logger: Logger

    func handle(_ request: Request, context: SiteContext, next: @concurrent (Request, SiteContext) async throws -> Response) async throws
        -> Response
    {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let spent = start.duration(to: .now)
        RequestMetrics.count(status: response.status.code, spent)
        guard logger.logLevel <= .info else { return response }
        logger.info(
            "request",
            metadata: [
                "route": "\(context.endpointPath ?? "-")", "method": "\(request.method.rawValue)", "status": "\(response.status.code)",
                "ms": "\(spent.components.seconds * 1000 + spent.components.attoseconds / 1_000_000_000_000_000)", "id": "\(context.id)",
            ])
        return response
    }
}
