import Exchange
import FHIR
import Pages
import Trust

/// As the store keeps it, sealed.
extension TryRun {
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            root.member("memberID", memberID)
            root.member("memberName", memberName)
            root.optional("problem", problem)
            root.optional("access", access?.text)
            root.optional("refresh", refresh?.text)
            root.member("patient", patient)
            root.member("token", strings: token.flatMap { [$0.name, $0.value] })
            root.member("queryPath", queryPath)
            if let query { root.member("query", object: { Self.write(query, &$0) }) }
            root.member("steps", array: { list in for step in steps { list.object { Self.write(step, &$0) } } })
        }
        return writer.bytes
    }

    private static func write(_ step: TriedRequest, _ root: inout JSONWriter) {
        root.member("title", step.title)
        root.member("words", step.words)
        root.member("line", step.line)
        root.member("requestHeaders", strings: step.requestHeaders)
        root.optional("requestBody", step.requestBody)
        root.member("status", step.status)
        root.member("reason", step.reason)
        root.member("answerHeaders", strings: step.answerHeaders)
        root.optional("answerBody", step.answerBody)
        root.optional("requestID", step.requestID)
        root.optional("curl", step.curl)
    }

    /// Nil for anything but what `json` writes.
    init?(json: [UInt8], _ kept: SealedTryRun) {
        let read: TryRun?? = try? JSONParser().withDocument(json) { root in
            guard let memberID = root["memberID"]?.string, let memberName = root["memberName"]?.string else { return nil }
            var run = TryRun(
                id: kept.id, application: kept.application, memberID: memberID, memberName: memberName, steps: [], endsAt: kept.endsAt)
            root["steps"]?.forEachElement { if let step = Self.step($0) { run.steps.append(step) } }
            run.problem = root["problem"]?.string
            run.access = root["access"]?.string.flatMap { Secret($0, kind: .accessToken) }
            run.refresh = root["refresh"]?.string.flatMap { Secret($0, kind: .refreshToken) }
            run.patient = root["patient"]?.string ?? ""
            let token = Self.strings(root["token"])
            run.token = stride(from: 0, to: token.count - 1, by: 2).map { (token[$0], token[$0 + 1]) }
            run.query = root["query"].flatMap { Self.step($0) }
            run.queryPath = root["queryPath"]?.string ?? ""
            run.isOver = kept.isOver
            return run
        }
        guard case .some(.some(let run)) = read else { return nil }
        self = run
    }

    private static func step(_ value: JSONValue) -> TriedRequest? {
        func text(_ name: StaticString) -> String { value[name]?.string ?? "" }
        guard let status = value["status"]?.int else { return nil }
        return TriedRequest(
            title: text("title"), words: text("words"), line: text("line"), requestHeaders: strings(value["requestHeaders"]),
            requestBody: value["requestBody"]?.string, status: status, reason: text("reason"),
            answerHeaders: strings(value["answerHeaders"]), answerBody: value["answerBody"]?.string,
            requestID: value["requestID"]?.string, curl: value["curl"]?.string)
    }

    private static func strings(_ list: JSONValue?) -> [String] {
        var found: [String] = []
        list?.forEachElement { if let text = $0.string { found.append(text) } }
        return found
    }
}

extension JSONWriter {
    fileprivate mutating func optional(_ name: String, _ text: String?) {
        if let text { member(name, text) }
    }
}
