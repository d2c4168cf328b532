import FHIR

/// Reads with patience: repeats what may pass, renews a refused token once, and says why it gave up.
struct Requests: Sendable {
    let courier: Courier
    let backoff: Backoff
    let tally: Tally
    let report: @Sendable (ReceiveEvent) -> Void

    static let fhirJSON = "application/fhir+json"

    /// Any status but those that were worth repeating; `Stop.type` when all tries were in vain.
    func get(_ address: WebAddress, accept: String = fhirJSON, access: Access? = nil, attempts: Int? = nil) async throws(Stop) -> HTTPAnswer
    {
        let attempts = attempts ?? backoff.attempts
        var attempt = 1
        var wasRenewed = false
        while true {
            let grant: Access.Grant?
            if let access { grant = try await access.grant(for: address) } else { grant = nil }
            tally.countRequest()
            let outcome: Result<HTTPAnswer, Courier.Failure>
            do throws(Courier.Failure) {
                outcome = .success(try await courier.get(address, accept: accept, bearer: grant?.token))
            } catch {
                outcome = .failure(error)
            }
            try Self.checkCancelled()
            let reason: String
            var wait: Duration?
            switch outcome {
            case .success(let answer) where answer.status == 401:
                guard let access, let grant else { return answer }
                guard !wasRenewed else { throw .type(reason: "the server refuses the token it has just issued (401)", again: true) }
                wasRenewed = true
                try await access.renew(after: grant)
                continue
            case .success(let answer) where [429, 502, 503, 504].contains(answer.status):
                reason = answer.reason
                wait = answer.retryAfter.flatMap { RetryAfter.duration($0, now: .now) }
            case .success(let answer):
                return answer
            case .failure(let failure):
                guard failure.isPassing else { throw .type(reason: failure.reason, again: false) }
                reason = failure.reason
            }
            guard attempt < attempts else {
                throw Stop.type(reason: attempts == 1 ? reason : "\(reason), \(attempts) times", again: true)
            }
            if let wait, wait > backoff.longestRetryAfter {
                tally.noteAsked(wait)
                throw Stop.type(reason: "\(reason), and asks to wait \(wait.components.seconds) seconds", again: true)
            }
            let pause = wait ?? backoff.delay(afterAttempt: attempt)
            report(.retry(after: pause, reason: reason))
            tally.countRetry()
            do { try await Task.sleep(for: pause) } catch { throw .run(.interrupted) }
            attempt += 1
        }
    }

    private static func checkCancelled() throws(Stop) {
        if Task.isCancelled { throw .run(.interrupted) }
    }
}
