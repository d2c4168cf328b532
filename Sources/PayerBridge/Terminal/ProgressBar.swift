import Foundation

/// One line on a terminal that tells how far, how fast and how long still; in a log a plain line now and then.
final class ProgressBar {
    private let title: String
    private let unit: String
    private let start = ContinuousClock.now
    private var last: ContinuousClock.Instant?
    private let pause: Duration

    /// `unit` is what the count counts, such as "resources".
    init(_ title: String, unit: String) {
        (self.title, self.unit) = (title, unit)
        pause = Console.isInteractive ? .milliseconds(100) : .seconds(5)
    }

    /// `fraction` from 0 to 1; `count` of units done. Quick to call often.
    func show(_ fraction: Double, count: Int) {
        let now = ContinuousClock.now
        if let last, last.duration(to: now) < pause { return }
        last = now
        write(fraction, count: count, at: now, isFinal: false)
    }

    func finish(count: Int) { write(1, count: count, at: .now, isFinal: true) }

    private func write(_ fraction: Double, count: Int, at now: ContinuousClock.Instant, isFinal: Bool) {
        let seconds = Double(start.duration(to: now).components.seconds) + Double(start.duration(to: now).components.attoseconds) / 1e18
        let rate = seconds > 0 ? Int(Double(count) / seconds) : 0
        let left =
            fraction > 0.01 && !isFinal ? ", \(Self.time(seconds / fraction - seconds)) left" : isFinal ? " in \(Self.time(seconds))" : ""
        let facts = "\(Self.grouped(count)) \(unit), \(Self.grouped(rate))/s\(left)"
        if Console.isInteractive {
            let width = 24
            let full = Int(max(0, min(1, fraction)) * Double(width))
            let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
            FileHandle.standardError.write(Data("\r\(title) \(bar) \(Int(fraction * 100)) %  \(facts)\u{1B}[K\(isFinal ? "\n" : "")".utf8))
        } else {
            Console.warn("\(title): \(Int(fraction * 100)) %, \(facts)")
        }
    }

    static func time(_ seconds: Double) -> String {
        let whole = max(0, Int(seconds.rounded()))
        return whole < 60 ? "\(whole) s" : whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
    }

    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return String(
            digits.enumerated().flatMap { index, digit in index > 0 && (digits.count - index) % 3 == 0 ? [",", digit] : [digit] })
    }
}
