import Exchange
import FHIR
import Testing
import Trust

@testable import Records

@Suite("What a reader sees under policy and scope")
struct ViewTests {
    static let restricted = #""meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"#

    static func observation(_ id: String, _ category: String, _ date: String, _ more: String = "") -> String {
        #"""
        {"resourceType":"Observation","id":"\#(id)",\#(more)"category":[{"coding":[{"code":"\#(category)"}]}],
        "subject":{"reference":"Patient/a"},"encounter":{"reference":"Encounter/e"},"effectiveDateTime":"\#(date)"}
        """#
    }

    static let resources = [
        #"{"resourceType":"Patient","id":"a","name":[{"family":"Able"}]}"#,
        #"{"resourceType":"Encounter","id":"e","subject":{"reference":"Patient/a"},"class":{"code":"AMB"}}"#,
        observation("lab-new", "laboratory", "2026-01-01"), observation("lab-old", "laboratory", "2001-01-01"),
        observation("lab-restricted", "laboratory", "2026-01-01", restricted), observation("vital-new", "vital-signs", "2026-01-01"),
        observation("vital-old", "vital-signs", "2001-01-01"),
    ]

    static let years = ReleasePolicy(serviceYears: 5)

    @Test("Policy and scope both have to let a resource go, and every way of asking agrees")
    func both() throws {
        let plan = try MemoryPlan(Self.resources)
        let cases: [(scope: String, policy: ReleasePolicy, expected: [String])] = [
            ("patient/*.rs", .standard, ["lab-new", "lab-old", "vital-new", "vital-old"]),
            ("patient/*.rs", Self.years, ["lab-new", "vital-new"]),
            ("patient/Observation.rs?category=laboratory", .standard, ["lab-new", "lab-old"]),
            ("patient/Observation.rs?category=laboratory", Self.years, ["lab-new"]),
            ("patient/Observation.rs?category=nothing", .standard, []),
            ("patient/*.rs", ReleasePolicy(withheldLabels: []), ["lab-new", "lab-old", "lab-restricted", "vital-new", "vital-old"]),
        ]
        // One cache for all, as one server has for all its tokens.
        let cache = ShelfCache()
        for _ in 0..<2 {
            for (scope, policy, expected) in cases {
                let reader = try plan.reader("a", scope: scope, policy: policy, cache: cache)
                let found = try reader.found(.observation, [("_include", "Observation:subject")])
                #expect(found.filter { $0.hasPrefix("Observation/") } == expected.map { "Observation/\($0)" }, "\(scope)")
                #expect(found.contains("Patient/a") == (scope == "patient/*.rs" && !expected.isEmpty))
                let fresh = try plan.reader("a", scope: scope, policy: policy)
                for id in ["lab-new", "lab-old", "lab-restricted", "vital-new", "vital-old"] {
                    #expect(try (reader.read(.observation, id: id) != nil) == expected.contains(id), "\(scope) \(id)")
                    #expect(try (fresh.read(.observation, id: id) != nil) == expected.contains(id), "\(scope) \(id), not in memory")
                    let reference = Reference(.observation, try #require(ResourceID(id)))
                    #expect(try (reader.resolve(reference, for: .read) != nil) == expected.contains(id), "\(scope) \(id), referred to")
                }
                #expect(try reader.openCounts().first { $0.type == .observation }?.count ?? 0 == expected.count)
                guard scope == "patient/*.rs" else { continue }
                #expect(try reader.everything().filter { $0.hasPrefix("Observation/") } == expected.map { "Observation/\($0)" })
                let reached = try reader.found(.patient, [("_revinclude", "Observation:subject")])
                #expect(reached.filter { $0.hasPrefix("Observation/") } == expected.map { "Observation/\($0)" })
            }
        }
    }

    @Test("Reading and searching are two permissions")
    func interactions() throws {
        let plan = try MemoryPlan(Self.resources)
        let searching = try plan.reader("a", scope: "patient/Observation.s patient/Patient.r patient/Encounter.s")
        #expect(try searching.read(.observation, id: "lab-new") == nil)
        #expect(try searching.found(.observation, [("_count", "1")]) == ["Observation/lab-new"])
        #expect(throws: Closed.self) { try searching.found(.patient) }
        #expect(try searching.read(.patient, id: "a") != nil)
        // What comes along is read; what is looked into is searched.
        let included = try searching.found(
            .observation, [("_count", "1"), ("_include", "Observation:subject"), ("_include", "Observation:encounter")])
        #expect(included == ["Observation/lab-new", "Patient/a"])
        #expect(try searching.found(.observation, [("encounter.class", "AMB"), ("_count", "1")]) == ["Observation/lab-new"])
        #expect(try searching.found(.observation, [("subject:Patient.name", "able")]) == [])
        #expect(try searching.found(.encounter, [("_revinclude", "Observation:encounter")]).count == 5)
    }

    @Test("A type that the scope or the policy closes is closed by every way in")
    func closed() throws {
        let plan = try MemoryPlan(Self.resources)
        let readers = [
            try plan.reader("a", scope: "patient/Patient.rs patient/Encounter.rs"),
            try plan.reader("a", policy: ReleasePolicy(types: [.patient, .encounter])),
        ]
        for reader in readers {
            #expect(throws: Closed.self) { try reader.found(.observation) }
            #expect(try reader.read(.observation, id: "lab-new") == nil)
            #expect(try reader.found(.encounter, [("_revinclude", "Observation:encounter")]) == ["Encounter/e"])
            #expect(try reader.found(.patient, [("_has:Observation:subject:category", "laboratory")]) == [])
            #expect(try reader.everything().stored == ["Patient/a", "Encounter/e"])
        }
    }

    @Test("A plan's whole directory is not looked through for one member, but what is named is found")
    func largeDirectory() throws {
        let names = ["a", "b", "c"].map { id in
            MemoryRecord.Item(
                type: .practitioner, id: id, body: #"{"resourceType":"Practitioner","id":"\#(id)","name":[{"family":"\#(id)"}]}"#)
        }
        let large = MemoryRecord(names, claimed: [.practitioner: 100_001])
        do {
            _ = try large.search(.practitioner, [("name", "a")])
            Issue.record("it was looked through")
        } catch RecordProblem.search(let problem) { #expect(problem.code == .tooCostly) }
        #expect(try large.search(.practitioner, [("_id", "c,a,x")]).ids == ["a", "c"])
        #expect(try large.search(.practitioner, [("_id", "c,a"), ("name", "c")]).ids == ["c"])
        #expect(try large.reader().read(.practitioner, id: "b") != nil)
        #expect(try MemoryRecord(names, claimed: [.practitioner: 100_000]).search(.practitioner, [("name", "a")]).ids == ["a"])
    }

    @Test("A condition that cannot be applied to a type opens nothing of it")
    func foreignConditions() throws {
        let plan = try MemoryPlan(Self.resources)
        let reader = try plan.reader("a", scope: "patient/*.rs?category=laboratory")
        #expect(try reader.found(.observation) == ["Observation/lab-new", "Observation/lab-old"])
        #expect(throws: Closed.self) { try reader.found(.encounter) }
        #expect(throws: Closed.self) { try reader.everything() }
    }

    @Test("A page of the whole record goes on where it ended, whatever has come or gone meanwhile")
    func growth() throws {
        let practitioners = #"{"reference":"Practitioner/b"},{"reference":"Practitioner/d"}"#
        let before = [
            Self.resources[0], Self.resources[1], Self.observation("o1", "laboratory", "2026", #""performer":[\#(practitioners)],"#),
            Self.observation("o2", "laboratory", "2026"), #"{"resourceType":"Practitioner","id":"b"}"#,
            #"{"resourceType":"Practitioner","id":"d"}"#,
        ]
        let added = [
            #"{"resourceType":"AllergyIntolerance","id":"z","patient":{"reference":"Patient/a"}}"#,
            #"{"resourceType":"CareTeam","id":"z","subject":{"reference":"Patient/a"},"participant":[{"member":{"reference":"Practitioner/a"}}]}"#,
            #"{"resourceType":"Practitioner","id":"a"}"#, #"{"resourceType":"Location","id":"unused"}"#,
        ]
        let (old, new) = (try MemoryPlan(before), try MemoryPlan(before + added))
        let whole = try old.reader("a").everything().stored
        let gone = ["AllergyIntolerance/z", "CareTeam/z", "Practitioner/a"]
        for first in [old, new] {
            var seen: [String] = []
            var after: String?
            var turn = 0
            repeat {
                // The record changes after every page.
                let reader = try (turn % 2 == 0 ? first : first === old ? new : old).reader("a")
                let query = try EverythingQuery(parameters: [("_count", "1")], context: reader.access.context, isStrict: true)
                let page = try #require(try reader.everything(query, after: after))
                seen += page.keys
                after = page.next
                turn += 1
            } while after != nil
            #expect(seen.count == Set(seen).count)
            #expect(seen.stored.filter { !gone.contains($0) } == whole)
        }
    }
}
