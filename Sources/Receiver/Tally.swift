import Synchronization

/// Requests made and requests repeated, counted wherever they are sent from.
final class Tally: Sendable {
    private let counts: Mutex<(requests: Int, retries: Int)>
    private let longestWait = Mutex<Duration>(.zero)

    init(requests: Int = 0, retries: Int = 0) {
        counts = Mutex((requests, retries))
    }

    var now: (requests: Int, retries: Int) { counts.withLock { $0 } }

    /// The longest wait that a sender asked for and nobody has waited.
    var askedWait: Duration { longestWait.withLock { $0 } }
    func noteAsked(_ wait: Duration) { longestWait.withLock { $0 = max($0, wait) } }

    func countRequest() { counts.withLock { $0.requests += 1 } }
    func countRetry() { counts.withLock { $0.retries += 1 } }
    func add(requests: Int, retries: Int) { counts.withLock { $0 = ($0.requests + requests, $0.retries + retries) } }
}
