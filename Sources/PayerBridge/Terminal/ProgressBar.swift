import Foundation

/// One line on a terminal that tells how far, how fast and how long still; in a log a plain line now and then.
final class ProgressBar {
    private let title: String
    private let unit: String?
    private let start = ContinuousClock.now
    /// What was done before: work that goes on where it was has not been quick for it.
    private var before: (fraction: Double, count: Int)?
    private var last: ContinuousClock.Instant?
    private let pause: Duration

    /// `unit` is what the count counts, such as "resources"; without it only the fraction is told.
    init(_ title: String, unit: String? = nil) {
        (self.title, self.unit) = (title, unit)
        pause = Console.isInteractive ? .milliseconds(100) : .seconds(5)
    }

    /// `fraction` from 0 to 1; `count` of units done. Quick to call often.
    func show(_ fraction: Double, count: Int = 0) {
        let now = ContinuousClock.now
        if before == nil { before = (fraction, count) }
        if let last, last.duration(to: now) < pause { return }
        last = now
        write(fraction, count: count, at: now, isFinal: false)
    }

    func finish(count: Int = 0) { write(1, count: count, at: .now, isFinal: true) }

    private func write(_ fraction: Double, count: Int, at now: ContinuousClock.Instant, isFinal: Bool) {
        let (seconds, before) = (start.duration(to: now) / .seconds(1), before ?? (0, 0))
        var facts = ["\(Int(fraction * 100)) %"]
        if let unit { facts.append("\(Self.grouped(count)) \(unit)") }
        // Before a second has passed there is nothing to reckon from.
        if unit != nil, seconds >= 1 { facts.append("\(Self.grouped(Int(Double(count - before.count) / seconds)))/s") }
        let done = fraction - before.fraction
        if !isFinal, seconds >= 1, done > 0.01 { facts.append("\(Self.time(seconds * (1 - fraction) / done)) left") }
        let words = facts.joined(separator: ", ") + (isFinal ? " in \(Self.time(seconds))" : "")
        guard Console.isInteractive else { return Console.warn("\(title): \(words)") }
        let width = 24
        let full = Int(max(0, min(1, fraction)) * Double(width))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
        Console.draw("\(title) \(bar) \(words)", stays: isFinal)
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
