import FHIR
import Testing

@Suite("Dates and times")
struct TimeTests {
    func range(_ text: String) -> DateRange? { DateRange(Array(text.utf8)) }

    func day(_ year: Int, _ month: Int, _ day: Int) throws -> Int64 {
        try #require(CivilDay(year: year, month: month, day: day)).daysSinceEpoch * 86_400_000
    }

    @Test("A partial date covers its year, month or day")
    func partial() throws {
        #expect(try range("2011") == DateRange(low: day(2011, 1, 1), high: day(2012, 1, 1)))
        #expect(try range("2012-02") == DateRange(low: day(2012, 2, 1), high: day(2012, 3, 1)))
        #expect(try range("2011-12") == DateRange(low: day(2011, 12, 1), high: day(2012, 1, 1)))
        #expect(try range("2012-02-29") == DateRange(low: day(2012, 2, 29), high: day(2012, 3, 1)))
        let last = try #require(range("9999"))
        #expect(try last.low == day(9999, 1, 1))
        #expect(try last.high == day(9999, 12, 31) + 86_400_000)
    }

    @Test(
        "A time covers its minute, second or millisecond, wherever its zone is",
        arguments: [
            ("2011-01-04T10:30Z", 37_800_000, 60_000), ("2011-01-04T10:30:05Z", 37_805_000, 1000),
            ("2011-01-04T10:30:05", 37_805_000, 1000),
            ("2011-01-04T10:30:05.1Z", 37_805_100, 1), ("2011-01-04T10:30:05.123Z", 37_805_123, 1),
            ("2011-01-04T10:30:05.123999Z", 37_805_123, 1), ("2011-01-04T12:30:05+02:00", 37_805_000, 1000),
            ("2011-01-04T05:30:05-05:00", 37_805_000, 1000), ("2011-01-04T16:00:05.000+05:30", 37_805_000, 1),
            ("2011-01-05T00:30:05+14:00", 37_805_000, 1000), ("2011-01-04T12:30:05 02:00", 37_805_000, 1000),
            ("2011-01-04T00:00:00Z", 0, 1000), ("2011-01-04T23:59:60Z", 86_400_000, 1000),
        ] as [(String, Int64, Int64)])
    func times(_ row: (text: String, low: Int64, width: Int64)) throws {
        let low = try day(2011, 1, 4) + row.low
        #expect(range(row.text) == DateRange(low: low, high: low + row.width))
    }

    @Test(
        "What is no date is none",
        arguments: [
            "", "x", "0000", "201", "20111", "2011-", "2011-1", "2011-00", "2011-13", "2011-01-", "2011-01-4", "2011-01-00", "2011-01-32",
            "2011-02-29", "1900-02-29", "2011-04-31", "2011/01/04", "2011-01-04T", "2011-01-04T10", "2011-01-04T10:", "2011-01-04T24:00Z",
            "2011-01-04T25:00Z", "2011-01-04T10:60Z", "2011-01-04T10:30:61Z", "2011-01-04T10:30:05.Z", "2011-01-04T10:30Zx",
            "2011-01-04T10:30z", "2011-01-04T10:30+2:00", "2011-01-04T10:30+15:00", "2011-01-04T10:30+02:60", "2011-01-04 10:30", " 2011",
            "2011 ", "٢٠١١", "-2011", "2011-01-04T10:30+",
        ])
    func nonsense(_ text: String) { #expect(range(text) == nil) }

    @Test(
        "Leap days are those of the Gregorian calendar",
        arguments: [(2000, true), (2004, true), (1900, false), (2100, false), (2023, false)])
    func leapDays(_ row: (year: Int, isLeap: Bool)) {
        #expect((CivilDay(year: row.year, month: 2, day: 29) != nil) == row.isLeap)
    }

    @Test("Each day of four hundred years has its number, and the number its day")
    func roundTrip() throws {
        var number = try #require(CivilDay(year: 1800, month: 1, day: 1)).daysSinceEpoch
        #expect(number == -62_091)
        var (year, month, date) = (1800, 1, 1)
        while year < 2200 {
            let made = CivilDay(daysSinceEpoch: number)
            guard made.year == year, made.month == month, made.day == date, made.daysSinceEpoch == number else {
                Issue.record("Day \(number) is \(made.text), not \(year)-\(month)-\(date).")
                return
            }
            number += 1
            date += 1
            if CivilDay(year: year, month: month, day: date) == nil {
                date = 1
                month += 1
                if month == 13 { (month, year) = (1, year + 1) }
            }
        }
        #expect(number == 84_006)
    }

    @Test(
        "An instant is written as FHIR and as HTTP want it",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
            (1_795_486_203_120, "2026-11-24T02:10:03.120Z", "Tue, 24 Nov 2026 02:10:03 GMT"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (784_111_777_000, "1994-11-06T08:49:37.000Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
            (-2_208_988_800_000, "1900-01-01T00:00:00.000Z", "Mon, 01 Jan 1900 00:00:00 GMT"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z", "Mon, 01 Jan 0001 00:00:00 GMT"),
        ] as [(Int64, String, String)])
    func formats(_ row: (milliseconds: Int64, instant: String, http: String)) {
        let moment = Timestamp(milliseconds: row.milliseconds)
        #expect(moment.instant == row.instant)
        #expect(moment.httpDate == row.http)
        #expect(moment.date == row.instant.prefix(10))
        #expect(range(moment.instant) == DateRange(low: row.milliseconds, high: row.milliseconds + 1))
    }

    @Test("Seconds are added and counted downwards before 1970")
    func seconds() {
        #expect(Timestamp(milliseconds: -1).seconds == -1)
        #expect(Timestamp(milliseconds: 1999).seconds == 1)
        #expect(Timestamp(milliseconds: 5).adding(seconds: -1) == Timestamp(milliseconds: -995))
        #expect(Timestamp(milliseconds: 1) < Timestamp(milliseconds: 2))
    }
}
