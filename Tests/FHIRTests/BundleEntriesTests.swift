import FHIR
import Testing

@Suite("The entries of a Bundle")
struct BundleEntriesTests {
    func resolve(_ source: String, known: [String: String] = [:]) throws -> (bodies: [String], open: [String], numbers: [Int]) {
        try parsed(source) { root in
            let bundle = BundleEntries(root)
            var open: [String] = []
            let bodies = bundle.entries.map { entry in
                text(
                    bundle.resolved(entry) { type, identifier in
                        known["\(type.name)?\(identifier)"].flatMap { ResourceID($0) }
                    } unresolved: {
                        open.append($0)
                    })
            }
            return (bodies, open, bundle.entries.map(\.number))
        }
    }

    @Test("A urn:uuid is resolved to the resource of that entry, forwards and backwards, and everything else stays")
    func uuids() throws {
        let found = try resolve(
            #"""
            {"resourceType":"Bundle","entry":[
              {"fullUrl":"urn:uuid:o1","resource":{"resourceType":"Observation","id":"o1","n":1.50,"subject":{ "reference" : "urn:uuid:p1" },
                "hasMember":[{"reference":"urn:uuid:o2"},{"reference":"Observation/z"},{"reference":"#c"}]}},
              {"fullUrl":"urn:uuid:p1","resource":{"resourceType":"Patient","id":"real-p"}},
              {"fullUrl":"urn:uuid:o2","resource":{"resourceType":"Observation","subject":{"reference":"urn:uuid:p1"}}}]}
            """#)
        #expect(found.open == [])
        #expect(
            found.bodies == [
                #"""
                {"resourceType":"Observation","id":"o1","n":1.50,"subject":{ "reference" : "Patient/real-p" },
                    "hasMember":[{"reference":"Observation/o2"},{"reference":"Observation/z"},{"reference":"#c"}]}
                """#, #"{"resourceType":"Patient","id":"real-p"}"#,
                #"{"resourceType":"Observation","subject":{"reference":"Patient/real-p"}}"#,
            ])
    }

    @Test("A bare uuid of a resource without fullUrl is resolved too")
    func withoutFullURL() throws {
        let found = try resolve(
            #"{"entry":[{"resource":{"resourceType":"Patient","id":"p1"}},{"resource":{"resourceType":"Basic","id":"b","subject":{"reference":"urn:uuid:p1"}}}]}"#
        )
        #expect(found.bodies[1].contains(#""Patient/p1""#))
    }

    @Test("A conditional reference is resolved by identifier, also when it is percent-encoded")
    func conditional() throws {
        let found = try resolve(
            #"""
            {"entry":[{"resource":{"resourceType":"Encounter","id":"e","a":{"reference":"Practitioner?identifier=http://npi|99"},
            "b":{"reference":"Location?identifier=http%3A%2F%2Floc%7C1"}}}]}
            """#, known: ["Practitioner?http://npi|99": "dr", "Location?http://loc|1": "ward"])
        #expect(found.open == [])
        #expect(found.bodies[0].contains(#""a":{"reference":"Practitioner/dr"}"#))
        #expect(found.bodies[0].contains(#""b":{"reference":"Location/ward"}"#))
    }

    @Test("References that name nothing known are reported and left as they are")
    func open() throws {
        let source = #"{"resourceType":"Basic","id":"b","x":{"reference":"urn:uuid:none"},"y":{"reference":"Practitioner?identifier=a|b"}}"#
        let found = try resolve("{\"entry\":[{\"resource\":\(source)}]}")
        #expect(found.bodies == [source])
        #expect(found.open == ["urn:uuid:none", "Practitioner?identifier=a|b"])
    }

    @Test("What belongs to the plan comes first, the order is kept otherwise, and numbers are those of the file")
    func order() throws {
        let types = ["Observation", "Practitioner", "Patient", "Organization", "Encounter"]
        let entries = types.enumerated().map { #"{"resource":{"resourceType":"\#($0.element)","id":"x\#($0.offset)"}}"# }
        let found = try resolve("{\"entry\":[" + entries.joined(separator: ",") + ",{\"fullUrl\":\"urn:uuid:empty\"}]}")
        #expect(found.numbers == [2, 4, 1, 3, 5])
    }

    @Test("What says where it came from comes after what it speaks of")
    func provenanceLast() throws {
        let found = try resolve(
            #"{"entry":[{"resource":{"resourceType":"Provenance","id":"v"}},{"resource":{"resourceType":"Observation","id":"o"}}]}"#)
        #expect(found.numbers == [2, 1])
    }

    @Test("The uuid of the entry is the id of a resource without one")
    func fallbackID() throws {
        try parsed(
            #"{"entry":[{"fullUrl":"urn:uuid:abc-1","resource":{"resourceType":"Patient"}},{"fullUrl":"http://x/Patient/9","resource":{"resourceType":"Patient"}}]}"#
        ) { root in
            #expect(BundleEntries(root).entries.map { $0.fallbackID?.text } == ["abc-1", nil])
        }
    }

    @Test("A Bundle without entries has none", arguments: ["{}", #"{"entry":[]}"#, #"{"entry":null}"#, #"{"entry":[1,"x",{}]}"#])
    func empty(_ source: String) throws {
        #expect(try resolve(source).bodies == [])
    }
}
