import Exchange
import FHIR
import NIOCore
import Records
import Trust

extension FHIRDesk {
    /// `GET [base]/Type?...`, `POST [base]/Type/_search`, where the form and the query both count, and the same below `Patient/id`
    /// (FHIR R4 search).
    func search(_ call: FHIRCall, _ name: Substring, within patient: Substring? = nil, _ mayLoad: Bool) throws -> FHIRAnswer {
        let admission = try admit(call, name, to: .search, mayLoad)
        let type = admission.type
        var asked = try parameters(call.query)
        var call = call
        if call.method == .post {
            asked += try form(call)
            call.asks(asked)
        }
        let query = try SearchQuery(type: type, parameters: asked, context: admission.record.context, isStrict: call.isStrict)
        if let patient {
            guard !ReleasedTypes.isShared(type), type != .patient else {
                throw FHIRRefusal(.outcome(404, .notFound, "\(type.name) is not part of a Patient's compartment. Search it by itself."))
            }
            // Another Patient's compartment is empty here, whether there is such a Patient or not.
            guard patient.utf8.elementsEqual(admission.access.compartment.patientID.utf8) else {
                let link = "\(plan.addresses.fhir)/Patient/\(Self.encoded(String(patient)))/\(type.name)"
                return try bundle(SearchOutcome.empty, admission, query, link: link, page: nil, call)
            }
        }
        let place = patient.map { "Patient/\($0)/\(type.name)" } ?? type.name
        let link = "\(plan.addresses.fhir)/\(place)" + Self.query(query.applied)
        let after = try query.page.map { try opened($0, admission, link) }
        guard let found = try reader(admission, mayLoad).search(query, after: after) else { throw FHIRRefusal(closed) }
        return try bundle(found, admission, query, link: link, page: query.page, call)
    }

    private func bundle(
        _ found: SearchOutcome, _ admission: Admission, _ query: SearchQuery, link: String, page: String?, _ call: FHIRCall
    ) throws -> FHIRAnswer {
        var writer = BundleWriter(
            .init(
                total: query.total == .none && !query.isCountOnly ? nil : found.total, lastUpdated: admission.record.now,
                links: try links(found, admission, link, page)), detail: query.detail)
        try writer.append(found)
        return FHIRAnswer(
            200, FHIRAnswer.clinical, dressed(writer.finish(), isPretty: query.isPretty),
            disclosure: disclosure(admission, .search, call, resources: found.count))
    }

    var closed: FHIRAnswer { .outcome(403, .forbidden, "The token's scope does not cover this.") }

    func dressed(_ parts: [ByteBuffer], isPretty: Bool) -> [ByteBuffer] {
        isPretty ? [ByteBuffer(bytes: PrettyJSON.write(parts.lazy.map(\.readableBytesView).joined()))] : parts
    }

    // MARK: Pages

    /// A page link is bound to the plan, the grant (and so to the client and the member) and to the search it goes on with.
    private func binding(_ admission: Admission, _ link: String) -> String { "\(plan.id)|\(admission.access.grant.number)|\(link)" }

    func opened(_ page: String, _ admission: Admission, _ link: String) throws -> String {
        guard let place = site.keys.open(page, context: binding(admission, link)) else {
            throw FHIRRefusal(
                .outcome(400, .invalid, "This page link belongs to another search or token, or was changed. Search again."))
        }
        return place
    }

    func links(
        _ found: SearchOutcome, _ admission: Admission, _ link: String, _ page: String?
    ) throws -> [(relation: String, url: String)] {
        var links = [(relation: "self", url: page.map { Self.adding($0, to: link) } ?? link)]
        if let next = found.next {
            links.append(("next", Self.adding(try site.keys.seal(place: next, context: binding(admission, link)), to: link)))
        }
        return links
    }

    private static func adding(_ page: String, to link: String) -> String {
        link + (link.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "\(SearchQuery.pageParameter)=\(page)"
    }

    // MARK: Parameters

    func parameters(_ query: String?) throws -> [(name: String, value: String)] {
        guard let query, !query.isEmpty else { return [] }
        do { return try FormParameters(query: query).pairs } catch {
            throw FHIRRefusal(.outcome(400, .invalid, "The query is too long or not well percent-encoded."))
        }
    }

    func form(_ call: FHIRCall) throws -> [(name: String, value: String)] {
        guard isContent(call, "application/x-www-form-urlencoded") else {
            throw FHIRRefusal(.outcome(415, .notSupported, "A search is sent as application/x-www-form-urlencoded."))
        }
        do { return try FormParameters(call.body?.readableBytesView ?? ByteBufferView()).pairs } catch {
            throw FHIRRefusal(.outcome(400, .invalid, "The form is too long or not well percent-encoded."))
        }
    }

    func isContent(_ call: FHIRCall, _ type: String) -> Bool {
        let own = (call.contentType ?? "").utf8.prefix { $0 != 0x3B }.filter { $0 != 0x20 }
        return own.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }.elementsEqual(type.utf8)
    }

    /// With its `?`; empty without parameters.
    static func query(_ applied: [(name: String, value: String)]) -> String {
        guard !applied.isEmpty else { return "" }
        return "?" + applied.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
    }

    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            let isPlain =
                (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
                || [0x2D, 0x2E, 0x5F, 0x7E, 0x3A, 0x2C, 0x2F].contains(byte)
            if isPlain { out.append(byte) } else { out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
