import Exchange
import HTTPTypes
import Hummingbird
import Pages
import Trust

/// What a developer takes into a tool of their own: collections with their values, and the OpenAPI document.
enum CollectionSurface {
    static let routes: [PortalRoute] = [
        PortalRoute(.get, "/docs/openapi.json", .anyone(.portal), openAPI),
        PortalRoute(.get, "/portal/applications/:client/postman.json", .developer) { try postman($0) },
        PortalRoute(.get, "/portal/applications/:client/requests.http", .developer) { try http($0) },
    ]

    static func postman(_ call: PortalCall) throws -> Response {
        let collection = try collection(call)
        return file("application/json", "\(collection.application.clientID).postman_collection.json", collection.postman)
    }

    static func http(_ call: PortalCall) throws -> Response {
        let collection = try collection(call)
        return file("text/plain; charset=utf-8", "\(collection.application.clientID).http", Array(collection.http.utf8))
    }

    private static func plan(_ call: PortalCall) throws(Refusal) -> Plan {
        guard let plan = call.site.builtAgainst else { throw Refusal(.notFound, "There is no plan here.") }
        return plan
    }

    private static func collection(_ call: PortalCall) throws(Refusal) -> ClientCollection {
        ClientCollection(plan: try plan(call), application: try ApplicationSurface.own(call))
    }

    private static func openAPI(_ call: PortalCall) async throws -> Response {
        Answer.json(.ok, call.door.exchangeOpenAPI, Answer.cors)
    }

    private static func file(_ type: String, _ name: String, _ bytes: [UInt8]) -> Response {
        var response = Answer.bytes(.ok, type, bytes)
        response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
