import Exchange
import FHIR
import Hummingbird
import Trust

/// What a developer takes into tools of their own.
extension PortalAPIRoutes {
    static let downloads: [PortalAPIRoute] = [
        PortalAPIRoute(
            .get, "/directory", "readDirectory", "The addresses of every production plan",
            [Said(200, "All of them", "Directory"), noSession, forbidden, unavailable]
        ) { try DirectorySurface.json($0) },
        PortalAPIRoute(
            .get, "/directory/csv", "readDirectoryAsCSV", "The same as CSV (RFC 4180)",
            [Said(200, "A line for each plan", type: "text/csv"), noSession, forbidden, unavailable]
        ) { try DirectorySurface.csv($0) },
        PortalAPIRoute(
            .get, "/directory/fhir", "readDirectoryAsFHIR", "The same as a FHIR Bundle of Organization and Endpoint",
            [Said(200, "A Bundle", type: "application/fhir+json"), noSession, forbidden, unavailable]
        ) { try DirectorySurface.bundle($0) },
        PortalAPIRoute(
            .get, app + "/collections/postman", "readPostmanCollection", "A Postman collection with your values and never the secret",
            [Said(200, "Postman v2.1", type: "application/json"), noSession, notFound, unavailable]
        ) { try CollectionSurface.postman($0) },
        PortalAPIRoute(
            .get, app + "/collections/http", "readHTTPCollection", "The same as an .http file",
            [Said(200, "Requests as text", type: "text/plain"), noSession, notFound, unavailable]
        ) { try CollectionSurface.http($0) },
    ]
}
