import Exchange
import FHIR
import Testing
import Trust

@testable import Records

extension KnownLeakTests {
    // MARK: What costs too much

    static func isTooCostly(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return false
        } catch RecordProblem.search(let problem) { return problem.code == .tooCostly } catch let problem as SearchProblem {
            return problem.code == .tooCostly
        } catch { return false }
    }

    @Test("F16: what leads to thousands of resources is refused, not answered in part")
    func explosion() throws {
        let performers = (0...5000).map { #"{"reference":"Practitioner/p\#($0)"}"# }.joined(separator: ",")
        let record = MemoryRecord(
            [(.patient, "p1", #"{"resourceType":"Patient","id":"p1"}"#)]
                + (0...5000).map { number in
                    (.condition, "c\(number)", #"{"resourceType":"Condition","id":"c\#(number)","subject":{"reference":"Patient/p1"}}"#)
                } + [(.observation, "o", #"{"resourceType":"Observation","id":"o","performer":[\#(performers)]}"#)])
        func refused(_ type: ResourceType, _ name: String, _ value: String) -> Bool {
            Self.isTooCostly { _ = try record.search(type, [(name, value)]) }
        }
        #expect(refused(.patient, "_revinclude", "Condition:subject"))
        #expect(refused(.observation, "_include", "Observation:performer"))
        #expect(refused(.observation, "performer:Practitioner.name", "x"))
        #expect(refused(.observation, "performer.name", "x"))
        #expect(Self.isTooCostly { _ = try record.reader().everything() })
    }

    @Test("F16: an inclusion that goes round in circles ends")
    func circles() throws {
        let ring = (0..<50).map { number in
            Self.observation("o\(number)", of: "a", #""hasMember":[{"reference":"Observation/o\#((number + 1) % 50)"}],"#)
        }
        let reader = try MemoryPlan([Self.patient("a")] + ring).reader("a")
        let found = try reader.found(
            .observation,
            [("_id", "o0"), ("_include:iterate", "Observation:has-member"), ("_revinclude:iterate", "Observation:has-member")])
        #expect(found.count == 9 && Set(found).count == 9, "four rounds in each direction")
    }

    @Test(
        "F16: a query with too much in it is refused",
        arguments: [
            [(String, String)](repeating: ("code", "x"), count: 33),
            [("code", [String](repeating: "x", count: 257).joined(separator: ","))],
            [("encounter.part-of.part-of.part-of.part-of.class", "x")],
            [("_has:Observation:has-member:_has:Observation:has-member:_has:Observation:has-member:_has:Observation:has-member:code", "x")],
            [(String, String)](repeating: ("_include", "Observation:subject"), count: 17), [("_sort", "date,code,status,category,_id")],
        ])
    func tooMuch(_ parameters: [(String, String)]) {
        let context = SearchContext(now: today, base: MemoryRecord.plan.addresses.fhir)
        #expect(
            Self.isTooCostly {
                _ = try SearchQuery(type: .observation, parameters: parameters.map { (name: $0.0, value: $0.1) }, context: context)
            })
    }

    // MARK: What must not stand inside

    @Test("F17: what a resource contains is nobody's to find, to follow or to read")
    func contained() throws {
        let plan = try MemoryPlan([
            Self.patient("a"), #"{"resourceType":"Medication","id":"m","code":{"coding":[{"code":"outer"}]}}"#,
            #"""
            {"resourceType":"MedicationRequest","id":"r","subject":{"reference":"Patient/a"},"medicationReference":{"reference":"#m"},
            "contained":[{"resourceType":"Medication","id":"m","code":{"coding":[{"code":"inner"}]}},
            {"resourceType":"Practitioner","id":"inside","name":[{"family":"Inner"}]}]}
            """#,
        ])
        let reader = try plan.reader("a")
        #expect(try reader.found(.medication, [("code", "inner")]) == [])
        #expect(try reader.found(.medicationRequest, [("medication:Medication.code", "inner")]) == [])
        #expect(try reader.found(.medicationRequest, [("medication:Medication.code", "outer")]) == [])
        #expect(try reader.found(.medicationRequest, [("medication", "m")]) == [])
        #expect(try reader.found(.medicationRequest, [("medication", "#m")]) == [])
        #expect(try reader.found(.medicationRequest, [("_include", "MedicationRequest:medication")]) == ["MedicationRequest/r"])
        #expect(try reader.read(.practitioner, id: "inside") == nil)
        #expect(try reader.everything().stored == ["Patient/a", "MedicationRequest/r"])
    }

    @Test(
        "F17: a Patient, or what is never shared, is not taken in inside another resource, however deep",
        arguments: ["Patient", "ExplanationOfBenefit", "Coverage", "Claim", "ClaimResponse"])
    func hidden(_ name: String) {
        let inner = #"{"resourceType":"\#(name)","id":"i"}"#
        for contained in [
            "[\(inner)]", inner, #"[{"resourceType":"Basic","id":"x","contained":[\#(inner)]}]"#,
            #"[{"resourceType":"Bundle","id":"x","entry":[{"resource":\#(inner)}]}]"#,
            #"[{"resourceType":"Parameters","parameter":[{"resource":\#(inner)}]}]"#,
            "[\(inner.replacing("resourceType", with: #"\u0072esourceType"#))]",
        ] {
            let text = Self.observation("o", of: "a", #""contained":\#(contained),"#)
            #expect(throws: ResourceProblem.self, "\(contained)") { try MemoryPlan([text]) }
        }
    }

    @Test("F18: the four types that are never shared come out of nothing, whatever is stored and whoever asks")
    func neverShared() throws {
        let names = ReleasedTypes.neverShared.map(\.name)
        let references = names.map { #"{"reference":"\#($0)/x"}"# }.joined(separator: ",")
        let four = names.map {
            #"{"resourceType":"\#($0)","id":"x","patient":{"reference":"Patient/a"},"beneficiary":{"reference":"Patient/a"},"created":"2020"}"#
        }
        let plan = try MemoryPlan(
            [
                Self.patient("a", #""extension":[{"url":"x","valueReference":{"reference":"Coverage/x"}}],"#),
                Self.observation("o", of: "a", #""focus":[\#(references)],"derivedFrom":[\#(references)],"#),
                #"{"resourceType":"Provenance","id":"p","target":[{"reference":"Patient/a"},\#(references)],"entity":[{"what":{"reference":"Claim/x"}}]}"#,
                #"{"resourceType":"DocumentReference","id":"d","subject":{"reference":"Patient/a"},"context":{"related":[\#(references)]}}"#,
                #"{"resourceType":"Encounter","id":"e","subject":{"reference":"Patient/a"},"account":[{"reference":"Coverage/x"}]}"#,
            ] + four)
        let scopes = ["patient/*.rs", "patient/*.* " + names.map { "patient/\($0).rs" }.joined(separator: " ")]
        for scope in scopes {
            let reader = try plan.reader("a", scope: scope, policy: ReleasePolicy(types: ResourceType.allCases))
            for type in ReleasedTypes.neverShared {
                #expect(try reader.read(type, id: "x") == nil)
                #expect(throws: Closed.self) { try reader.found(type) }
                #expect(try reader.resolve(Reference(type, #require(ResourceID("x"))), for: .read) == nil)
                #expect(try reader.everything([("_type", type.name)]) == [])
            }
            var found = try reader.everything()
            for type in ReleasedTypes.clinical {
                found += try reader.found(
                    type, [("_include", "*"), ("_include:iterate", "\(type.name):*"), ("_revinclude", "Provenance:target")])
            }
            for name in names { #expect(!found.contains { $0.hasPrefix(name + "/") }) }
        }
    }
}
