import FHIR
import Testing

@Suite("Taking a resource in")
struct IncomingResourceTests {
    enum Expected: Equatable { case member(String), plan, ownerOf([String]) }

    func owner(_ source: String) throws -> Expected {
        try parsed(source) { root in
            switch try IncomingResource(root).owner {
            case .member(let id): .member(id.text)
            case .plan: .plan
            case .ownerOf(let references): .ownerOf(references.map(\.text))
            }
        }
    }

    func refusal(_ source: String, fallback: ResourceID? = nil) throws -> String? {
        try parsed(source) { root in
            do throws(ResourceProblem) {
                _ = try IncomingResource(root, fallbackID: fallback)
                return nil
            } catch { return error.explanation }
        }
    }

    @Test(
        "A resource belongs to the Patient it names",
        arguments: [
            (#"{"resourceType":"Patient","id":"p1"}"#, Expected.member("p1")),
            (#"{"resourceType":"Observation","id":"a","subject":{"reference":"Patient/p1"}}"#, .member("p1")),
            (#"{"resourceType":"Observation","id":"a","subject":{"reference":"http://x/fhir/Patient/p1"}}"#, .member("p1")),
            (#"{"resourceType":"Observation","id":"a","subject":{"reference":"Patient/p1/_history/3"}}"#, .member("p1")),
            (#"{"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"Patient/p1"}}"#, .member("p1")),
            (#"{"resourceType":"Immunization","id":"a","patient":{"reference":"Patient/p1"}}"#, .member("p1")),
            (#"{"resourceType":"RelatedPerson","id":"a","patient":{"reference":"Patient/p1"}}"#, .member("p1")),
            (#"{"resourceType":"Claim","id":"a","patient":{"reference":"Patient/p1"}}"#, .member("p1")),
            (#"{"resourceType":"ExplanationOfBenefit","id":"a","patient":{"reference":"Patient/p1"}}"#, .member("p1")),
            (
                #"{"resourceType":"Coverage","id":"a","beneficiary":{"reference":"Patient/p1"},"subscriber":{"reference":"Patient/p2"}}"#,
                .member("p1")
            ),
            (#"{"resourceType":"Device","id":"a","patient":{"reference":"Patient/p1"}}"#, .member("p1")),
            (#"{"resourceType":"Device","id":"a"}"#, .plan),
            (#"{"resourceType":"Organization","id":"a"}"#, .plan), (#"{"resourceType":"Practitioner","id":"a"}"#, .plan),
            (#"{"resourceType":"PractitionerRole","id":"a"}"#, .plan), (#"{"resourceType":"Location","id":"a"}"#, .plan),
            (#"{"resourceType":"Medication","id":"a"}"#, .plan), (#"{"resourceType":"Endpoint","id":"a"}"#, .plan),
            // A shared type stays the plan's, whatever it names.
            (#"{"resourceType":"Location","id":"a","subject":{"reference":"Patient/p1"}}"#, .plan),
            (
                #"{"resourceType":"Provenance","id":"a","target":[{"reference":"Observation/o"},{"reference":"Patient/p1"}]}"#,
                .member("p1")
            ),
            (
                #"{"resourceType":"Provenance","id":"a","target":[{"reference":"Observation/o"},{"reference":"Condition/c"}]}"#,
                .ownerOf(["Observation/o", "Condition/c"])
            ),
        ])
    func owners(_ row: (source: String, owner: Expected)) throws {
        #expect(try owner(row.source) == row.owner)
    }

    @Test(
        "What cannot be taken is refused with a sentence that says why",
        arguments: [
            ("[]", "JSON object"), ("1", "JSON object"), ("{}", "no resourceType"), (#"{"resourceType":7,"id":"a"}"#, "no resourceType"),
            (#"{"resourceType":"Cat","id":"a"}"#, "\"Cat\" is not a resource type"),
            (#"{"resourceType":"patient","id":"a"}"#, "\"patient\" is not a resource type"),
            (#"{"resourceType":"Patient"}"#, "The Patient has no id"), (#"{"resourceType":"Patient","id":""}"#, "The Patient has no id"),
            (#"{"resourceType":"Patient","id":"a b"}"#, "The Patient has no id"),
            (#"{"resourceType":"Patient","id":"a_b"}"#, "The Patient has no id"),
            (#"{"resourceType":"Patient","id":5}"#, "The Patient has no id"),
            (#"{"resourceType":"Patient","id":"../x"}"#, "The Patient has no id"),
            (
                #"{"resourceType":"Patient","id":"12345678901234567890123456789012345678901234567890123456789012345"}"#,
                "The Patient has no id"
            ),
            (#"{"resourceType":"Observation","id":"a"}"#, "names no Patient"),
            (#"{"resourceType":"Observation","id":"a","subject":{"reference":"Group/g"}}"#, "names no Patient"),
            (#"{"resourceType":"Observation","id":"a","subject":{"reference":"urn:uuid:5"}}"#, "names no Patient"),
            (#"{"resourceType":"Observation","id":"a","subject":{"display":"Somebody"}}"#, "names no Patient"),
            (#"{"resourceType":"Provenance","id":"a","target":[{"display":"x"}]}"#, "names no Patient"),
            (#"{"resourceType":"Bundle","id":"a"}"#, "names no Patient"),
            (
                #"{"resourceType":"Observation","id":"a","contained":[{"resourceType":"Coverage"}],"subject":{"reference":"Patient/p"}}"#,
                "contains a Coverage"
            ),
            (
                #"{"resourceType":"Encounter","id":"a","contained":[{"resourceType":"Device"},{"resourceType":"Cl\u0061im"}],"subject":{"reference":"Patient/p"}}"#,
                "contains a Claim"
            ),
            (
                #"{"resourceType":"Condition","id":"a","contained":{"resourceType":"ExplanationOfBenefit"},"subject":{"reference":"Patient/p"}}"#,
                "contains a ExplanationOfBenefit"
            ),
            (
                #"{"resourceType":"Procedure","id":"a","contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"Patient/p"}}"#,
                "contains a Patient"
            ),
            (#"{"resourceType":"Organization","id":"a","contained":[{"resourceType":"ClaimResponse"}]}"#, "contains a ClaimResponse"),
            (#"{"resourceType":"Patient","id":"a","meta":"x"}"#, "meta"), (#"{"resourceType":"Patient","id":"a","meta":null}"#, "meta"),
        ])
    func refusals(_ row: (source: String, sentence: String)) throws {
        let said = try #require(try refusal(row.source), "It was taken: \(row.source)")
        #expect(said.contains(row.sentence))
        #expect(said.hasSuffix("."))
    }

    @Test("A claim may contain its coverage: it never leaves, and neither does what is in it")
    func containedInClaim() throws {
        #expect(
            try refusal(
                #"{"resourceType":"ExplanationOfBenefit","id":"a","contained":[{"resourceType":"Coverage"}],"patient":{"reference":"Patient/p"}}"#
            )
                == nil)
        #expect(
            try refusal(
                #"{"resourceType":"Observation","id":"a","contained":[{"resourceType":"Device"}],"subject":{"reference":"Patient/p"}}"#)
                == nil)
    }

    @Test("A fallback id serves only where there is no id at all, and is written into the resource")
    func fallback() throws {
        let fallback = try #require(ResourceID("from-url"))
        for (source, expected) in [
            (#"{"resourceType":"Patient","x":1.50}"#, #"{"resourceType":"Patient","id":"from-url","meta":{S},"x":1.50}"#),
            (
                #"{"meta":{"versionId":"1","p":1},"resourceType":"Patient"}"#,
                #"{"meta":{S,"p":1},"resourceType":"Patient","id":"from-url"}"#
            ),
            (
                #"{"resourceType":"Patient","meta":{"p":1}}"#, #"{"resourceType":"Patient","id":"from-url","meta":{S,"p":1}}"#
            ),
        ] {
            try parsed(source) { root in
                let incoming = try IncomingResource(root, fallbackID: fallback)
                #expect(incoming.id == fallback)
                let written = text(incoming.meta.write(incoming.source, version: 7, lastUpdated: Array("T".utf8)))
                #expect(written == expected.replacing("{S", with: "{" + MetaSpliceTests.stamp))
            }
        }
        let own = try parsed(#"{"resourceType":"Patient","id":"own"}"#) { try IncomingResource($0, fallbackID: fallback).id.text }
        #expect(own == "own")
        #expect(try refusal(#"{"resourceType":"Patient","id":"not legal"}"#, fallback: fallback) != nil)
    }

    @Test("A resource inside a larger document gives its own bytes only")
    func inside() throws {
        try parsed(#"{"entry":[{"resource": {"resourceType":"Patient","id":"p","n":1.50} }]}"#) { root in
            let resource = try #require(root["entry"]?.first?["resource"])
            let incoming = try IncomingResource(resource)
            #expect(text(incoming.source) == #"{"resourceType":"Patient","id":"p","n":1.50}"#)
            let written = text(incoming.meta.write(incoming.source, version: 7, lastUpdated: Array("T".utf8)))
            #expect(written == #"{"resourceType":"Patient","id":"p","meta":{"versionId":"7","lastUpdated":"T"},"n":1.50}"#)
        }
    }

    @Test("A reference is read in every form that names a resource of this store, and no other")
    func references() {
        func read(_ text: String) -> String? { Array(text.utf8).withUnsafeBytes { Reference($0)?.text } }
        #expect(read("Patient/1") == "Patient/1")
        #expect(read("https://a.example/r4/Patient/1") == "Patient/1")
        #expect(read("Patient/1/_history/2") == "Patient/1")
        #expect(read("https://a.example/r4/Patient/1/_history/2") == "Patient/1")
        for bad in [
            "", "1", "Patient", "Patient/", "/1", "patient/1", "#p", "urn:uuid:1", "Patient?identifier=1", "Patient/a b", "Cat/1",
            "Patient/1/",
        ] {
            #expect(read(bad) == nil, "\(bad)")
        }
    }

    @Test("The types that are never shared are in no list of what is shared")
    func neverShared() {
        #expect(Set(ReleasedTypes.neverShared.map(\.name)) == ["ExplanationOfBenefit", "Coverage", "Claim", "ClaimResponse"])
        for type in ReleasedTypes.neverShared {
            #expect(ReleasedTypes.isNeverShared(type))
            #expect(!ReleasedTypes.isClinical(type))
            #expect(!ReleasedTypes.isShared(type))
            #expect(SearchTable.parameters(of: type).isEmpty)
        }
        #expect(ReleasedTypes.clinical.allSatisfy { !ReleasedTypes.isNeverShared($0) })
    }

    @Test("Every type of R4 has its name, and its number never changes")
    func types() {
        #expect(ResourceType.allCases.count == 146)
        for type in ResourceType.allCases { #expect(ResourceType(type.name) == type) }
        #expect(ResourceType.account.rawValue == 1)
        #expect(ResourceType.patient.rawValue == 103)
        #expect(ResourceType.visionPrescription.rawValue == 146)
        #expect(ResourceType.explanationOfBenefit.name == "ExplanationOfBenefit")
        #expect(ResourceType("") == nil)
    }
}
