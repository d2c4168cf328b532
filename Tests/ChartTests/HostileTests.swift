import FHIR
import Testing

@testable import Chart

@Suite struct HostileTests {
    private static let elements = [
        "code", "category", "type", "identifier", "status", "clinicalStatus", "verificationStatus", "subject", "period",
        "effectiveDateTime",
        "effectivePeriod", "valueQuantity", "valueCodeableConcept", "valueBoolean", "valueRange", "valueRatio", "valuePeriod", "component",
        "referenceRange", "interpretation", "performer", "requester", "author", "participant", "location", "hospitalization", "reaction",
        "dosageInstruction", "dosage", "dispenseRequest", "medicationReference", "medicationCodeableConcept", "contained", "content",
        "presentedForm", "result", "text", "note", "activity", "target", "name", "telecom", "address", "deviceName", "collection",
        "context",
        "protocolApplied", "onsetDateTime", "onsetAge", "abatementDateTime", "stage", "bodySite", "class", "meta", "description",
        "addresses",
        "vaccineCode", "reasonCode", "reasonReference", "relationship", "specimen", "method", "criticality", "daysSupply", "quantity",
    ]

    private static let wrong = [
        "null", "true", "7", "-1e300", "\"text\"", "\"\"", "[]", "{}", "[[]]", "[null,1,\"a\",{}]", #"{"coding":"x"}"#,
        #"{"coding":[[{}]]}"#,
        #"{"coding":{"code":{"code":1}}}"#, #"{"value":{"value":1}}"#, #"{"reference":7,"display":[]}"#, #"{"start":1,"end":{}}"#,
        #"[{"text":["a"]}]"#, #"{"value":"1","unit":3}"#,
    ]

    @Test(arguments: ResourceType.allCases)
    func `wrong shapes everywhere make an entry, never a crash`(type: ResourceType) {
        for wrong in Self.wrong {
            let members = Self.elements.map { "\"\($0)\":\(wrong)" }.joined(separator: ",")
            let chart = Chart([Records.kept(type, "a", members)])
            #expect(chart.items.count + chart.withheld.count == 1, "\(type) \(wrong)")
            for item in chart.items {
                let sent = chart.sent(item.sources[0])
                #expect(!sent.json.isEmpty)
                for number in sent.attachments.indices { _ = chart.file(item.sources[0], number: number) }
            }
        }
    }

    @Test(arguments: ["", "{", "null", "[]", "\u{FEFF}{}", #"{"a":1,"a":2}"#, String(repeating: "[", count: 500)])
    func `bytes that are no record are an entry that says so`(text: String) throws {
        let resource = ChartResource(type: .observation, id: "a", bytes: Array(text.utf8), payer: "P", receivedAt: Records.monday)
        let chart = Chart([resource])
        let item = try #require(chart.items.first)
        #expect(chart.items.count == 1 && item.sources.count == 1 && chart.sent(item.sources[0]).attachments.isEmpty)
        #expect(item.title.isEmpty)
    }

    @Test func `the deepest nesting that is read is read`() {
        let deep = String(repeating: #"{"extension":["#, count: 15) + String(repeating: "]}", count: 15)
        #expect(Chart([Records.kept(.observation, "a", #""code":{"text":"x"},"extension":[\#(deep)]"#)]).items.first?.title == "x")
    }

    @Test func `a text without end is cut between two characters`() throws {
        let long = String(repeating: "ñ€", count: 100_000)
        let item = try #require(Chart([Records.kept(.observation, "a", #""code":{"text":"\#(long)"}"#)]).items.first)
        #expect(item.title.utf8.count < 700 && item.title.hasSuffix("…") && !item.title.contains("\u{FFFD}"))
    }

    @Test func `ten thousand parts make no endless entry`() throws {
        let parts = Array(repeating: #"{"code":{"text":"x"},"valueInteger":1}"#, count: 10_000).joined(separator: ",")
        let item = try #require(Chart([Records.kept(.observation, "a", #""code":{"text":"x"},"component":[\#(parts)]"#)]).items.first)
        #expect(item.components.count == 200)
    }
}
