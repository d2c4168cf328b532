import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import NIOCore
import Trust

extension FHIRSurface {
    /// `GET [base]/Type/id` (FHIR R4 http §3.1.0.2). Another member's resource answers like one that does not exist.
    func read(_ request: Request, _ context: SiteContext) async throws -> Response {
        do throws(FHIRRefusal) { return try find(request, context, version: nil) } catch { return error.response }
    }

    /// `GET [base]/Type/id/_history/version`: the current version only; earlier ones are not kept.
    func readVersion(_ request: Request, _ context: SiteContext) async throws -> Response {
        do throws(FHIRRefusal) { return try find(request, context, version: context.parameters.get("version")) } catch {
            return error.response
        }
    }

    private func find(_ request: Request, _ context: SiteContext, version: String?) throws(FHIRRefusal) -> Response {
        let admission = try admit(request, context, to: .read)
        let known = request.headers[.ifNoneMatch]
        let found: Response?
        do throws(Refusal) {
            guard let id = context.parameters.get("id"), let legal = ResourceID(id) else { throw Refusal(.notFound, "") }
            found =
                try site.store.read(admission.type, id: legal.text, in: admission.access.compartment, within: admission.restriction) {
                    resource in
                    guard version == nil || version == String(resource.version) else { return nil as Response? }
                    return Self.answer(resource, known: known)
                } ?? nil
        } catch {
            guard error.code == .notFound else { throw FHIRRefusal(Self.unavailable(error)) }
            found = nil
        }
        guard let found else {
            throw FHIRRefusal(
                Answer.outcome(.notFound, .notFound, "There is no \(admission.type.name) of this id that the token may read."))
        }
        return found
    }

    private static func answer(_ resource: StoredResource, known: String?) -> Response {
        let tag = "W/\"\(resource.version)\""
        let isKnown = known.map { Self.names(version: resource.version, in: $0) } ?? false
        var headers = resourceHeaders
        headers[.eTag] = tag
        headers[.lastModified] = resource.lastUpdated.httpDate
        guard !isKnown else { return Response(status: .notModified, headers: headers) }
        var buffer = ByteBufferAllocator().buffer(capacity: resource.body.count)
        buffer.writeBytes(resource.body)
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }

    /// RFC 9110 §13.1.2: `If-None-Match` compares weakly, so `"1"` is `W/"1"`, and `*` is any version.
    private static func names(version: Int, in known: String) -> Bool {
        known.utf8.split(separator: UInt8(ascii: ",")).contains { part in
            let tag = part.filter { $0 != 0x20 && $0 != 0x09 }
            let opaque = tag.starts(with: "W/".utf8) ? tag.dropFirst(2) : tag[...]
            return tag.elementsEqual("*".utf8) || opaque.elementsEqual("\"\(version)\"".utf8)
        }
    }

    private static let resourceHeaders: HTTPFields = [
        .contentType: Answer.fhirJSON, .cacheControl: "no-store", .xContentTypeOptions: "nosniff", .accessControlAllowOrigin: "*",
    ]
}
