import FHIR
import HTTPTypes
import Hummingbird
import NIOCore
import Trust

/// The answers that the surfaces share, each with the headers it must have.
enum Answer {
    static let fhirJSON = "application/fhir+json; charset=utf-8"
    static let json = "application/json"

    static func bytes(
        _ status: HTTPResponse.Status, _ contentType: String, _ bytes: some Sequence<UInt8>, _ more: HTTPFields = [:]
    ) -> Response {
        var headers: HTTPFields = [
            .contentType: contentType, .cacheControl: "no-store", .xContentTypeOptions: "nosniff", .referrerPolicy: "no-referrer",
            .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        ]
        headers.append(contentsOf: more)
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func json(_ status: HTTPResponse.Status, _ json: [UInt8], _ more: HTTPFields = [:]) -> Response {
        bytes(status, Self.json, json, more)
    }

    /// `formTargets` are the origins besides our own to which this page's form may lead: a browser counts the redirect after it.
    ///
    /// `mayConnect`: its script may send a form of ours and show how far it has come.
    static func page(_ status: HTTPResponse.Status, _ html: String, formTargets: [String] = [], mayConnect: Bool = false) -> Response {
        let targets = (["'self'"] + formTargets).joined(separator: " ")
        let connections = mayConnect ? " connect-src 'self';" : ""
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
                .referrerPolicy: "no-referrer", .crossOriginOpenerPolicy: "same-origin", .crossOriginResourcePolicy: "same-origin",
                .contentSecurityPolicy:
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;\(connections) form-action \(targets); base-uri 'none'; frame-ancestors 'none'",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    /// RFC 9700 §4.12: 303, never 307, after a form.
    static func seeOther(_ address: String, _ more: HTTPFields = [:]) -> Response {
        var headers: HTTPFields = [.location: address, .cacheControl: "no-store", .referrerPolicy: "no-referrer"]
        headers.append(contentsOf: more)
        return Response(status: .seeOther, headers: headers)
    }

    static func outcome(_ status: HTTPResponse.Status, _ code: OperationOutcome.Code, _ text: String, _ more: HTTPFields = [:]) -> Response
    {
        bytes(status, fhirJSON, OperationOutcome(code, text).json, more.merging(cors))
    }

    /// RFC 6749 §5.2: 400, or 401 for the client; a challenge when the client had used the Authorization header.
    static func oauth(_ error: OAuthError, usedHeader: Bool = false) -> Response {
        var more: HTTPFields = cors
        more[.pragma] = "no-cache"
        let isClientFault = error.code == .invalidClient
        if isClientFault, usedHeader { more[.wwwAuthenticate] = #"Basic realm="payerbridge""# }
        return json(HTTPResponse.Status(code: error.tokenEndpointStatus), error.json, more)
    }

    /// What a browser is told that asks first whether it may ask (Fetch, CORS preflight).
    static let preflight = Response(
        status: .noContent,
        headers: cors.merging([
            .accessControlAllowMethods: "GET, HEAD, POST, OPTIONS",
            .accessControlAllowHeaders: "Authorization, Accept, Content-Type, Prefer, If-None-Match, If-Modified-Since",
            .accessControlMaxAge: "3600",
        ]))

    static let cors: HTTPFields = [.accessControlAllowOrigin: "*"]
    /// RFC 6749 §5.1: `Cache-Control` is always sent, `Pragma` for old caches.
    static let uncached: HTTPFields = [.accessControlAllowOrigin: "*", .pragma: "no-cache"]
}

extension HTTPFields {
    func merging(_ more: HTTPFields) -> HTTPFields {
        var all = self
        for field in more where all[field.name] == nil { all.append(field) }
        return all
    }
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name.named("Referrer-Policy")
    static let crossOriginOpenerPolicy = HTTPField.Name.named("Cross-Origin-Opener-Policy")
    static let pragma = HTTPField.Name.named("Pragma")
    static let prefer = HTTPField.Name.named("Prefer")

    /// These are tokens (RFC 9110 §5.6.2); `accept` only stands in for a name that could not be one.
    private static func named(_ text: String) -> HTTPField.Name { HTTPField.Name(text) ?? .accept }
}
