import Testing

@testable import Receiver

@Suite("Reading a CapabilityStatement")
struct CapabilityTests {
    @Test(
        "A Patient that declares $everything, by name or by definition, offers it; anything else does not",
        arguments: [
            (#"{"type":"Patient","operation":[{"name":"everything","definition":"http://x.example/OperationDefinition/1"}]}"#, true),
            (#"{"type":"Patient","operation":[{"name":"$everything"}]}"#, true),
            (
                #"{"type":"Patient","operation":[{"name":"match"},{"name":"all","definition":"http://hl7.org/fhir/OperationDefinition/Patient-everything"}]}"#,
                true
            ),
            (
                #"{"type":"Patient","operation":[{"name":"all","definition":"http://hl7.org/fhir/OperationDefinition/Patient-everything|4.0.1"}]}"#,
                true
            ),
            (
                #"{"type":"Patient","operation":[{"name":"all","definition":"http://hl7.org/fhir/OperationDefinition/Encounter-everything"}]}"#,
                false
            ),
            (#"{"type":"Patient","operation":[{"name":"all","definition":"Patient-everything"}]}"#, false),
            (#"{"type":"Patient","operation":[{"name":"everything-else"}]}"#, false),
            (#"{"type":"Patient","operation":["everything", 7, null]}"#, false),
            (#"{"type":"Patient","operation":{}}"#, false),
            (#"{"type":"Encounter","operation":[{"name":"everything"}]}"#, false),
            (#"{"type":"Encounter","operation":[{"name":"everything"}]},{"type":"Patient"}"#, false),
            (#"{"type":"Patient"},{"type":"Patient","operation":[{"name":"everything"}]}"#, false),
        ])
    func everything(_ resources: String, _ offers: Bool) throws {
        let body = #"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"server","resource":[\#(resources)]}]}"#
        #expect(try CapabilityReader(Array(body.utf8)).offersEverything == offers)
    }
}
