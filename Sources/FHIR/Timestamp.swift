/// An instant in milliseconds since 1970-01-01T00:00:00Z; what the store keeps and the answers show.
package struct Timestamp: Sendable, Hashable, Comparable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    package func adding(seconds: Int) -> Timestamp { Timestamp(milliseconds: milliseconds + Int64(seconds) * 1000) }
    package var seconds: Int64 { milliseconds.flooredQuotient(by: 1000) }

    /// A FHIR `instant` in UTC, such as `2026-11-24T02:10:03.120Z`.
    package var instant: String { String(decoding: instantBytes, as: UTF8.self) }

    package var instantBytes: [UInt8] {
        let second = seconds
        let day = CivilDay(daysSinceEpoch: second.flooredQuotient(by: 86_400))
        let rest = Int(second - second.flooredQuotient(by: 86_400) * 86_400)
        var out: [UInt8] = []
        out.reserveCapacity(24)
        day.append(to: &out)
        out.append(UInt8(ascii: "T"))
        out.appendPadded(rest / 3600, width: 2)
        out.append(UInt8(ascii: ":"))
        out.appendPadded(rest / 60 % 60, width: 2)
        out.append(UInt8(ascii: ":"))
        out.appendPadded(rest % 60, width: 2)
        out.append(UInt8(ascii: "."))
        out.appendPadded(Int(milliseconds - second * 1000), width: 3)
        out.append(UInt8(ascii: "Z"))
        return out
    }

    /// The day in UTC, such as `2026-11-24`.
    package var date: String {
        var out: [UInt8] = []
        CivilDay(daysSinceEpoch: seconds.flooredQuotient(by: 86_400)).append(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// An IMF-fixdate for HTTP, such as `Tue, 24 Nov 2026 02:10:03 GMT` (RFC 9110 §5.6.7).
    package var httpDate: String {
        let days = seconds.flooredQuotient(by: 86_400)
        let day = CivilDay(daysSinceEpoch: days)
        let rest = Int(seconds - days * 86_400)
        // Every read of a resource tells one.
        return String(unsafeUninitializedCapacity: 29) { out in
            func write(_ text: StaticString, _ part: Int, at place: Int) {
                for index in 0..<3 { out[place + index] = text.utf8Start[part * 3 + index] }
            }
            func write(_ number: Int, digits: Int, at place: Int, then separator: Unicode.Scalar) {
                var rest = number.magnitude
                for index in stride(from: place + digits - 1, through: place, by: -1) {
                    out[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                out[place + digits] = UInt8(ascii: separator)
            }
            write("ThuFriSatSunMonTueWed", Int(days - days.flooredQuotient(by: 7) * 7), at: 0)
            (out[3], out[4]) = (UInt8(ascii: ","), UInt8(ascii: " "))
            write(day.day, digits: 2, at: 5, then: " ")
            write("JanFebMarAprMayJunJulAugSepOctNovDec", day.month - 1, at: 8)
            out[11] = UInt8(ascii: " ")
            write(day.year, digits: 4, at: 12, then: " ")
            write(rest / 3600, digits: 2, at: 17, then: ":")
            write(rest / 60 % 60, digits: 2, at: 20, then: ":")
            write(rest % 60, digits: 2, at: 23, then: " ")
            write("GMT", 0, at: 26)
            return 29
        }
    }
}

/// A day of the Gregorian calendar, and its number counted from 1970-01-01.
package struct CivilDay: Sendable, Hashable {
    package let year: Int
    package let month: Int
    package let day: Int

    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.length(year: year, month: month) else {
            return nil
        }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Howard Hinnant's `civil_from_days`: the calendar turned so that the year begins in March.
    package init(daysSinceEpoch days: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let turned = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * turned + 2) / 5 + 1)
        month = Int(turned < 10 ? turned + 3 : turned - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    package var daysSinceEpoch: Int64 {
        let turnedYear = Int64(month <= 2 ? year - 1 : year)
        let era = turnedYear.flooredQuotient(by: 400)
        let yearOfEra = turnedYear - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package var text: String {
        var out: [UInt8] = []
        append(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    func append(to out: inout [UInt8]) {
        out.appendPadded(year, width: 4)
        out.append(UInt8(ascii: "-"))
        out.appendPadded(month, width: 2)
        out.append(UInt8(ascii: "-"))
        out.appendPadded(day, width: 2)
    }

    static func length(year: Int, month: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int64 {
    package func flooredQuotient(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension [UInt8] {
    /// Appends a non-negative number with leading zeros up to `width` digits.
    package mutating func appendPadded(_ number: Int, width: Int) {
        var digits: [UInt8] = []
        var rest = number
        repeat {
            digits.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        for _ in 0..<Swift.max(0, width - digits.count) { append(UInt8(ascii: "0")) }
        append(contentsOf: digits.reversed())
    }
}
