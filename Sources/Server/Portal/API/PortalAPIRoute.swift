import HTTPTypes
import Hummingbird

/// One row of the JSON interface: the same row serves the request and describes it in the OpenAPI document, so neither can be without the other.
struct PortalAPIRoute: Sendable {
    typealias Handle = @Sendable (PortalCall) async throws -> Response

    /// What comes in the body.
    enum Body: Sendable {
        case none
        /// An object whose members are texts, or lists of texts.
        case object([Member])
        /// A file as it is.
        case file
    }

    struct Member: Sendable {
        enum Kind: Sendable { case text, texts, number([Int]) }
        let name: String
        let kind: Kind
        let isRequired: Bool

        init(_ name: String, _ kind: Kind = .text, optional: Bool = false) { (self.name, self.kind, isRequired) = (name, kind, !optional) }
    }

    struct Answer: Sendable {
        let status: Int
        let words: String
        /// The name of a schema; nil for an empty body.
        let schema: String?
        /// The media type of what is no JSON of a schema; nil for JSON, or for an empty body.
        let type: String?

        init(_ status: Int, _ words: String, _ schema: String? = nil, type: String? = nil) {
            (self.status, self.words, self.schema, self.type) = (status, words, schema, type)
        }
    }

    let method: HTTPRequest.Method
    /// Such as `/api/portal/applications/{client}`.
    let path: String
    let name: String
    let summary: String
    /// Without a session's token.
    let isOpen: Bool
    let query: [String]
    let body: Body
    let answers: [Answer]
    let handle: Handle

    init(
        _ method: HTTPRequest.Method, _ path: String, _ name: String, _ summary: String, isOpen: Bool = false, query: [String] = [],
        body: Body = .none, _ answers: [Answer], _ handle: @escaping Handle
    ) {
        (self.method, self.path, self.name, self.summary, self.isOpen) = (method, "/api/portal" + path, name, summary, isOpen)
        (self.query, self.body, self.answers, self.handle) = (query, body, answers, handle)
    }

    /// As the router writes it.
    var routerPath: String {
        path.split(separator: "/").map { $0.hasPrefix("{") ? ":" + $0.dropFirst().dropLast() : $0 }.reduce("") { $0 + "/" + $1 }
    }

    var parameters: [String] { path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) } }
}
