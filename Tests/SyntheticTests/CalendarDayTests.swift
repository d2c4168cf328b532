import Testing

@testable import Synthetic

@Suite struct CalendarDayTests {
    @Test(arguments: ["1899-12-31", "1970-01-01", "2000-02-29", "2024-02-29", "2026-11-01"])
    func `a day is read and written alike`(text: String) {
        #expect(CalendarDay(text)?.text == text)
    }

    @Test(arguments: ["", "2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "2024-01-32", "2024/01/01", "20240101xx"])
    func `what is no day is not read`(text: String) {
        #expect(CalendarDay(text) == nil)
    }

    @Test func `weekdays and months are counted as on a calendar`() throws {
        let day = try #require(CalendarDay("2011-01-04"))
        #expect(day.weekday == 2)
        #expect(try #require(CalendarDay("2024-01-31")).adding(months: 1).text == "2024-02-29")
        #expect(day.months(until: try #require(CalendarDay("2012-01-03"))) == 11)
        #expect(day.months(until: try #require(CalendarDay("2012-01-04"))) == 12)
    }

    @Test func `summer time begins on the second Sunday of March and ends on the first of November`() throws {
        func west(_ text: String) throws -> Int { Moment(day: try #require(CalendarDay(text)), second: 43_200).hoursWest }
        #expect(try [west("2024-03-09"), west("2024-03-10"), west("2024-11-02"), west("2024-11-03")] == [5, 4, 4, 5])
    }

    @Test func `minutes carry over midnight both ways`() throws {
        let noon = Moment(day: try #require(CalendarDay("2024-03-01")), second: 43_200)
        #expect(noon.adding(minutes: -721).day.text == "2024-02-29")
        #expect(noon.adding(minutes: -721).second == 86_340)
        #expect(noon.adding(minutes: 720).second == 0)
    }
}
