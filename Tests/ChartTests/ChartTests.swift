import FHIR
import Testing

@testable import Chart

@Suite struct ChartTests {
    @Test func `a made-up member's chart has every section that US Core fills`() {
        let kinds = Set((0..<4).flatMap { Chart(Records.synthetic($0)).items.map(\.kind) })
        let expected = Set(ChartKind.allCases).subtracting([.other, .finding])
        #expect(expected.subtracting(kinds).isEmpty, "\(expected.subtracting(kinds))")
    }

    @Test func `every entry of a made-up member has a title, and every event a date`() {
        for index in 0..<4 {
            for item in Chart(Records.synthetic(index)).items {
                #expect(!item.title.isEmpty || item.kind == .supporting || item.kind == .careTeam, "\(item.id) \(item.kind)")
                #expect(item.date != nil || !item.kind.isEvent, "\(item.id) \(item.kind)")
            }
        }
    }

    @Test func `the newest stands first, what has no date last, and what no longer counts below what does`() {
        let chart = Chart([
            Records.kept(
                .condition, "old", #""clinicalStatus":{"coding":[{"code":"active"}]},"code":{"text":"Old"},"onsetDateTime":"2001""#),
            Records.kept(
                .condition, "over", #""clinicalStatus":{"coding":[{"code":"resolved"}]},"code":{"text":"Over"},"onsetDateTime":"2020""#),
            Records.kept(.condition, "undated", #""code":{"text":"Undated"}"#),
            Records.kept(.condition, "new", #""code":{"text":"New"},"onsetDateTime":"2019-01-01""#),
        ])
        #expect(chart.items.map(\.title) == ["Over", "New", "Old", "Undated"])
        #expect(chart.items(.problem).map(\.title) == ["New", "Old", "Undated", "Over"])
    }

    @Test func `results of one test in one unit are a series, oldest first`() throws {
        let dates = ["2020-01-01", "2018-01-01", "2019-01-01"]
        var resources = dates.enumerated().map {
            Records.kept(.observation, "\($0.offset)", Records.laboratory("9\($0.offset).50", $0.element))
        }
        resources.append(
            Records.kept(.observation, "back", Records.laboratory("999", "2021-01-01").replacing("final", with: "entered-in-error")))
        resources.append(Records.kept(.observation, "unit", Records.laboratory("5.1", "2021-01-01").replacing("mg/dL", with: "mmol/L")))
        let chart = Chart(resources)
        let series = try #require(chart.series.first)
        #expect(chart.series.count == 1 && series.unit == "mg/dL" && series.title == "Glucose")
        #expect(series.lines.map { $0.points.map(\.text) } == [["91.50", "92.50", "90.50"]])
        #expect(series.lines[0].points.map(\.number) == [91.5, 92.5, 90.5])
    }

    @Test func `blood pressure is one series of two lines`() throws {
        let chart = Chart(Records.synthetic(1))
        let series = try #require(chart.series.first { $0.title.hasPrefix("Blood pressure") })
        #expect(series.lines.map(\.name) == ["Systolic blood pressure", "Diastolic blood pressure"] && series.unit == "mmHg")
    }

    @Test func `a search finds every word in any case and without accents`() {
        let chart = Chart([
            Records.kept(.condition, "a", #""code":\#(Records.snomed("195967001", "Asma crónica")),"onsetDateTime":"2020""#),
            Records.kept(.observation, "b", Records.laboratory("98.6", "2021-01-01"), payer: "Harbor Health"),
        ])
        #expect(chart.matching("CRONICA asma").map(\.title) == ["Asma crónica"])
        #expect(chart.matching("195967001").count == 1 && chart.matching("98.6").count == 1 && chart.matching("harbor glucose").count == 1)
        #expect(chart.matching("harbor asma").isEmpty && chart.matching("").count == 2)
        #expect(chart.matching(ChartFilter(kind: .problem)).map(\.title) == ["Asma crónica"])
        #expect(chart.matching(ChartFilter(payer: "Harbor Health")).map(\.title) == ["Glucose"])
        #expect(chart.matching(ChartFilter(year: "2020")).map(\.title) == ["Asma crónica"])
        #expect(chart.years == ["2021", "2020"])
    }

    @Test func `groups gather one test's results and keep apart what was taken back`() {
        let chart = Chart([
            Records.kept(.observation, "a", Records.laboratory("1", "2020")),
            Records.kept(.observation, "b", Records.laboratory("2", "2021")),
            Records.kept(.observation, "c", Records.laboratory("3", "2022").replacing("final", with: "entered-in-error")),
        ])
        #expect(chart.groups(.laboratory).map { $0.items.map(\.id) } == [["Observation/b", "Observation/a"], ["Observation/c"]])
    }
}
