/// How long to wait before a request is tried again: doubling with jitter, or what the server asks for.
struct Backoff: Sendable {
    let attempts: Int
    let first: Duration
    let longestRetryAfter: Duration
    static let longest: Duration = .seconds(30)

    init(_ options: ReceiveOptions) {
        attempts = max(1, options.maximumAttempts)
        first = options.firstRetryDelay
        longestRetryAfter = options.longestRetryAfter
    }

    /// Between half and all of `first * 2^(attempt - 1)`, at most half a minute; `attempt` is the one that just failed, from 1.
    func delay(afterAttempt attempt: Int, random: Double = .random(in: 0..<1)) -> Duration {
        let doubled = first * (1 << min(attempt - 1, 16))
        return min(doubled, Self.longest) * (0.5 + random / 2)
    }
}
