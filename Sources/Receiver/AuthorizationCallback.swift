import Trust

/// Decides what one request to the redirect address means; pure, so that every odd request can be tested. RFC 6749 §4.1.2, RFC 9207.
struct AuthorizationCallback: Sendable {
    let path: String
    let state: String
    let issuer: String?
    /// The server promised `iss`, so an answer without it is not its own.
    let needsIssuer: Bool

    enum Verdict: Sendable, Equatable {
        case code(String)
        /// The answer is ours, and it says no.
        case ended(ReceiveProblem)
        /// Not the answer waited for: show this page and keep waiting.
        case other(status: Int, words: String)
    }

    func judge(method: String, target: String) -> Verdict {
        let bytes = Array(target.utf8)
        let path = bytes.prefix { $0 != UInt8(ascii: "?") }
        guard path.elementsEqual(self.path.utf8) else { return .other(status: 404, words: "There is nothing here.") }
        guard method == "GET" else {
            return .other(status: 405, words: "Only a browser coming back from the health plan is expected here.")
        }
        let strange = Verdict.other(status: 400, words: "This answer could not be read. Go back to the health plan's page and try again.")
        guard let form = try? FormParameters(bytes[path.endIndex...].dropFirst()) else { return strange }
        do {
            guard let state = try form.single("state"), constantTimeEqual(state.utf8, self.state.utf8) else {
                return .other(
                    status: 400, words: "This answer does not belong to the request that is waiting. Use the newest address you were given."
                )
            }
            let sender = try form.single("iss")
            if let issuer, let sender, !sender.utf8.elementsEqual(issuer.utf8) {
                return .ended(.wrongIssuer(expected: issuer, got: PlainText.shown(sender)))
            }
            if let issuer, sender == nil, needsIssuer { return .ended(.wrongIssuer(expected: issuer, got: nil)) }
            if let error = try form.single("error") {
                let words = try form.single("error_description").map { PlainText.shown($0) }
                return .ended(
                    error == "access_denied"
                        ? .denied(words) : .authorizationFailed(error: PlainText.shown(error, limit: 80), description: words))
            }
            guard let code = try form.single("code") else { return strange }
            return .code(code)
        } catch {
            return strange
        }
    }
}
