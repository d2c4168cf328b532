import Exchange
import FHIR
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Hands pictures and recordings out: as attachments, without looking at a cookie, by an address that was sealed for a few minutes.
struct EvidenceFiles: Sendable {
    let site: Site
    let folder: EvidenceFolder

    private static let minutes = 15

    func mount(_ router: Router<SiteContext>) {
        router.mount("/evidence/:sealed", [(.get, get)]) { _ in Self.nothing(.methodNotAllowed) }
    }

    static func address(_ evidence: Evidence, _ site: Site) throws -> String {
        let until = site.world.now().adding(seconds: minutes * 60).milliseconds
        return "/evidence/" + (try site.keys.seal(place: "\(until)|\(evidence.name)", context: "evidence"))
    }

    private func get(_ request: Request, _ context: SiteContext) async throws -> Response {
        guard let sealed = context.parameters.get("sealed"), let place = site.keys.open(sealed, context: "evidence"),
            let bar = place.firstIndex(of: "|"), let until = Int64(place[..<bar]), site.world.now().milliseconds < until,
            let evidence = try site.store.evidence(name: String(place[place.index(after: bar)...])), let file = folder.file(evidence)
        else { return Self.nothing(.notFound) }
        let body = ResponseBody(contentLength: evidence.bytes) { writer in
            defer { try? file.close() }
            while let bytes = try file.read(upToCount: 64 << 10), !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: evidence.kind.contentType, .cacheControl: "private, no-store", .xContentTypeOptions: "nosniff",
                .contentDisposition: "attachment; filename=\"\(evidence.name).\(evidence.kind.rawValue)\"",
                .contentSecurityPolicy: "sandbox; default-src 'none'", .referrerPolicy: "no-referrer",
                .crossOriginResourcePolicy: "same-origin",
            ], body: body)
    }

    private static func nothing(_ status: HTTPResponse.Status) -> Response {
        Answer.bytes(status, "text/plain; charset=utf-8", "There is no such file, or its link has run out. Load the page again.\n".utf8)
    }
}
