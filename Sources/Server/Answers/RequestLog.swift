import HTTPTypes
import Hummingbird
import Logging

/// Counts each request, and writes one line for it when asked to: the route's template, never the address with its query, so no code, name or id reaches a log.
struct RequestLog: RouterMiddleware {
    let site: Site
    let logger: Logger

    func handle(_ request: Request, context: SiteContext, next: @concurrent (Request, SiteContext) async throws -> Response) async throws
        -> Response
    {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let microseconds = start.duration(to: .now).microseconds
        // What the portal asks of itself is no request that came in.
        if !context.isTried { count(response.status.code, microseconds, context) }
        guard logger.logLevel <= .info else { return response }
        logger.info(
            "request",
            metadata: [
                "route": "\(context.endpointPath ?? "-")", "method": "\(request.method.rawValue)", "status": "\(response.status.code)",
                "ms": "\(microseconds / 1000)", "id": "\(context.id)",
            ])
        return response
    }

    private func count(_ status: Int, _ microseconds: Int, _ context: SiteContext) {
        if let shape = context.trace.told.shape {
            site.measures.answered(shape, status, microseconds: microseconds)
        } else {
            site.measures.answered(context.endpointPath, of: site.plans, status, microseconds: microseconds)
        }
    }
}

extension Duration {
    var microseconds: Int { Int(components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000) }
}
