import FHIR
import Testing

@testable import Chart

@Suite struct ReconcilerTests {
    private let later = Records.monday.adding(seconds: 60)

    @Test func `the same result from two payers is shown once with both`() throws {
        let chart = Chart([
            Records.kept(.observation, "a", Records.laboratory("98.0", "2020-05-01T08:00:00Z"), payer: "Old Plan"),
            Records.kept(.observation, "b", Records.laboratory("98.0", "2020-05-01T03:00:00-05:00"), payer: "Older Plan", at: later),
        ])
        let item = try #require(chart.items.first)
        #expect(chart.items.count == 1 && item.payers == ["Older Plan", "Old Plan"] && item.sources.map(\.id) == ["b", "a"])
        #expect(item.joins == [Join(rule: .event, shared: "http://loinc.org|2339-0")])
        #expect(chart.item(.observation, "a")?.id == "Observation/b")
    }

    @Test func `the same reading sent twice by one payer is shown once`() {
        let twice = ["a", "b"].map { Records.kept(.observation, $0, Records.laboratory("98.0", "2020-05-01T08:00:00Z")) }
        let chart = Chart(twice)
        #expect(chart.items.count == 1 && chart.items.first?.sources.count == 2 && chart.items.first?.payers == ["Old Plan"])
    }

    @Test(arguments: [
        ("another value", Records.laboratory("99.0", "2020-05-01T08:00:00Z")),
        ("another moment", Records.laboratory("98.0", "2020-05-01T09:00:00Z")),
        ("another precision", Records.laboratory("98.0", "2020-05-01")),
        ("another spelling", Records.laboratory("98", "2020-05-01T08:00:00Z")),
        ("taken back", Records.laboratory("98.0", "2020-05-01T08:00:00Z").replacing("final", with: "entered-in-error")),
        ("another place of the body", Records.laboratory("98.0", "2020-05-01T08:00:00Z", more: #","bodySite":{"text":"left arm"}"#)),
        ("another unit", Records.laboratory("98.0", "2020-05-01T08:00:00Z").replacing("mg/dL", with: "g/L")),
    ])
    func `what differs stays two`(why: String, members: String) {
        let chart = Chart([
            Records.kept(.observation, "a", Records.laboratory("98.0", "2020-05-01T08:00:00Z")), Records.kept(.observation, "b", members),
        ])
        #expect(chart.items.count == 2, "\(why)")
    }

    @Test func `without a code or a date nothing is joined by event`() {
        let chart = Chart([
            Records.kept(.observation, "a", #""code":{"text":"Glucose"},"effectiveDateTime":"2020-05-01","valueString":"x""#),
            Records.kept(.observation, "b", #""code":{"text":"Glucose"},"effectiveDateTime":"2020-05-01","valueString":"x""#),
            Records.kept(.observation, "c", #""code":\#(Records.loinc("1", "x")),"valueString":"x""#),
            Records.kept(.observation, "d", #""code":\#(Records.loinc("1", "x")),"valueString":"x""#),
        ])
        #expect(chart.items.count == 4)
    }

    @Test func `an identifier that two payers share joins what has no code`() throws {
        let members = #""identifier":[{"system":"https://clinic.example.org/visit","value":"17"}],"period":{"start":"2020-05-01"}"#
        let chart = Chart([Records.kept(.encounter, "a", members), Records.kept(.encounter, "b", members, payer: "Older Plan")])
        #expect(chart.items.count == 1)
        #expect(chart.items.first?.joins == [Join(rule: .identifier, shared: "https://clinic.example.org/visit|17")])
    }

    @Test(arguments: ["", #""system":"visit","#, #""use":"temp","system":"https://clinic.example.org/visit","#])
    func `an identifier of no system, of a local word or for a while joins nothing`(system: String) {
        let members = #""identifier":[{\#(system)"value":"17"}],"period":{"start":"2020-05-01"}"#
        #expect(Chart([Records.kept(.encounter, "a", members), Records.kept(.encounter, "b", members)]).items.count == 2)
    }

    @Test func `one order number on results of different values joins nothing`() {
        let order = #","identifier":[{"system":"https://lab.example.org/order","value":"9"}]"#
        let chart = Chart([
            Records.kept(.observation, "a", Records.laboratory("98.0", "2020-05-01T08:00:00Z", more: order)),
            Records.kept(.observation, "b", Records.laboratory("140.0", "2020-05-01T08:00:00Z", more: order)),
        ])
        #expect(chart.items.count == 2)
    }

    @Test func `two doses of one medicine on one day stay two`() {
        let order = { (dose: String) in
            #""status":"active","medicationCodeableConcept":\#(Records.code("http://rx", "1", "M")),"authoredOn":"2020-01-01","dosageInstruction":[{"text":"\#(dose)"}]"#
        }
        let orders = [order("one in the morning"), order("two at night"), order("one in the morning")]
        let chart = Chart(orders.enumerated().map { Records.kept(.medicationRequest, "\($0.offset)", $0.element) })
        #expect(chart.items.map(\.sources.count).sorted() == [1, 2])
    }

    @Test func `two notes of one moment are one only with the same words`() {
        let note = { (data: String) in
            #""type":\#(Records.loinc("34117-2", "Note")),"date":"2020-01-01T00:00:00Z","content":[{"attachment":{"contentType":"text/plain","data":"\#(data)"}}]"#
        }
        let notes = [note("aGVsbG8="), note("aGVsbG8="), note("d29ybGQ=")]
        let chart = Chart(notes.enumerated().map { Records.kept(.documentReference, "\($0.offset)", $0.element) })
        #expect(chart.items.map(\.sources.count).sorted() == [1, 2])
    }

    @Test func `sources that disagree on how it stands say so, and the latest is shown`() throws {
        let problem = { (status: String) in
            #""clinicalStatus":{"coding":[{"code":"\#(status)"}]},"code":\#(Records.snomed("1", "Asthma")),"onsetDateTime":"2010-01-01""#
        }
        let chart = Chart([
            Records.kept(.condition, "a", problem("active")),
            Records.kept(.condition, "b", problem("resolved"), payer: "Older Plan", at: later),
        ])
        let item = try #require(chart.items.first)
        #expect(
            chart.items.count == 1 && item.isDisputed && item.statuses == ["resolved"]
                && item.sources.map(\.statuses) == [["resolved"], ["active"]])
    }

    /// Few values, so that every key is shared often.
    private static func generated(_ seed: UInt64) -> [ChartResource] {
        var random = Numbers(state: seed)
        let count = 20 + Int(random.next() % 60)
        let dates = ["2020", "2020-05", "2020-05-01", "2020-05-01T08:00:00Z", "2020-05-01T09:00:00Z"]
        let types: [ResourceType] = [.observation, .condition, .procedure, .encounter, .immunization, .patient, .claim]
        return (0..<count).map { index in
            var parts: [String] = []
            let type = types.randomElement(using: &random) ?? .observation
            let date = dates.randomElement(using: &random) ?? ""
            let code = Records.loinc(String(random.next() % 3), "x")
            if random.next() % 5 > 0 {
                parts.append(#""\#(type == .encounter ? "type" : type == .immunization ? "vaccineCode" : "code")":\#(code)"#)
            }
            switch type {
            case .observation: parts.append(#""effectiveDateTime":"\#(date)","valueInteger":\#(random.next() % 2)"#)
            case .condition: parts.append(#""onsetDateTime":"\#(date)""#)
            case .procedure: parts.append(#""performedDateTime":"\#(date)""#)
            case .encounter: parts.append(#""period":{"start":"\#(date)"}"#)
            default: parts.append(#""occurrenceDateTime":"\#(date)""#)
            }
            if random.next() % 4 == 0 { parts.append(#""identifier":[{"system":"urn:oid:1.2","value":"\#(random.next() % 3)"}]"#) }
            if random.next() % 6 == 0 { parts.append(#""status":"entered-in-error""#) }
            return Records.kept(
                type, "\(index)", parts.joined(separator: ","), payer: "Plan \(random.next() % 3)",
                at: Records.monday.adding(seconds: Int(random.next() % 3)))
        }
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `every resource is in exactly one item or held back, whatever the record`(seed: UInt64) {
        let resources = Self.generated(seed)
        let chart = Chart(resources)
        let shown = chart.items.flatMap { item in item.sources.map { "\(item.type.name)/\($0.id)" } }
        let held = chart.withheld.map { "\($0.type.name)/\($0.id)" }
        #expect((shown + held).sorted() == resources.map { "\($0.type.name)/\($0.id)" }.sorted())
        for item in chart.items {
            #expect(item.sources.count == 1 ? item.joins.isEmpty : !item.joins.isEmpty)
            #expect(item.sources.allSatisfy { source in source.statuses.contains("entered-in-error") == (item.standing == .inError) })
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `the order in which resources come changes nothing`(seed: UInt64) {
        let resources = Self.generated(seed)
        var random = Numbers(state: seed &+ 99)
        let (one, other) = (Chart(resources), Chart(resources.shuffled(using: &random)))
        #expect(one.items.map(\.id) == other.items.map(\.id))
        #expect(one.items.map(\.joins) == other.items.map(\.joins) && one.items.map(\.sources) == other.items.map(\.sources))
        #expect(one.series.map(\.id) == other.series.map(\.id))
    }

    @Test func `a record that comes from two payers is as long as from one`() {
        let once = Records.synthetic(0)
        let chart = Chart(once)
        let both = Chart(once + Records.synthetic(0, payer: "Second Plan", prefix: "s-", at: later))
        let joined = both.items.filter { $0.sources.count > 1 }
        #expect(joined.allSatisfy { $0.payers == ["Second Plan", "Demo Health Plan"] })
        for kind in [ChartKind.immunization, .vitalSign, .laboratory, .visit, .procedure, .document, .diagnosis] {
            #expect(both.items(kind).count == chart.items(kind).count, "\(kind)")
        }
    }
}

/// SplitMix64: the same numbers every time.
struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
