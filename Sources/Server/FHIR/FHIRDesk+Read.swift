import Exchange
import FHIR
import NIOCore
import NIOHTTP1
import Records
import Trust

extension FHIRDesk {
    /// `GET [base]/Type/id` and `.../_history/version`, of which only the current version is kept (FHIR R4 http §3.1.0.2). Another
    /// member's resource answers like one that does not exist.
    func read(_ call: FHIRCall, _ name: Substring, _ id: Substring, version: Substring?, _ mayLoad: Bool) throws -> FHIRAnswer {
        let admission = try admit(call, name, to: .read, mayLoad)
        var detail = ResourceDetail.whole
        var isPretty = false
        if let query = call.query, !query.isEmpty {
            let asked = try SearchQuery(type: admission.type, parameters: controls(query), context: admission.record.context)
            (detail, isPretty) = (asked.detail, asked.isPretty)
        }
        guard ResourceID.isLegal(id.utf8), let found = try reader(admission, mayLoad).read(admission.type, id: String(id)),
            version.map({ $0.utf8.elementsEqual("\(found.version)".utf8) }) ?? true
        else {
            return .outcome(404, .notFound, "There is no \(admission.type.name) of this id that the token may read.")
        }
        var headers = FHIRAnswer.clinical
        headers.add(name: "ETag", value: "W/\"\(found.version)\"")
        headers.add(name: "Last-Modified", value: found.lastUpdated.httpDate)
        if isKnown(found, call) { return FHIRAnswer(304, headers, []) }
        var body = found.body
        if detail != .whole {
            let bytes = try found.shelf.withBody(found.row) { body in
                try JSONParser().withDocument(body) { ResourceSubset.write($0, type: found.type, detail: detail) }
            }
            body = ByteBuffer(bytes: bytes)
        }
        if isPretty { body = ByteBuffer(bytes: PrettyJSON.write(body.readableBytesView)) }
        return FHIRAnswer(
            200, headers, [body], disclosure: disclosure(admission, version == nil ? .read : .vread, call, resources: 1))
    }

    /// Of a read's query only what shapes the answer counts.
    private func controls(_ query: String) throws -> [(name: String, value: String)] {
        try parameters(query).filter { ["_summary", "_elements", "_pretty"].contains($0.name) && $0.value != "count" }
    }

    /// RFC 9110 §13.2.2: `If-None-Match` first, and `If-Modified-Since` only without it.
    private func isKnown(_ found: RecordReader.Found, _ call: FHIRCall) -> Bool {
        if let known = call.ifNoneMatch { return Self.names(version: found.version, in: known) }
        guard let date = call.ifModifiedSince, let since = Timestamp(httpDate: date) else { return false }
        return found.lastUpdated.seconds <= since.seconds
    }

    /// RFC 9110 §13.1.2: `If-None-Match` compares weakly, so `"1"` is `W/"1"`, and `*` is any version.
    private static func names(version: Int, in known: String) -> Bool {
        known.utf8.split(separator: UInt8(ascii: ",")).contains { part in
            let tag = part.filter { $0 != 0x20 && $0 != 0x09 }
            let opaque = tag.starts(with: "W/".utf8) ? tag.dropFirst(2) : tag[...]
            return tag.elementsEqual("*".utf8) || opaque.elementsEqual("\"\(version)\"".utf8)
        }
    }
}
