import FHIR
import HTTPTypes
import Hummingbird

/// Turns whatever no surface has answered into a plain answer without any detail; below a FHIR base into an OperationOutcome.
struct LastResort: RouterMiddleware {
    /// The paths of the FHIR bases, each with its last slash.
    let fhirRoots: [String]

    func handle(
        _ request: Request, context: SiteContext, next: @concurrent (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as HTTPError where error.status.code < 500 {
            let path = request.uri.path
            if error.status == .notFound, let root = fhirRoots.first(where: { path.utf8.starts(with: $0.utf8) }) {
                return Answer.outcome(.notFound, .notFound, "There is nothing at this address. See \(root)metadata.")
            }
            return Answer.bytes(
                error.status, "text/plain; charset=utf-8", "\(error.status.code) \(error.status.reasonPhrase)\n".utf8)
        } catch {
            let reference = Trouble.report(error)
            return Answer.bytes(
                .serviceUnavailable, "text/plain; charset=utf-8", "The server cannot answer just now (reference \(reference)).\n".utf8)
        }
    }
}
