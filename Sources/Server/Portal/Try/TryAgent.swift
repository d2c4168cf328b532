import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Pages
import Synchronization
import Trust

/// A member's browser and an app in one, which asks this server what anyone may ask it and writes down both sides. What it shows is masked.
struct TryAgent {
    struct Answer {
        let status: Int
        let location: String?
        let body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let routes: OwnRoutes.Respond
    private let logger = Logger(label: "payerbridge.try")
    private var cookies: [String: String] = [:]
    /// What is shown of each secret.
    private var masks: [(secret: String, shown: String)] = []
    private(set) var steps: [TriedRequest] = []
    /// Bytes of a body that are shown.
    var most = 1500

    init?(_ routes: OwnRoutes) {
        guard let respond = routes.respond else { return nil }
        self.routes = respond
    }

    mutating func hide(_ secret: String) {
        if !secret.isEmpty { masks.append((secret, String(secret.prefix(min(9, secret.utf8.count / 3))) + "…")) }
    }

    /// Hides a secret that came in the answer just written down.
    mutating func hideLast(_ secret: String) {
        hide(secret)
        guard let last = steps.popLast() else { return }
        steps.append(last.with(answerBody: last.answerBody.map { masked($0) }, answerHeaders: last.answerHeaders.map { masked($0) }))
    }

    private func masked(_ text: String) -> String {
        masks.reduce(text) { text, mask in
            text.replacing(mask.secret, with: mask.shown).replacing(PercentEncoding.encoded(mask.secret), with: mask.shown)
        }
    }

    // MARK: Asking

    /// `form` makes it a POST. `isBrowser`: with the cookies that were set before.
    mutating func ask(
        _ title: String, _ words: String, _ address: String, form: [(String, String)]? = nil, bearer: String? = nil,
        isBrowser: Bool = false,
        curl: String? = nil
    ) async throws -> Answer {
        guard let scheme = address.firstRange(of: "://"),
            let slash = address[scheme.upperBound...].firstIndex(of: "/")
        else { throw Refusal(.unavailable, "", cause: "an address of a plan") }
        var fields: HTTPFields = [.accept: isBrowser ? "text/html" : "application/json, application/fhir+json"]
        if isBrowser { fields[.acceptLanguage] = "en" }
        if let bearer { fields[.authorization] = "Bearer \(bearer)" }
        if isBrowser, !cookies.isEmpty { fields[.cookie] = cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; ") }
        let body = form?.map { "\(PercentEncoding.encoded($0))=\(PercentEncoding.encoded($1))" }.joined(separator: "&")
        if body != nil { fields[.contentType] = "application/x-www-form-urlencoded" }
        let head = HTTPRequest(
            method: body == nil ? .get : .post, scheme: nil, authority: String(address[scheme.upperBound..<slash]),
            path: String(address[slash...]), headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body ?? "")))
        let response = try await routes(request, SiteContext(trying: logger))
        let bytes = try await Self.collect(response.body)
        for line in response.headers[values: .setCookie] { keep(line) }
        let answer = Answer(status: response.status.code, location: response.headers[.location], body: bytes)
        write(title, words, address, head, form, response, answer, curl)
        return answer
    }

    private mutating func keep(_ line: String) {
        let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
        guard pair.count == 2 else { return }
        cookies[pair[0]] = pair[1]
        hide(pair[1])
    }

    /// The token of a page's form, which the form must bring back.
    mutating func formToken(in page: Answer) -> String {
        let mark = #"name="form_token" value=""#
        guard let start = page.text.firstRange(of: mark)?.upperBound else { return "" }
        let token = String(page.text[start...].prefix { $0 != "\"" })
        hide(token)
        return token
    }

    // MARK: Writing down

    private mutating func write(
        _ title: String, _ words: String, _ address: String, _ head: HTTPRequest, _ form: [(String, String)]?, _ response: Response,
        _ answer: Answer, _ curl: String?
    ) {
        let sent: [HTTPField.Name] = [.accept, .authorization, .contentType, .cookie]
        let came: [HTTPField.Name] = [
            .location, .contentType, .cacheControl, .wwwAuthenticate, .eTag, .lastModified, .setCookie, .requestID,
        ]
        func lines(_ names: [HTTPField.Name], _ fields: HTTPFields) -> [String] {
            names.flatMap { name in fields[values: name].map { masked("\(name.rawName): \($0)") } }
        }
        steps.append(
            TriedRequest(
                title: title, words: words, line: masked("\(head.method.rawValue) \(address)"),
                requestHeaders: lines(sent, head.headerFields),
                requestBody: form.map { form in form.map { masked("\($0)=\($1)") }.joined(separator: "\n") }, status: answer.status,
                reason: HTTPResponseStatus(statusCode: answer.status).reasonPhrase, answerHeaders: lines(came, response.headers),
                answerBody: shown(answer, response),
                requestID: response.headers[.requestID], curl: curl))
    }

    /// A page by its heading, JSON set out for reading, and neither longer than is shown.
    private func shown(_ answer: Answer, _ response: Response) -> String? {
        guard !answer.body.isEmpty else { return nil }
        if response.headers[.contentType]?.hasPrefix("text/html") == true {
            let heading = answer.text.firstRange(of: "<h1>").map { answer.text[$0.upperBound...].prefix { $0 != "<" } }
            return "A page for the member: “\(heading.map { String($0) } ?? "")”"
        }
        let text = masked(String(decoding: TriedJSON.pretty(answer.body), as: UTF8.self))
        return text.utf8.count <= most
            ? text : String(decoding: text.utf8.prefix(most), as: UTF8.self) + "\n… \(text.utf8.count - most) more bytes"
    }

    private static func collect(_ body: ResponseBody) async throws -> [UInt8] {
        let box = CollectedBody()
        try await body.write(BodyCollector(box: box))
        return box.bytes.withLock { $0 }
    }
}

private final class CollectedBody: Sendable {
    let bytes = Mutex<[UInt8]>([])
}

private struct BodyCollector: ResponseBodyWriter {
    let box: CollectedBody
    mutating func write(_ buffer: ByteBuffer) async throws { box.bytes.withLock { $0 += buffer.readableBytesView } }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
