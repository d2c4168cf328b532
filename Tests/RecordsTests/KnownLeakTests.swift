import Exchange
import FHIR
import NIOCore
import Testing
import Trust

@testable import Records

/// Each is a hole that some server of this kind had, by its number in the security notes.
@Suite("Leaks that other servers had")
struct KnownLeakTests {
    static func patient(_ id: String, _ more: String = "") -> String {
        #"{"resourceType":"Patient","id":"\#(id)",\#(more)"name":[{"family":"\#(id)"}]}"#
    }

    static func observation(_ id: String, of patient: String, _ more: String = "") -> String {
        #"{"resourceType":"Observation","id":"\#(id)",\#(more)"status":"final","subject":{"reference":"Patient/\#(patient)"}}"#
    }

    static let restricted = ViewTests.restricted

    // MARK: The compartment

    @Test("F1: an Observation whose focus is A and whose subject is B never comes to A")
    func focus() throws {
        let plan = try MemoryPlan([
            Self.patient("a"), Self.patient("b"), Self.observation("own", of: "a"),
            Self.observation("theirs", of: "b", #""focus":[{"reference":"Patient/a"},{"reference":"Observation/own"}],"#),
            #"{"resourceType":"Provenance","id":"p","target":[{"reference":"Observation/theirs"},{"reference":"Observation/own"}]}"#,
        ])
        let a = try plan.reader("a")
        for type in [ResourceType.patient, .observation] {
            for name in ["_revinclude", "_revinclude:iterate"] {
                for value in ["Observation:focus", "Observation:*", "Observation:subject", "Provenance:target"] {
                    let found = try a.found(type, [(name, value), ("_include:iterate", "Observation:*"), ("_include", "*")])
                    #expect(Set(found.stored).isSubset(of: ["Patient/a", "Observation/own"]), "\(type.name) \(name)=\(value)")
                }
            }
        }
        #expect(try a.found(.observation, [("focus", "Patient/a")]) == [])
        #expect(try a.found(.patient, [("_has:Observation:focus:status", "final")]) == [])
        #expect(try a.everything().stored == ["Patient/a", "Observation/own"])
        // B has it, without A.
        let b = try plan.reader("b")
        let theirs = try b.found(.observation, [("_include", "Observation:focus"), ("_include:iterate", "Observation:*")])
        #expect(theirs == ["Observation/theirs", "Patient/b"])
    }

    @Test("F2: another member's resource is read like one that does not exist")
    func otherID() throws {
        let plan = try MemoryPlan([Self.patient("a"), Self.patient("b"), Self.observation("theirs", of: "b")])
        let reader = try plan.reader("a")
        for _ in 0..<2 {
            #expect(try reader.read(.observation, id: "theirs") == nil)
            #expect(try reader.read(.patient, id: "b") == nil)
            #expect(try reader.resolve(Reference(.observation, #require(ResourceID("theirs"))), for: .read) == nil)
            #expect(try reader.found(.observation, [("_id", "theirs")]) == [])
        }
    }

    @Test(
        "F3: a scope without a patient context opens nothing",
        arguments: [
            "user/*.rs", "system/*.rs", "user/Observation.read", "system/*.*", "launch/patient", "openid fhirUser", "patient/*.cud",
            "patient/*.write", "patients/*.rs",
        ])
    func noContext(_ scope: String) throws {
        let plan = try MemoryPlan([Self.patient("a"), Self.observation("own", of: "a")])
        let reader = try plan.reader("a", scope: scope)
        for type in ReleasedTypes.clinical {
            #expect(throws: Closed.self) { try reader.found(type) }
            #expect(try reader.read(type, id: type == .patient ? "a" : "own") == nil)
        }
        #expect(throws: Closed.self) { try reader.everything() }
        #expect(try reader.openCounts().isEmpty)
    }

    @Test("F3: a grant for a Patient that the plan does not have reaches no one's record", arguments: ["", "nobody", "*", "a/../b", "A"])
    func unknownPatient(_ id: String) throws {
        let plan = try MemoryPlan([Self.patient("a"), Self.observation("own", of: "a")])
        let reader = try plan.reader(id)
        #expect(try reader.found(.observation) == [])
        #expect(try reader.found(.patient) == [])
        #expect(throws: Closed.self) { try reader.everything() }
    }

    @Test("F13: only the element that says whose it is puts a resource into a compartment, and no link widens it")
    func membership() throws {
        let other = #"{"reference":"Patient/a"}"#
        let plan = try MemoryPlan([
            Self.patient("a"), Self.patient("b", #""link":[{"other":\#(other),"type":"seealso"}],"generalPractitioner":[\#(other)],"#),
            Self.observation("1", of: "b", #""performer":[\#(other)],"hasMember":[\#(other)],"derivedFrom":[\#(other)],"#),
            #"{"resourceType":"AllergyIntolerance","id":"2","patient":{"reference":"Patient/b"},"asserter":\#(other),"recorder":\#(other)}"#,
            #"{"resourceType":"CareTeam","id":"3","subject":{"reference":"Patient/b"},"participant":[{"member":\#(other)}]}"#,
            #"{"resourceType":"DocumentReference","id":"4","subject":{"reference":"Patient/b"},"author":[\#(other)]}"#,
            #"{"resourceType":"MedicationRequest","id":"5","subject":{"reference":"Patient/b"},"requester":\#(other),"performer":\#(other)}"#,
            #"{"resourceType":"Provenance","id":"6","target":[{"reference":"Patient/b"}],"agent":[{"who":\#(other)}]}"#,
            #"{"resourceType":"RelatedPerson","id":"7","patient":{"reference":"Patient/b"}}"#,
            #"{"resourceType":"QuestionnaireResponse","id":"8","subject":{"reference":"Patient/b"},"author":\#(other),"source":\#(other)}"#,
        ])
        let (a, b) = (try plan.reader("a"), try plan.reader("b"))
        #expect(try a.everything().stored == ["Patient/a"])
        for type in ReleasedTypes.clinical where type != .patient && type != .provenance { #expect(try a.found(type) == []) }
        #expect(try a.found(.patient) == ["Patient/a"])
        #expect(try a.found(.patient, [("_revinclude", "Patient:link"), ("_include", "*")]) == ["Patient/a"])
        #expect(try b.everything().stored.count == 9)
        #expect(try b.found(.patient, [("_include:iterate", "Patient:link"), ("_include", "*")]) == ["Patient/b"])
    }

    @Test("F13: every type of the record is filed by its Patient", arguments: ReleasedTypes.clinical)
    func owners(_ type: ResourceType) throws {
        let reference = #"{"reference":"Patient/a"}"#
        let element = SearchTable.parameter("patient", of: type)?.parameter.paths[0].steps[0].name
        let member = element.map { #","\#($0)":\#(type == .provenance ? "[\(reference)]" : reference)"# } ?? ""
        let text = #"{"resourceType":"\#(type.name)","id":"x"\#(member)}"#
        let owner = try JSONParser().withDocument(Array(text.utf8)) { try IncomingResource($0).owner }
        let patient = try #require(ResourceID(type == .patient ? "x" : "a"))
        #expect(owner == (ReleasedTypes.isShared(type) ? .plan : .member(patientID: patient)))
    }

    // MARK: Oracles

    /// A record, and the same without what is labelled R: a token must not be able to tell them apart.
    static func pair() throws -> (with: MemoryPlan, without: MemoryPlan) {
        let open = [
            patient("a"),
            #"{"resourceType":"Encounter","id":"e1","subject":{"reference":"Patient/a"},"class":{"code":"AMB"}}"#,
            observation(
                "o1", of: "a", #""encounter":{"reference":"Encounter/e1"},"effectiveDateTime":"2020","code":{"coding":[{"code":"x"}]},"#),
            // Refers to what is hidden.
            observation("o2", of: "a", #""encounter":{"reference":"Encounter/e2"},"performer":[{"reference":"Practitioner/p"}],"#),
            #"{"resourceType":"Practitioner","id":"p","name":[{"family":"Doe"}]}"#,
            #"{"resourceType":"Practitioner","id":"q","name":[{"family":"Roe"}]}"#,
            #"{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter/e2"}}"#,
        ]
        let hidden = [
            #"{"resourceType":"Encounter","id":"e2",\#(restricted)"subject":{"reference":"Patient/a"},"class":{"code":"IMP"}}"#,
            observation("o0", of: "a", restricted + #""effectiveDateTime":"2019","code":{"coding":[{"code":"secret"}]},"#),
            observation("o3", of: "a", restricted + #""encounter":{"reference":"Encounter/e1"},"code":{"coding":[{"code":"secret"}]},"#),
            observation(
                "o4", of: "a", restricted + #""hasMember":[{"reference":"Observation/o1"}],"performer":[{"reference":"Practitioner/q"}],"#),
        ]
        return (try MemoryPlan(open + hidden), try MemoryPlan(open))
    }

    @Test(
        "F4: no chain, _has, sort, total, page or inclusion tells of what is hidden",
        arguments: [
            (ResourceType.observation, [("code", "secret")]), (.observation, [("encounter.class", "IMP")]),
            (.observation, [("encounter.class:not", "AMB")]), (.observation, [("encounter.class:missing", "false")]),
            (.observation, [("encounter:Encounter._id", "e2")]), (.observation, [("_sort", "date")]),
            (.observation, [("_sort", "-date,code")]),
            (.observation, [("_count", "1")]), (.observation, [("_count", "0")]), (.observation, [("_summary", "count")]),
            (.observation, [("_total", "accurate"), ("_count", "1"), ("_sort", "-date")]), (.observation, [("code:missing", "true")]),
            (.observation, [("_security", "R")]), (.observation, [("_lastUpdated", "ge2000"), ("_count", "2")]),
            (.observation, [("_id", "o0,o1,o2,o3,o4")]), (.observation, [("_include", "*"), ("_include:iterate", "Encounter:*")]),
            (.observation, [("_has:Observation:has-member:_id", "o4")]), (.observation, [("_revinclude", "Observation:has-member")]),
            (.patient, [("_has:Observation:patient:code", "secret")]), (.patient, [("_has:Observation:patient:code:not", "x")]),
            (.patient, [("_has:Observation:patient:encounter.class", "IMP")]), (.patient, [("_has:Observation:patient:date", "lt2020")]),
            (.patient, [("_has:Encounter:patient:class", "IMP")]), (.patient, [("_revinclude", "Observation:subject")]),
            (.patient, [("_revinclude", "Provenance:target")]), (.encounter, []),
            (.encounter, [("_has:Observation:encounter:code", "secret")]),
            (.encounter, [("_revinclude", "Observation:encounter")]), (.encounter, [("_revinclude", "Condition:encounter")]),
            (.condition, [("encounter.class", "IMP")]), (.condition, [("_include", "Condition:encounter")]),
            (.practitioner, [("_has:Observation:performer:status", "final")]), (.practitioner, [("_has:Observation:performer:_id", "o4")]),
            (.practitioner, [("_revinclude", "Observation:performer")]), (.provenance, []),
            (.provenance, [("target", "Observation/o3")]), (.provenance, [("_include", "Provenance:target")]),
        ])
    func oracles(_ row: (type: ResourceType, parameters: [(String, String)])) throws {
        let (with, without) = try Self.pair()
        var answers: [[String]] = []
        for plan in [with, without] {
            let reader = try plan.reader("a")
            let parameters = row.parameters.map { (name: $0.0, value: $0.1) }
            let query = try SearchQuery(type: row.type, parameters: parameters, context: reader.access.context)
            var pages: [String] = []
            var after: String?
            repeat {
                let found = try #require(try reader.search(query, after: after))
                var writer = BundleWriter(.init(total: found.total, lastUpdated: today, links: []))
                try writer.append(found)
                pages.append(writer.finish().map { String(buffer: $0) }.joined())
                after = found.next
                pages.append(after ?? "end")
            } while after != nil
            answers.append(pages)
        }
        #expect(answers[0] == answers[1])
        for id in ["e2", "o0", "o3", "o4"] { #expect(!answers[0].joined().contains(#""id":"\#(id)""#)) }
    }

    @Test("F5: a closed type is closed whether it holds something or not")
    func closedTypes() throws {
        let plans = [try MemoryPlan([Self.patient("a"), Self.observation("own", of: "a")]), try MemoryPlan([Self.patient("a")])]
        for plan in plans {
            let reader = try plan.reader("a", scope: "patient/Patient.rs")
            #expect(throws: Closed.self) { try reader.found(.observation) }
            #expect(throws: Closed.self) { try reader.found(.observation, [("code", "x"), ("_count", "0")]) }
            #expect(try reader.read(.observation, id: "own") == nil)
        }
    }

    // MARK: The whole record

    @Test("F8: $everything gives the member's compartment and the plan's own resources, no other Patient, Group or List")
    func everything() throws {
        let plan = try MemoryPlan([
            Self.patient("a", #""generalPractitioner":[{"reference":"Practitioner/p"}],"link":[{"other":{"reference":"Patient/b"}}],"#),
            Self.patient("b"), Self.observation("theirs", of: "b", #""performer":[{"reference":"Practitioner/q"}],"#),
            Self.observation(
                "own", of: "a",
                #""performer":[{"reference":"Patient/b"},{"reference":"Organization/o"}],"focus":[{"reference":"Observation/theirs"}],"#),
            #"{"resourceType":"List","id":"l","subject":{"reference":"Patient/a"},"entry":[{"item":{"reference":"Observation/theirs"}}]}"#,
            #"{"resourceType":"Composition","id":"c","subject":{"reference":"Patient/a"},"author":[{"reference":"Patient/b"}]}"#,
            #"{"resourceType":"Coverage","id":"v","beneficiary":{"reference":"Patient/a"}}"#,
            #"{"resourceType":"AuditEvent","id":"u","patient":{"reference":"Patient/a"}}"#,
            #"{"resourceType":"Provenance","id":"r","target":[{"reference":"Observation/own"},{"reference":"Observation/theirs"}],"agent":[{"who":{"reference":"Practitioner/s"}}]}"#,
            #"{"resourceType":"Practitioner","id":"p"}"#, #"{"resourceType":"Practitioner","id":"q"}"#,
            #"{"resourceType":"Practitioner","id":"s"}"#, #"{"resourceType":"Location","id":"unused"}"#,
            #"{"resourceType":"Organization","id":"o","partOf":{"reference":"Organization/o2"}}"#,
            #"{"resourceType":"Organization","id":"o2"}"#,
            #"{"resourceType":"HealthcareService","id":"h"}"#,
        ])
        let found = try plan.reader("a").everything()
        let expected = [
            "Patient/a", "Observation/own", "Provenance/r", "Organization/o", "Organization/o2", "Practitioner/p", "Practitioner/s",
        ]
        #expect(Set(found.stored) == Set(expected) && found.stored.count == expected.count)
        // Page by page it is the same.
        var pages: [String] = []
        var after: String?
        let reader = try plan.reader("a")
        let query = try EverythingQuery(parameters: [("_count", "2")], context: reader.access.context, isStrict: true)
        repeat {
            let page = try #require(try reader.everything(query, after: after))
            #expect(page.count <= 2 && page.total == found.count)
            pages += page.keys
            after = page.next
        } while after != nil
        #expect(pages == found)
        #expect(try reader.everything([("_type", "List,Composition,Coverage,AuditEvent,HealthcareService")]) == [])
        #expect(try reader.everything([("_type", "Practitioner")]) == ["Practitioner/p", "Practitioner/s"])
        #expect(try reader.everything([("_type", "Observation,Organization")]) == ["Observation/own", "Organization/o", "Organization/o2"])
    }
}
