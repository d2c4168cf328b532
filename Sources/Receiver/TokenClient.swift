import FHIR
import Foundation

/// The token endpoint: a code or a refresh token goes in, tokens come out. RFC 6749 §4.1.3, §6.
struct TokenClient: Sendable {
    let courier: Courier
    let endpoint: WebAddress
    let clientID: String
    let clientSecret: String?
    /// HTTP Basic instead of the form: only when the server lists no `client_secret_post`.
    let usesBasic: Bool
    let backoff: Backoff
    let tally: Tally

    func exchange(code: String, redirectURI: String, verifier: String) async throws(ReceiveProblem) -> TokenSet {
        try await ask([
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI), ("code_verifier", verifier),
        ])
    }

    /// The answer's refresh token replaces the old one; when it brings none, the old one stays.
    func refresh(_ token: String) async throws(ReceiveProblem) -> TokenSet {
        var set = try await ask([("grant_type", "refresh_token"), ("refresh_token", token)])
        set.refresh = set.refresh ?? token
        return set
    }

    private func ask(_ fields: [(String, String)]) async throws(ReceiveProblem) -> TokenSet {
        var fields = fields
        var basic: String?
        if let clientSecret, usesBasic {
            // RFC 6749 §2.3.1: both are form-encoded before they are joined.
            let pair = PercentEncoding.value(clientID) + ":" + PercentEncoding.value(clientSecret)
            basic = Data(pair.utf8).base64EncodedString()
        } else {
            fields.append(("client_id", clientID))
            if let clientSecret { fields.append(("client_secret", clientSecret)) }
        }
        let answer = try await send(PercentEncoding.form(fields), basic)
        guard answer.status == 200 else { throw Self.refusal(answer) }
        return try TokenSet(answer.body, now: .now)
    }

    /// Codes and rotated tokens work once, so only what surely was not taken is sent again.
    private func send(_ form: String, _ basic: String?) async throws(ReceiveProblem) -> HTTPAnswer {
        var attempt = 1
        while true {
            tally.countRequest()
            var wait: Duration?
            let end: ReceiveProblem
            do throws(Courier.Failure) {
                let answer = try await courier.post(endpoint, form: form, basic: basic)
                guard answer.status == 429 || answer.status == 503 else { return answer }
                end = Self.refusal(answer)
                wait = answer.retryAfter.flatMap { RetryAfter.duration($0, now: .now) }
            } catch {
                if Task.isCancelled { throw .interrupted }
                end = .unreachable(error.reason)
                guard error.wasNotSent && error.isPassing else { throw end }
            }
            let pause = wait ?? backoff.delay(afterAttempt: attempt)
            guard attempt < backoff.attempts, pause <= backoff.longestRetryAfter else { throw end }
            tally.countRetry()
            do { try await Task.sleep(for: pause) } catch { throw .interrupted }
            attempt += 1
        }
    }

    private static func refusal(_ answer: HTTPAnswer) -> ReceiveProblem {
        let found = try? JSONParser().withDocument(answer.body) { root in
            (PlainText.shown(root["error"], limit: 80), PlainText.shown(root["error_description"]))
        }
        return .tokenRefused(error: found?.0 ?? "status \(answer.status)", description: found?.1)
    }
}
