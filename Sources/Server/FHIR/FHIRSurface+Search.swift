import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import NIOCore
import Trust

extension FHIRSurface {
    /// `GET [base]/Type?...` (FHIR R4 search).
    func search(_ request: Request, _ context: SiteContext) async throws -> Response {
        do throws(FHIRRefusal) {
            let admission = try admit(request, context, to: .search)
            return try search(request, admission, Self.parameters(request))
        } catch { return error.response }
    }

    /// `POST [base]/Type/_search`: the form and the query both count.
    func searchByForm(_ request: Request, _ context: SiteContext) async throws -> Response {
        do {
            let admission = try admit(request, context, to: .search)
            let form = try await request.form()
            return try search(request, admission, Self.parameters(request) + form.pairs)
        } catch let refusal as FHIRRefusal {
            return refusal.response
        } catch let error as OAuthError { return Answer.outcome(.badRequest, .invalid, error.description) }
    }

    private static func parameters(_ request: Request) throws(FHIRRefusal) -> [(name: String, value: String)] {
        do { return try FormParameters(query: request.uri.query).pairs } catch {
            throw FHIRRefusal(Answer.outcome(.badRequest, .invalid, "The query is too long or not well percent-encoded."))
        }
    }

    private func search(
        _ request: Request, _ admission: Admission, _ parameters: [(name: String, value: String)]
    ) throws(FHIRRefusal) -> Response {
        let type = admission.type
        var query: SearchQuery
        do throws(SearchProblem) {
            query = try SearchQuery(type: type, parameters: parameters, isStrict: Self.isStrict(request))
        } catch { throw FHIRRefusal(Answer.outcome(.badRequest, error.code == .invalid ? .invalid : .notSupported, error.explanation)) }
        query.restriction = admission.restriction
        // A page link is bound to the grant and to the search it goes on with.
        let link = "\(plan.addresses.fhir)/\(type.name)" + Self.query(query.applied)
        let context = "\(plan.id)|\(admission.access.grant.number)|\(link)"
        var after: String?
        if let page = query.page {
            guard let place = site.keys.open(page, context: context) else {
                throw FHIRRefusal(
                    Answer.outcome(
                        .badRequest, .invalid, "This page link belongs to another search or token, or was changed. Search again."))
            }
            after = place
        }
        var writer: SearchsetWriter<ByteBuffer>?
        var failure: (any Error)?
        do throws(Refusal) {
            try site.store.search(query, in: admission.access.compartment, after: after) { summary in
                var links = [(relation: "self", url: query.page.map { Self.adding($0, to: link) } ?? link)]
                do {
                    if let next = summary.next {
                        links.append(("next", Self.adding(try site.keys.seal(place: next, context: context), to: link)))
                    }
                } catch { failure = error }
                writer = SearchsetWriter(
                    into: ByteBufferAllocator().buffer(capacity: summary.pageCount * 1300 + 1024), base: plan.addresses.fhir, type: type,
                    total: summary.total, lastUpdated: site.world.now(), links: links)
            } each: { resource in
                writer?.append(id: resource.id, body: resource.body)
            }
        } catch { throw FHIRRefusal(Self.unavailable(error)) }
        guard failure == nil, let body = writer?.finish() else {
            throw FHIRRefusal(Self.unavailable(Refusal(.unavailable, "", cause: failure.map { "\($0)" } ?? "no summary")))
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: Answer.fhirJSON, .cacheControl: "no-store", .xContentTypeOptions: "nosniff", .accessControlAllowOrigin: "*",
            ], body: ResponseBody(byteBuffer: body))
    }

    private static func adding(_ page: String, to link: String) -> String {
        link + (link.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "\(SearchQuery.pageParameter)=\(page)"
    }

    private static func query(_ applied: [(name: String, value: String)]) -> String {
        guard !applied.isEmpty else { return "" }
        return "?" + applied.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        var out: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            let isPlain =
                (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
                || [0x2D, 0x2E, 0x5F, 0x7E, 0x3A, 0x2C, 0x2F].contains(byte)
            if isPlain { out.append(byte) } else { out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isStrict(_ request: Request) -> Bool {
        request.headers[values: .prefer].contains { line in
            line.split { $0 == "," || $0 == ";" }.contains { $0.filter { $0 != " " } == "handling=strict" }
        }
    }
}

extension ByteBuffer: ByteSink {
    package mutating func append(_ bytes: UnsafeRawBufferPointer) { writeBytes(bytes) }
}
