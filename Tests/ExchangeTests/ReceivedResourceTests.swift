import Exchange
import FHIR
import Foundation
import Testing

@Suite("What becomes of a received resource")
struct ReceivedResourceTests {
    private let ids: LocalIDs
    private let patient: ResourceID

    init() throws {
        patient = try #require(ResourceID("our-patient"))
        ids = LocalIDs(plan: Key(2), member: Key(7), payer: Key(1), patientID: patient, servesPatient: true)
    }

    private func local(_ json: String, base: String = "https://old.example/r4/", here: Set<String> = ["Encounter/e1", "Practitioner/dr"])
        throws -> String
    {
        let writer = ReceivedResource(localIDs: ids, fhirBase: base) { here.contains("\($0.name)/\($1)") }
        let bytes = try JSONParser().withDocument(Array(json.utf8)) { root in
            writer.localBytes(root, type: root["resourceType"]?.text.flatMap { ResourceType($0) } ?? .basic)
        }
        return String(decoding: try #require(bytes), as: UTF8.self)
    }

    @Test("It gets its own id, and its references lead to the resources here; everything else stays byte for byte")
    func rewritten() throws {
        let encounter = ids[.encounter, "e1"].text
        let doctor = ids[.practitioner, "dr"].text
        let own = ids[.observation, "o1"].text
        let before = #"""
            {"resourceType":"Observation", "id" : "o1","valueQuantity":{"value":1.50},
             "subject":{"reference":"Patient/p9"},"encounter":{"reference":"https://old.example/r4/Encounter/e1/_history/3"},
             "performer":[{"reference":"Practitioner/dr"},{"reference":"Organization/gone"},{"reference":"#inside"},
               {"reference":"https://third.example/r4/Organization/x"},{"reference":"urn:uuid:0"},{"display":"a \u00e9"}]}
            """#
        let after = #"""
            {"resourceType":"Observation", "id" : "\#(own)","valueQuantity":{"value":1.50},
             "subject":{"reference":"Patient/our-patient"},"encounter":{"reference":"Encounter/\#(encounter)"},
             "performer":[{"reference":"Practitioner/\#(doctor)"},{"reference":"https://old.example/r4/Organization/gone"},{"reference":"#inside"},
               {"reference":"https://third.example/r4/Organization/x"},{"reference":"urn:uuid:0"},{"display":"a \u00e9"}]}
            """#
        #expect(try local(before) == after)
    }

    @Test("An attachment at the sender keeps its whole address, so that it cannot be mistaken for one here")
    func attachments() throws {
        let text = try local(
            #"{"resourceType":"DocumentReference","id":"d","content":[{"attachment":{"contentType":"application/pdf","url":"Binary/b1"}}]}"#
        )
        #expect(text.contains(#""url":"https://old.example/r4/Binary/b1""#))
        let profile = #"{"resourceType":"Observation","id":"x","extension":[{"url":"Binary/b1","valueString":"v"}]}"#
        #expect(try local(profile).contains(#"{"url":"Binary/b1""#), "an extension's url is a name, not a place")
    }

    @Test("Local ids are always the same for the same resource, and differ for another member, payer, type or id")
    func localIDs() throws {
        let others = [
            LocalIDs(plan: Key(2), member: Key(8), payer: Key(1), patientID: patient, servesPatient: true),
            LocalIDs(plan: Key(2), member: Key(7), payer: Key(2), patientID: patient, servesPatient: true),
            LocalIDs(plan: Key(3), member: Key(7), payer: Key(1), patientID: patient, servesPatient: true),
        ]
        let known = ids[.observation, "a"]
        #expect(known == LocalIDs(plan: Key(2), member: Key(7), payer: Key(1), patientID: patient, servesPatient: true)[.observation, "a"])
        #expect(known.text.utf8.count == 32)
        let all = [ids[.observation, "b"], ids[.condition, "a"]] + others.map { $0[.observation, "a"] }
        #expect(Set(all + [known]).count == all.count + 1)
        #expect(ids[.patient, "theirs"] == patient)
        let second = LocalIDs(plan: Key(2), member: Key(7), payer: Key(1), patientID: patient, servesPatient: false)
        #expect(second[.patient, "theirs"] != patient, "the plan's own Patient stays what it is")
    }

    @Test("The Provenance names the payer, the time and every resource")
    func provenance() throws {
        let bytes = ReceivedProvenance.bytes(
            id: try #require(ResourceID("x")), type: .condition, targets: [try #require(ResourceID("c1")), try #require(ResourceID("c2"))],
            patientID: "our-patient", payer: "Old \"Plan\"", fhirBase: "https://old.example/r4",
            receivedAt: Timestamp(milliseconds: 1_700_000_000_000))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(
            text.contains(#""target":[{"reference":"Patient/our-patient"},{"reference":"Condition/c1"},{"reference":"Condition/c2"}]"#)
                && text.contains(#""recorded":"2023-11-14T22:13:20.000Z""#) && text.contains(#""display":"Old \"Plan\"""#)
                && text.contains(#""code":"transmitter""#))
    }

    @Test(
        "The person is compared by a given name, the family name and the birth date",
        arguments: [
            (#"{"name":[{"family":"Núñez","given":["Ana","María"]}],"birthDate":"1980-01-04"}"#, true),
            (#"{"name":[{"family":"Old"},{"family":"NUNEZ","given":["maria"]},{"given":["ANA"]}],"birthDate":"1980-01-04"}"#, true),
            (#"{"name":[{"family":"Nunez","given":["Ana"]}],"birthDate":"1980-01-05"}"#, false),
            (#"{"name":[{"family":"Nunez","given":["Ana"]}],"birthDate":"1980-01"}"#, false),
            (#"{"name":[{"family":"Nunez","given":["Anna"]}],"birthDate":"1980-01-04"}"#, false),
            (#"{"name":[{"family":"Nunes","given":["Ana"]}],"birthDate":"1980-01-04"}"#, false),
            (#"{"name":"Ana Nunez","birthDate":"1980-01-04"}"#, false), (#"{}"#, false), (#"{"name":[7],"birthDate":7}"#, false),
        ])
    func match(json: String, isSame: Bool) throws {
        let member = Member(
            key: Key(1), memberID: "M", firstName: "Ana", lastName: "Nunez", birthDate: "1980-01-04", postalCode: "", email: nil,
            coverageStart: nil, coverageEnd: nil, patientID: nil)
        let match = try JSONParser().withDocument(Array(json.utf8)) { PatientMatch(member, patient: $0) }
        #expect((match == .same) == isSame, "\(match)")
    }

    @Test("A report reads back as it was written, and names the months between")
    func report() {
        var report = TransferReport()
        report.types = [.init(type: "Condition", count: 2, bytes: 300)]
        report.months = [.init("2019-11", 1), .init("2020-02", 3)]
        report.unknownCodes = [.init("urn:\"x\"", 4)]
        report.quarantined = [.init("it is no resource", 1)]
        report.missing = [.init("Organization", 2)]
        (report.notShared, report.brokenOff) = (["Goal: no"], ["Observation: a\nb"])
        (report.undated, report.milliseconds) = (5, 1234)
        #expect(TransferReport(json: report.json) == report)
        #expect(report.gaps == ["2019-12", "2020-01"] && !report.isWhole && report.resources == 2)
        #expect(TransferReport(json: Array("[]".utf8)) == nil && TransferReport(json: []) == nil)
    }
}
