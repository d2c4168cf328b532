/// How often something took how long, counted without a lock.
final class Histogram: Sendable {
    /// Upper bounds in microseconds, with the text in which Prometheus reads them as seconds.
    private static let bounds: [(microseconds: Int, text: String)] = [
        (250, "0.00025"), (500, "0.0005"), (1_000, "0.001"), (2_500, "0.0025"), (5_000, "0.005"), (10_000, "0.01"), (25_000, "0.025"),
        (50_000, "0.05"), (100_000, "0.1"), (250_000, "0.25"), (500_000, "0.5"), (1_000_000, "1"), (2_500_000, "2.5"),
        (5_000_000, "5"), (10_000_000, "10"),
    ]
    /// One for each bound, one for all above, and the sum in microseconds.
    private let counts = AtomicCounts(bounds.count + 2)

    func record(microseconds: Int) {
        var place = 0
        while place < Self.bounds.count, microseconds > Self.bounds[place].microseconds { place += 1 }
        counts.add(1, at: place)
        counts.add(microseconds, at: Self.bounds.count + 1)
    }

    /// The buckets as they add up, each with its bound as text.
    var buckets: [(bound: String, count: Int)] {
        var sum = 0
        var all = Self.bounds.enumerated().map { index, bound in
            sum += counts[index]
            return (bound.text, sum)
        }
        all.append(("+Inf", sum + counts[Self.bounds.count]))
        return all
    }

    var seconds: Double { Double(counts[Self.bounds.count + 1]) / 1_000_000 }
}
