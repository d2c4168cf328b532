import Exchange
import HTTPTypes
import Hummingbird

/// Notes what a plan's OAuth endpoints were asked, for the developers of the apps: at a plan of the sandbox, where a portal is open.
struct RequestNoting: Sendable {
    let site: Site
    let plan: Plan

    /// The handler, with its answers named by `X-Request-Id` and noted.
    func callAsFunction(_ kind: RequestRecord.Kind, _ route: String, _ handler: @escaping Handler) -> Handler {
        guard let requests = site.requests(at: plan) else { return handler }
        return { [site, plan] request, context in
            let start = ContinuousClock.now
            var response = try await handler(request, context)
            let id = requests.nextID()
            response.headers[.requestID] = id
            let told = context.trace.told
            guard let app = told.app else { return response }
            let record = RequestRecord(
                id: id, app: app, plan: plan.key, at: site.world.now(), kind: kind, method: request.method.rawValue, route: route,
                status: response.status.code, microseconds: start.duration(to: .now).microseconds, error: told.error,
                explanation: told.explanation, isTried: context.isTried)
            requests.add(record, isProven: told.isProven)
            return response
        }
    }
}

extension HTTPField.Name {
    /// FHIR R4 http §3.1.0.1.14: what the server calls this request in its log.
    static let requestID = HTTPField.Name("X-Request-Id") ?? .accept
}
