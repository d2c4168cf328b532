/// A day of the Gregorian calendar, counted from 1970-01-01.
struct CalendarDay: Sendable, Comparable {
    var number: Int

    init(number: Int) { self.number = number }

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil.
    init(year: Int, month: Int, day: Int) {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    /// `YYYY-MM-DD`, or nil when the text is no such day.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 45, bytes[7] == 45 else { return nil }
        func value(_ range: Range<Int>) -> Int? {
            var sum = 0
            for byte in bytes[range] {
                guard (48...57).contains(byte) else { return nil }
                sum = sum * 10 + Int(byte - 48)
            }
            return sum
        }
        guard let year = value(0..<4), let month = value(5..<7), let day = value(8..<10), (1...12).contains(month) else { return nil }
        guard day >= 1, day <= CalendarDay.length(ofMonth: month, year: year) else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// days_to_civil of the same source.
    var civil: (year: Int, month: Int, day: Int) {
        let z = number + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    func adding(months: Int) -> CalendarDay {
        let (year, month, day) = civil
        let total = year * 12 + month - 1 + months
        let newYear = total / 12
        let newMonth = total % 12 + 1
        return CalendarDay(year: newYear, month: newMonth, day: min(day, CalendarDay.length(ofMonth: newMonth, year: newYear)))
    }

    func adding(days: Int) -> CalendarDay { CalendarDay(number: number + days) }

    /// Whole months from this day to `other`.
    func months(until other: CalendarDay) -> Int {
        let a = civil
        let b = other.civil
        return (b.year - a.year) * 12 + b.month - a.month - (b.day < a.day ? 1 : 0)
    }

    /// 0 is Sunday.
    var weekday: Int { ((number + 4) % 7 + 7) % 7 }

    /// The next day that is neither a Saturday nor a Sunday.
    var workday: CalendarDay {
        switch weekday {
        case 0: adding(days: 1)
        case 6: adding(days: 2)
        default: self
        }
    }

    var text: String {
        var bytes = ResourceBytes()
        bytes.day(self)
        return String(decoding: bytes.bytes, as: UTF8.self)
    }

    static func < (a: CalendarDay, b: CalendarDay) -> Bool { a.number < b.number }
}

/// A local moment in Massachusetts: the day and the seconds since its midnight.
struct Moment: Sendable, Comparable {
    var day: CalendarDay
    var second: Int

    func adding(minutes: Int) -> Moment {
        let total = second + minutes * 60
        let days = total >= 0 ? total / 86_400 : (total - 86_399) / 86_400
        return Moment(day: day.adding(days: days), second: total - days * 86_400)
    }

    /// Hours west of UTC: 4 from the second Sunday of March to the first Sunday of November, otherwise 5.
    var hoursWest: Int {
        let (year, month, day) = self.day.civil
        switch month {
        case 4...10: return 4
        case 3:
            let first = CalendarDay(year: year, month: 3, day: 1)
            return day >= 1 + (7 - first.weekday) % 7 + 7 ? 4 : 5
        case 11:
            let first = CalendarDay(year: year, month: 11, day: 1)
            return day < 1 + (7 - first.weekday) % 7 ? 4 : 5
        default: return 5
        }
    }

    static func < (a: Moment, b: Moment) -> Bool {
        a.day == b.day ? a.second < b.second : a.day < b.day
    }
}
