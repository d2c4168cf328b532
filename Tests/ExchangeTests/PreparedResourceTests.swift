import Exchange
import FHIR
import Testing

@Suite("Preparing a resource for the store")
struct PreparedResourceTests {
    func prepare(_ source: String, fallback: String? = nil) throws -> PreparedResource {
        return try JSONParser().withDocument(Array(source.utf8)) {
            try PreparedResource($0, fallbackID: fallback.flatMap { ResourceID($0) })
        }
    }

    @Test("The same bytes have the same digest, any other byte another")
    func digest() throws {
        let a = try prepare(#"{"resourceType":"Organization","id":"o","n":1.50}"#)
        #expect(try a.digest == prepare(#"{"resourceType":"Organization","id":"o","n":1.50}"#).digest)
        #expect(try a.digest != prepare(#"{"resourceType":"Organization","id":"o","n":1.5}"#).digest)
    }

    @Test("The body carries version and time and keeps every other byte")
    func body() throws {
        let resource = try prepare(#"{"resourceType":"Organization","id":"o","n":1.50}"#)
        let body = resource.body(version: 3, lastUpdated: Array("2026-11-24T00:00:00.000Z".utf8))
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"resourceType":"Organization","id":"o","meta":{"versionId":"3","lastUpdated":"2026-11-24T00:00:00.000Z"},"n":1.50}"#)
    }

    @Test(
        "The first version is ready before its time is known",
        arguments: [
            #"{"resourceType":"Organization","id":"o","n":1}"#, #"{"id":"o","resourceType":"Organization"}"#,
            #"{"meta":{"versionId":"7","lastUpdated":"2020-01-01T00:00:00Z"},"resourceType":"Organization","id":"o"}"#,
            #"{"resourceType":"Organization","id":"o","meta":{"profile":["x"],"lastUpdated":"2020","versionId":"2"}}"#,
            #"{"resourceType":"Organization","id":"o","meta":{"versionId":"2","tag":[],"lastUpdated":"2020"},"name":"ü"}"#,
            #"{"resourceType":"Organization","id":"o","meta":{}}"#, #"{"resourceType":"Organization","name":"no id"}"#,
        ])
    func firstBody(_ source: String) throws {
        let resource = try prepare(source, fallback: "fallback")
        let time = Array("2026-11-24T00:00:00.000Z".utf8)
        _ = resource.withFirst(lastUpdated: Array("2020-01-01T00:00:00.000Z".utf8)) { $0.count }
        let first = resource.withFirst(lastUpdated: time) { Array($0) }
        #expect(first == resource.body(version: 1, lastUpdated: time))
        let tenth = String(decoding: resource.body(version: 10, lastUpdated: time), as: UTF8.self)
        #expect(tenth == String(decoding: first, as: UTF8.self).replacing(#""versionId":"1""#, with: #""versionId":"10""#))
    }

    @Test("A resource without an id gets the one of its entry, in its body too")
    func fallback() throws {
        let resource = try prepare(#"{"resourceType":"Organization","n":1.50}"#, fallback: "u-1")
        #expect(resource.id.text == "u-1")
        #expect(String(decoding: resource.body(version: 1, lastUpdated: []), as: UTF8.self).contains(#""id":"u-1""#))
        #expect(throws: ResourceProblem.self) { try prepare(#"{"resourceType":"Organization"}"#) }
    }

    @Test("Identifiers are kept for what belongs to the plan, and for nothing of a member's")
    func identifiers() throws {
        let doctor = try prepare(
            #"{"resourceType":"Practitioner","id":"d","identifier":[{"system":"npi","value":"9"},{"value":"x"},{"system":"y"}]}"#)
        #expect(doctor.identifiers == ["npi|9", "|x"])
        let encounter = try prepare(
            #"{"resourceType":"Encounter","id":"e","identifier":[{"system":"s","value":"9"}],"subject":{"reference":"Patient/p"}}"#)
        #expect(encounter.identifiers == [])
        #expect(encounter.roster == nil)
    }

    @Test("A Patient gives a line of the roster: member number before record number before id, the official name, the first postal code")
    func roster() throws {
        let patient = try prepare(
            #"""
            {"resourceType":"Patient","id":"p1","birthDate":"2011-01-04","name":[{"family":"Old","given":["X"]},{"use":"official","family":"Venegas795",
            "given":["Mayte822","Second"]}],"identifier":[{"value":"plain"},{"type":{"coding":[{"code":"MR"}]},"value":"mr-1"},
            {"type":{"coding":[{"code":"MB"}]},"value":"mb-1"}],"address":[{"postalCode":"02116"},{"postalCode":"99999"}],
            "telecom":[{"system":"phone","value":"555"},{"system":"email","value":"m@example.com"}]}
            """#)
        #expect(
            patient.roster
                == RosterEntry(
                    memberID: "mb-1", firstName: "Mayte822", lastName: "Venegas795", birthDate: "2011-01-04", postalCode: "02116",
                    email: "m@example.com", patientID: "p1"))
        let bare = #"{"resourceType":"Patient","id":"p2","birthDate":"2011-01-04","name":[{"family":"A","given":["B"]}]"#
        #expect(try prepare(bare + "}").roster?.memberID == "p2")
        #expect(try prepare(bare + #","identifier":[{"type":{"coding":[{"code":"MR"}]},"value":"mr-1"}]}"#).roster?.memberID == "mr-1")
    }

    @Test(
        "A Patient that lacks a part for matching gives no line",
        arguments: [
            #"{"resourceType":"Patient","id":"p","name":[{"family":"A","given":["B"]}]}"#,
            #"{"resourceType":"Patient","id":"p","birthDate":"2011","name":[{"family":"A","given":["B"]}]}"#,
            #"{"resourceType":"Patient","id":"p","birthDate":"2011-01-04"}"#,
            #"{"resourceType":"Patient","id":"p","birthDate":"2011-01-04","name":[{"family":"A"}]}"#,
        ])
    func noRoster(_ source: String) throws { #expect(try prepare(source).roster == nil) }
}
