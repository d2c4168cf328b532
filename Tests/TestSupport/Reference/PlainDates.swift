import Foundation

/// FHIR's dates, read once more the slow and obvious way: as the milliseconds since 1970 that a text covers.
enum PlainDates {
    struct Span: Equatable {
        let low: Int64
        let high: Int64

        func contains(_ other: Span) -> Bool { low <= other.low && other.high <= high }
        func overlaps(_ other: Span) -> Bool { low < other.high && other.low < high }
    }

    static let longAgo = Span(low: Int64.min / 2, high: Int64.min / 2)
    static let farAhead = Span(low: Int64.max / 2, high: Int64.max / 2)

    /// A date, dateTime or instant, or a Period, of which a missing side is open.
    static func span(_ value: Plain) -> Span? {
        if let text = value.text { return span(text) }
        let (start, end) = (value["start"]?.text.flatMap { span($0) }, value["end"]?.text.flatMap { span($0) })
        guard start != nil || end != nil else { return nil }
        return Span(low: (start ?? longAgo).low, high: (end ?? farAhead).high)
    }

    static func span(_ text: String) -> Span? {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false).map(String.init)
        let parts = halves[0].split(separator: "-").compactMap { Int($0) }
        guard let year = parts.first else { return nil }
        let day: Int64 = 86_400_000
        switch (parts.count, halves.count) {
        case (1, 1): return Span(low: days(year, 1, 1) * day, high: days(year + 1, 1, 1) * day)
        case (2, 1): return Span(low: days(year, parts[1], 1) * day, high: (days(year, parts[1], 1) + length(year, parts[1])) * day)
        case (3, 1):
            let low = days(year, parts[1], parts[2]) * day
            return Span(low: low, high: low + day)
        default: return time(halves[1], from: days(year, parts[1], parts[2]) * day)
        }
    }

    /// `23:30`, `23:30:15`, `23:30:15.25`, each with `Z`, an offset, or nothing for UTC.
    private static func time(_ text: String, from midnight: Int64) -> Span? {
        var clock = text
        var offset: Int64 = 0
        if clock.hasSuffix("Z") {
            clock.removeLast()
        } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            let zone = clock[clock.index(after: sign)...].split(separator: ":").compactMap { Int64($0) }
            offset = (zone[0] * 60 + zone[1]) * 60_000 * (clock[sign] == "-" ? -1 : 1)
            clock = String(clock[..<sign])
        }
        let parts = clock.split(separator: ":").map(String.init)
        guard let hour = Int64(parts[0]), let minute = Int64(parts[1]) else { return nil }
        var low = midnight + (hour * 60 + minute) * 60_000 - offset
        guard parts.count > 2 else { return Span(low: low, high: low + 60_000) }
        let seconds = parts[2].split(separator: ".").map(String.init)
        low += (Int64(seconds[0]) ?? 0) * 1000
        guard seconds.count > 1 else { return Span(low: low, high: low + 1000) }
        low += Int64((seconds[1] + "000").prefix(3)) ?? 0
        return Span(low: low, high: low + 1)
    }

    /// Days from 1970-01-01, counted one year and one month at a time.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        var count: Int64 = 0
        if year >= 1970 {
            for passed in 1970..<year { count += isLeap(passed) ? 366 : 365 }
        } else {
            for missing in year..<1970 { count -= isLeap(missing) ? 366 : 365 }
        }
        for passed in 1..<month { count += length(year, passed) }
        return count + Int64(day - 1)
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func length(_ year: Int, _ month: Int) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
