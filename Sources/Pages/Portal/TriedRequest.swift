/// A request and its answer, as the portal sent and got them; what is secret in them is masked already.
package struct TriedRequest: Sendable {
    package let title: String
    /// Who does this in real life, and what the sandbox did for them.
    package let words: String
    /// Such as `POST https://auth.example.com/oauth2/token`.
    package let line: String
    package let requestHeaders: [String]
    package let requestBody: String?
    package let status: Int
    package let reason: String
    package let answerHeaders: [String]
    package let answerBody: String?
    package let requestID: String?
    /// The same as a line for a shell, with variables where secrets stand; nil for what only a browser does.
    package let curl: String?

    package init(
        title: String, words: String, line: String, requestHeaders: [String], requestBody: String?, status: Int, reason: String,
        answerHeaders: [String], answerBody: String?, requestID: String?, curl: String?
    ) {
        (self.title, self.words, self.line) = (title, words, line)
        (self.requestHeaders, self.requestBody) = (requestHeaders, requestBody)
        (self.status, self.reason, self.answerHeaders, self.answerBody) = (status, reason, answerHeaders, answerBody)
        (self.requestID, self.curl) = (requestID, curl)
    }

    package func with(answerBody: String?, answerHeaders: [String]) -> TriedRequest {
        TriedRequest(
            title: title, words: words, line: line, requestHeaders: requestHeaders, requestBody: requestBody, status: status,
            reason: reason,
            answerHeaders: answerHeaders, answerBody: answerBody, requestID: requestID, curl: curl)
    }

    var request: String { ([line] + requestHeaders).joined(separator: "\n") + (requestBody.map { "\n\n" + $0 } ?? "") }
    package var answer: String {
        (["\(status) \(reason)"] + answerHeaders).joined(separator: "\n") + (answerBody.map { "\n\n" + $0 } ?? "")
    }

    func view(number: Int?, isOpen: Bool) -> View {
        var view: View = [
            "triedTitle": (number.map { "\($0). " } ?? "") + title, "triedWords": words, "triedStatus": String(status),
            "triedTone": status < 400 ? "good" : "warn", "triedRequest": request, "triedAnswer": answer, "isOpen": isOpen,
            "triedCurl": false,
        ]
        if let curl { view["triedCurl"] = curl }
        return view
    }
}
