import Exchange
import FHIR
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The way to the FHIR desk through the router: it can wait for a body, for a record to be loaded and for compression.
struct FHIRSurface: Sendable {
    let desk: FHIRDesk
    let discovery: Discovery
    let root: String

    init(desk: FHIRDesk, discovery: Discovery) {
        (self.desk, self.discovery) = (desk, discovery)
        root = "/\(desk.plan.id)/r4"
    }

    private static let largestBody = 64 << 10

    func mount(_ router: some RouterMethods<SiteContext>) {
        let refuse: @Sendable (String) -> Response = { allowed in
            Self.response(.outcome(405, .notSupported, "This API only reads. Allowed here: \(allowed)."), isHead: false)
        }
        let preflight: (HTTPRequest.Method, Handler) = (.options, { _, _ in Self.response(.preflight, isHead: false) })
        router.mount(root + "/.well-known/smart-configuration", [(.get, discovery.getSMART), preflight], otherwise: refuse)
        for method in HTTPRequest.Method.common {
            router.on(RouterPath(root), method: method, use: respond)
            router.on(RouterPath(root + "/**"), method: method, use: respond)
        }
    }

    private func respond(_ request: Request, _ context: SiteContext) async throws -> Response {
        let start = ContinuousClock.now
        var call = FHIRCall(request, below: root)
        if call.method == .post {
            do { call.body = try await request.body.collect(upTo: Self.largestBody) } catch {
                return Self.response(.outcome(413, .tooLong, "The body is larger than \(Self.largestBody) bytes."), isHead: false)
            }
        }
        var answer = desk.answer(call) ?? .unavailable(Refusal(.unavailable, "", cause: "nothing to load from"))
        context.trace.asked(answer.shape)
        if let disclosure = answer.disclosure {
            let asked = ContinuousClock.now
            let refusal = await withCheckedContinuation { continuation in
                desk.site.store.record(disclosure) { continuation.resume(returning: $0) }
            }
            desk.site.measures.recorded(disclosure, isKept: refusal == nil, microseconds: asked.duration(to: .now).microseconds)
            if let refusal { answer = answer.unavailable(refusal) }
        }
        desk.note(answer, request.method.rawValue, microseconds: start.duration(to: .now).microseconds, isTried: context.isTried)
        let wantsGzip = request.headers[values: .acceptEncoding].contains { ContentCoding.admitsGzip($0) }
        return Self.response(answer, isHead: call.method == .head, isCompressed: wantsGzip)
    }

    private static func response(_ answer: FHIRAnswer, isHead: Bool, isCompressed: Bool = false) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
        }
        if let note = answer.note { headers[.requestID] = note.id }
        let status = HTTPResponse.Status(code: answer.status)
        let length = answer.length
        guard length > 0 else { return Response(status: status, headers: headers) }
        if isCompressed, length >= ContentCoding.leastLength {
            headers[.contentEncoding] = "gzip"
            guard isHead else { return Response(status: status, headers: headers, body: ContentCoding.gzip(answer.parts)) }
            if let length = try? ContentCoding.gzipLength(answer.parts) { headers[.contentLength] = String(length) }
            return Response(status: status, headers: headers)
        }
        if isHead {
            headers[.contentLength] = String(length)
            return Response(status: status, headers: headers)
        }
        guard answer.parts.count > 1 else {
            return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: answer.parts[0]))
        }
        let parts = answer.parts
        return Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: length) { writer in
                for part in parts { try await writer.write(part) }
                try await writer.finish(nil)
            })
    }
}

extension FHIRCall {
    init(_ request: Request, below root: String) {
        let path = request.uri.path
        let whole = path.utf8.contains(UInt8(ascii: "%")) ? path.removingPercentEncoding ?? path : path
        let method: Method =
            switch request.method {
            case .get: .get
            case .head: .head
            case .post: .post
            case .options: .options
            default: .other
            }
        self.init(
            method: method, path: whole.dropFirst(root.count), query: request.uri.query, body: nil,
            contentType: request.headers[.contentType], authorization: request.headers[.authorization], accept: request.headers[.accept],
            prefer: request.headers[values: .prefer], ifNoneMatch: request.headers[.ifNoneMatch],
            ifModifiedSince: request.headers[.ifModifiedSince])
    }
}

extension HTTPRequest.Method {
    /// Every method that a router has to say something about.
    static let common: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect]
}
