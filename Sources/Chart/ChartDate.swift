import FHIR

/// A FHIR date with the precision it was written in; a year stays a year.
package struct ChartDate: Sendable, Hashable {
    package enum Precision: UInt8, Sendable { case year, month, day, instant }

    /// As it was sent: `2019`, `2019-05`, `2019-05-23` or `2019-05-23T09:15:00-04:00`.
    package let text: String
    package let precision: Precision
    /// The first moment it covers, in milliseconds since 1970.
    package let low: Int64

    package init?(_ text: String) {
        guard let range = DateRange(text.utf8) else { return nil }
        switch text.utf8.count {
        case 4: precision = .year
        case 7: precision = .month
        case 10: precision = .day
        default: precision = .instant
        }
        (self.text, low) = (text, range.low)
    }

    /// The year, month or day where the event took place, without the time of day.
    package var day: String { String(decoding: text.utf8.prefix(10), as: UTF8.self) }
    package var year: String { String(decoding: text.utf8.prefix(4), as: UTF8.self) }
}

/// Which of a resource's dates stands for it; two dates of different roles are not the same date.
package enum DateRole: String, Sendable, CaseIterable {
    case onset, recorded, taken, ordered, given, performed, began, written, started, collected, made
}
