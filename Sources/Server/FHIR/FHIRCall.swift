import NIOCore

/// A request to the FHIR API, the same whichever way it came in.
struct FHIRCall {
    enum Method { case get, head, post, options, other }

    var method: Method
    /// Below the FHIR base, beginning with `/`; empty for the base itself.
    var path: Substring
    var query: String?
    /// The body of a POST: a form for a search, Parameters for an operation.
    var body: ByteBuffer?
    var contentType: String?
    var authorization: String?
    var accept: String?
    var prefer: [String]
    var ifNoneMatch: String?
    var ifModifiedSince: String?

    /// What the body of a POST asked stands in the query too from here on, so that the log of disclosures says what was asked.
    mutating func asks(_ parameters: [(name: String, value: String)]) {
        guard method == .post else { return }
        query = String(FHIRDesk.query(parameters).dropFirst())
    }

    /// `Prefer: handling=strict` (FHIR R4 http §3.1.0.1.13).
    var isStrict: Bool {
        prefer.contains { line in
            line.split { $0 == "," || $0 == ";" }.contains { $0.filter { $0 != " " } == "handling=strict" }
        }
    }
}
