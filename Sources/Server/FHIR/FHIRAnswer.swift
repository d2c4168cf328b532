import Exchange
import FHIR
import NIOCore
import NIOHTTP1

/// The answer to a FHIR request: bytes in parts, so that what is stored is sent without being copied.
struct FHIRAnswer {
    var status: Int
    var headers: HTTPHeaders
    var parts: [ByteBuffer]
    /// What must be on record before the answer may leave.
    var disclosure: Disclosure?
    /// What an OperationOutcome says.
    var problem: (code: String, words: String)?
    /// What kind of address was asked, for the counters.
    var shape = FHIRRoute.Shape.nothing
    /// Under which name the request is noted, at a plan where it is.
    var note: Note?

    /// Whose request it was, and what it asked for.
    struct Note {
        let id: String
        let app: Key<App>?
        let template: String
        let type: ResourceType?

        /// The address's shape, with the type in it.
        var route: String { type.map { template.replacing("{type}", with: $0.name) } ?? template }
    }

    var length: Int { parts.reduce(0) { $0 + $1.readableBytes } }

    init(_ status: Int, _ headers: HTTPHeaders, _ parts: [ByteBuffer], disclosure: Disclosure? = nil) {
        (self.status, self.headers, self.parts, self.disclosure) = (status, headers, parts, disclosure)
    }

    /// Headers of an answer that carries clinical data.
    static let clinical: HTTPHeaders = [
        "Content-Type": Answer.fhirJSON, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Last-Modified, X-Request-Id", "Vary": "Accept-Encoding",
    ]

    /// Headers of an answer about the request itself.
    private static let plain: HTTPHeaders = [
        "Content-Type": Answer.fhirJSON, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Access-Control-Allow-Origin": "*",
    ]

    static func document(_ json: [UInt8]) -> FHIRAnswer { FHIRAnswer(200, plain, [ByteBuffer(bytes: json)]) }

    static func outcome(_ status: Int, _ code: OperationOutcome.Code, _ text: String, _ more: HTTPHeaders = [:]) -> FHIRAnswer {
        var headers = plain
        headers.add(contentsOf: more)
        var answer = FHIRAnswer(status, headers, [ByteBuffer(bytes: OperationOutcome(code, text).json)])
        answer.problem = (code.rawValue, text)
        return answer
    }

    static func unavailable(_ error: any Error) -> FHIRAnswer {
        let reference = Trouble.report(error)
        return outcome(503, .transient, "The server cannot answer just now (reference \(reference)).", ["Retry-After": "2"])
    }

    /// Instead of this one, whose disclosure could not be kept.
    func unavailable(_ error: any Error) -> FHIRAnswer {
        var answer = Self.unavailable(error)
        answer.note = note
        answer.shape = shape
        return answer
    }

    /// A browser asks first whether it may ask (Fetch, CORS preflight).
    static let preflight = FHIRAnswer(
        204,
        [
            "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
            "Access-Control-Allow-Headers": "Authorization, Accept, Content-Type, Prefer, If-None-Match, If-Modified-Since",
            "Access-Control-Max-Age": "3600",
        ], [])
}

/// An answer that ends a FHIR request early.
struct FHIRRefusal: Error {
    let answer: FHIRAnswer
    init(_ answer: FHIRAnswer) { self.answer = answer }
}
