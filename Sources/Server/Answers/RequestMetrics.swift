import Metrics

/// What is counted of requests: how many by class of status, and how long they took. A metrics system that is bootstrapped sees them.
enum RequestMetrics {
    private static let requests = ["1xx", "2xx", "3xx", "4xx", "5xx"].map {
        Counter(label: "payerbridge_requests_total", dimensions: [("status", $0)])
    }
    private static let seconds = Timer(label: "payerbridge_request_duration")

    static func count(status: Int, _ spent: Duration) {
        requests[max(1, min(5, status / 100)) - 1].increment()
        let (whole, rest) = spent.components
        seconds.recordNanoseconds(whole * 1_000_000_000 + rest / 1_000_000_000)
    }
}
