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

/// Turns whatever no surface has answered into a plain answer without any detail.
struct LastResort: RouterMiddleware {

    func handle(_ request: Request, context: SiteContext, next: @concurrent (Request, SiteContext) async throws -> Response) async throws
        -> Response
    {
        do { return try await next(request, context) } catch let error as HTTPError where error.status.code < 500 {
            return Answer.bytes(error.status, "text/plain; charset=utf-8", "\(error.status.code) \(error.status.reasonPhrase)\n".utf8)
        } catch {
            let reference = Trouble.report(error)
            return Answer.bytes(
                .serviceUnavailable, "text/plain; charset=utf-8", "The server cannot answer just now (reference \(reference)).\n".utf8)
        }
    }
}
