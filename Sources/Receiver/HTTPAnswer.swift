import FHIR

/// One whole answer, small enough to hold.
struct HTTPAnswer: Sendable {
    let status: Int
    let body: [UInt8]
    let retryAfter: String?
    /// The `Date` header, as it came.
    var date: String?
    /// Where a redirect points, as it came; only for whoever asked to be shown redirects.
    var location: String?

    /// What an OperationOutcome or OAuth error in the body says, made safe to show.
    func words() -> String? {
        guard !body.isEmpty, body.count <= 256 * 1024 else { return nil }
        let found: String?? = try? JSONParser().withDocument(body) { root in
            if let issue = root["issue"]?.first {
                return PlainText.shown(issue["diagnostics"]) ?? PlainText.shown(issue["details"]?["text"])
            }
            return PlainText.shown(root["error_description"]) ?? PlainText.shown(root["error"])
        }
        return found ?? nil
    }

    /// `503: the server is being repaired`, without words when it said none.
    var reason: String {
        words().map { "the server answered \(status): \($0)" } ?? "the server answered \(status)"
    }
}
