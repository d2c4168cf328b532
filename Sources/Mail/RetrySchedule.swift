import Foundation

/// When a message that could not be handed over is tried again: eight attempts in all, none after a day.
enum RetrySchedule {
    static let waits: [TimeInterval] = [5, 30, 120, 600, 1800, 7200, 21_600]
    static let maximumAttempts = waits.count + 1
    static let maximumAge: TimeInterval = 24 * 3600

    /// `attempts` counts those before the one that has just failed; nil means give up.
    static func retry(attempts: Int, createdAt: Date, now: Date) -> Date? {
        guard waits.indices.contains(attempts) else { return nil }
        let next = now.addingTimeInterval(waits[attempts])
        return next.timeIntervalSince(createdAt) <= maximumAge ? next : nil
    }
}
