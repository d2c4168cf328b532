import Exchange
import FHIR
import HTTPTypes
import Hummingbird
import NIOCore

/// Hands pictures and recordings out: as attachments, without looking at a cookie, by an address that was sealed for a few minutes.
struct EvidenceFiles: Sendable {
    let site: Site
    let bytes: any EvidenceBytes

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
            let evidence = try site.store.evidence(name: String(place[place.index(after: bar)...])),
            let first = try bytes.piece(0, of: evidence.name)
        else { return Self.nothing(.notFound) }
        let body = ResponseBody(contentLength: evidence.bytes) { [bytes] writer in
            var (sent, number) = (0, 0)
            while let piece = try number == 0 ? first : bytes.piece(number, of: evidence.name) {
                try await writer.write(ByteBuffer(bytes: piece))
                sent += piece.count
                number += 1
                if sent >= evidence.bytes { break }
            }
            // Removed meanwhile: the connection ends, so that nobody takes a part for the whole.
            guard sent == evidence.bytes else { throw Refusal(.unavailable, "", cause: "evidence was removed while it was read") }
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
