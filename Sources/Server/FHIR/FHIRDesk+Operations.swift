import Exchange
import FHIR
import NIOCore
import Records
import Trust

extension FHIRDesk {
    /// `Patient/{id}/$everything`, and without an id for the token's own Patient (FHIR R4 Patient operations).
    func everything(_ call: FHIRCall, _ id: Substring?, _ mayLoad: Bool) throws -> FHIRAnswer {
        let admission = try admit(call, "Patient", to: .read, mayLoad)
        if let id, !id.utf8.elementsEqual(admission.access.compartment.patientID.utf8) {
            return .outcome(404, .notFound, "There is no Patient of this id that the token may read.")
        }
        let asked = try operationParameters(call)
        var call = call
        call.asks(asked)
        let query = try EverythingQuery(
            parameters: asked, context: admission.record.context, isStrict: call.isStrict)
        let place = id.map { "Patient/\($0)/$everything" } ?? "Patient/$everything"
        let link = "\(plan.addresses.fhir)/\(place)" + Self.query(query.applied)
        let after = try query.page.map { try opened($0, admission, link) }
        guard let found = try reader(admission, mayLoad).everything(query, after: after) else {
            return .outcome(404, .notFound, "There is no Patient of this id that the token may read.")
        }
        var writer = BundleWriter(
            .init(total: found.total, lastUpdated: admission.record.now, links: try links(found, admission, link, query.page)))
        try writer.append(found)
        return FHIRAnswer(
            200, FHIRAnswer.clinical, dressed(writer.finish(), isPretty: query.isPretty),
            disclosure: disclosure(admission, .everything, call, resources: found.count))
    }

    /// `DocumentReference/$docref` (US Core).
    func documents(_ call: FHIRCall, _ mayLoad: Bool) throws -> FHIRAnswer {
        let admission = try admit(call, "DocumentReference", to: .search, mayLoad)
        let asked = try operationParameters(call)
        var call = call
        call.asks(asked)
        let query = try DocumentsQuery(parameters: asked)
        guard let found = try reader(admission, mayLoad).documents(query) else { throw FHIRRefusal(closed) }
        let known = ["patient", "start", "end", "type", "on-demand", "profile"]
        let link = "\(plan.addresses.fhir)/DocumentReference/$docref" + Self.query(asked.filter { known.contains($0.name) })
        var writer = BundleWriter(.init(total: found.total, lastUpdated: admission.record.now, links: [("self", link)]))
        try writer.append(found)
        return FHIRAnswer(
            200, FHIRAnswer.clinical, dressed(writer.finish(), isPretty: isPretty(call)),
            disclosure: disclosure(admission, .documents, call, resources: found.count))
    }

    /// An operation's parameters: of the query, and of a Parameters resource in the body of a POST (FHIR R4 operations §3.2.0.4).
    private func operationParameters(_ call: FHIRCall) throws -> [(name: String, value: String)] {
        var asked = try parameters(call.query)
        guard call.method == .post, let body = call.body, body.readableBytes > 0 else { return asked }
        if isContent(call, "application/x-www-form-urlencoded") { return asked + (try form(call)) }
        guard isContent(call, "application/fhir+json") || isContent(call, "application/json") else {
            throw FHIRRefusal(.outcome(415, .notSupported, "The body of an operation is a Parameters resource as application/fhir+json."))
        }
        let bytes = Array(body.readableBytesView)
        do {
            try JSONParser().withDocument(bytes) { document in
                guard document["resourceType"]?.isText("Parameters") == true else {
                    throw FHIRRefusal(.outcome(400, .invalid, "The body of an operation is a Parameters resource."))
                }
                document["parameter"]?.forEachElement { parameter in
                    guard let name = parameter["name"]?.string else { return }
                    parameter.forEachMember { key, value in
                        guard let key = key.string, key.hasPrefix("value") else { return }
                        asked.append((name, Self.text(value)))
                    }
                }
            }
        } catch let problem as JSONProblem {
            throw FHIRRefusal(.outcome(400, .invalid, problem.explanation))
        }
        return asked
    }

    /// A primitive as its text, a Coding as `system|code`.
    private static func text(_ value: JSONValue) -> String {
        if let text = value.string ?? value.token { return text }
        guard let code = value["code"]?.string else { return "" }
        return value["system"]?.string.map { "\($0)|\(code)" } ?? code
    }
}
