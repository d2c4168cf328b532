import Exchange
import FHIR
import Synchronization
import Testing

@Suite("A store's promises: imports")
struct ImportPromises {
    @Test("A resource is added, left alone when its bytes are the same, and updated when they are not", arguments: Engine.allCases)
    func versions(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            func keep(_ status: String, at now: Timestamp) throws -> [ImportOutcome] {
                try store.keep(try prepared(observation("o", of: "p1", status: status)), plan: scene.plan, at: now)
            }
            #expect(try keep("final", at: today) == [.added])
            let first = try store.body(.observation, "o", in: scene.compartment)
            #expect(
                first
                    == #"{"resourceType":"Observation","id":"o","meta":{"versionId":"1","lastUpdated":"2026-11-24T00:00:00.000Z"},"status":"final","subject":{"reference":"Patient/p1"}}"#
            )
            #expect(try keep("final", at: today.adding(seconds: 60)) == [.unchanged])
            #expect(try store.body(.observation, "o", in: scene.compartment) == first)
            #expect(try keep("amended", at: today.adding(seconds: 60)) == [.updated])
            let found = try store.read(.observation, id: "o", in: scene.compartment) {
                (version: $0.version, at: $0.lastUpdated, body: String(decoding: $0.body, as: UTF8.self))
            }
            #expect(found?.version == 2)
            #expect(found?.at == today.adding(seconds: 60))
            #expect(found?.body.contains(#""versionId":"2","lastUpdated":"2026-11-24T00:01:00.000Z""#) == true)
            // The index is the new version's.
            #expect(try scene.store.page(.observation, [("status", "amended")], in: scene.compartment).ids == ["o"])
            #expect(try scene.store.page(.observation, [("status", "final")], in: scene.compartment).ids == [])
            #expect(try keep("final", at: today.adding(seconds: 120)) == [.updated])
        }
    }

    @Test("A resource that was removed and comes again goes on with its versions, whoever's it is then", arguments: Engine.allCases)
    func returned(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try store.addMember("p2", memberID: "M-2", plan: scene.plan)
            func keep(_ status: String, of patient: String) throws -> [ImportOutcome] {
                try store.keep(try prepared(observation("o", of: patient, status: status)), plan: scene.plan, at: today)
            }
            func version(_ compartment: Compartment) throws -> Int? {
                try store.read(.observation, id: "o", in: compartment) { resource in
                    #expect(String(decoding: resource.body, as: UTF8.self).contains(#""versionId":"\#(resource.version)""#))
                    return resource.version
                }
            }
            let id = try #require(ResourceID("o"))
            #expect(try keep("registered", of: "p1") == [.added])
            #expect(try keep("final", of: "p1") == [.updated])
            try store.remove([(.observation, id)], in: scene.compartment, at: today, for: nil)
            #expect(try version(scene.compartment) == nil)
            // What names only what was removed names nothing that is known.
            let provenance = #"{"resourceType":"Provenance","id":"v","target":[{"reference":"Observation/o"}],"recorded":"2026-01-01"}"#
            guard case .refused = try store.keep(try prepared(provenance), plan: scene.plan, at: today)[0] else {
                Issue.record("it was kept")
                return
            }
            #expect(try keep("final", of: "p1") == [.added])
            #expect(try version(scene.compartment) == 3)
            #expect(try keep("final", of: "p1") == [.unchanged])
            try store.remove([(.observation, id)], in: scene.compartment, at: today, for: nil)
            #expect(try keep("final", of: "p2") == [.added])
            #expect(try version(other) == 4)
            #expect(try version(scene.compartment) == nil)
            #expect(try store.counts(in: other)[.observation] == 1)
        }
    }

    @Test("A resource that is corrected to another member leaves the first one's sight", arguments: Engine.allCases)
    func moved(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try store.addMember("p2", memberID: "M-2", plan: scene.plan)
            _ = try store.keep(try prepared(observation("o", of: "p1")), plan: scene.plan, at: today)
            #expect(try store.keep(try prepared(observation("o", of: "p2")), plan: scene.plan, at: today) == [.updated])
            #expect(try store.body(.observation, "o", in: scene.compartment) == nil)
            #expect(try store.page(.observation, [], in: scene.compartment).total == 0)
            #expect(try store.counts(in: scene.compartment)[.observation] == nil)
            #expect(try store.body(.observation, "o", in: other) != nil)
            #expect(try store.page(.observation, [], in: other).ids == ["o"])
        }
    }

    @Test("What a Provenance names decides whose it is; one that names nothing known is refused alone", arguments: Engine.allCases)
    func provenance(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            func provenance(_ id: String, _ targets: String...) -> String {
                #"{"resourceType":"Provenance","id":"\#(id)","target":[\#(targets.map { #"{"reference":"\#($0)"}"# }.joined(separator: ","))]}"#
            }
            let outcomes = try store.keep(
                try prepared(
                    provenance("early", "Observation/o"), observation("o", of: "p1"), #"{"resourceType":"Organization","id":"g"}"#,
                    provenance("v1", "Observation/none", "Observation/o"), provenance("v2", "Organization/g"), observation("o2", of: "p1")),
                plan: scene.plan, at: today)
            let sentence = "It names no Patient, and none of the resources it names is known here."
            #expect(outcomes == [.refused(sentence), .added, .added, .added, .refused(sentence), .added])
            let provenances = try store.page(.provenance, [], in: scene.compartment).ids.filter { !$0.hasPrefix("transmission-") }
            #expect(provenances == ["v1"])
            #expect(try store.page(.observation, [], in: scene.compartment).ids == ["o", "o2"])
        }
    }

    @Test("Within a batch what comes later is not known before, and what comes twice is as it came last", arguments: Engine.allCases)
    func order(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try store.addMember("p2", memberID: "M-2", plan: scene.plan)
            func provenance(_ id: String, of target: String) -> String {
                #"{"resourceType":"Provenance","id":"\#(id)","target":[{"reference":"Observation/\#(target)"}],"recorded":"2026-01-01"}"#
            }
            let outcomes = try store.keep(
                try prepared([
                    provenance("early", of: "a"), observation("a", of: "p1"), provenance("late", of: "a"),
                    observation("b", of: "p1"), observation("b", of: "p2"), provenance("c", of: "b"), observation("c", of: "p2"),
                ]), plan: scene.plan, at: today)
            guard case .refused = outcomes[0] else {
                Issue.record("\(outcomes[0])")
                return
            }
            #expect(outcomes[1...] == [.added, .added, .added, .updated, .added, .added])
            #expect(try store.page(.observation, [], in: scene.compartment).ids == ["a"])
            #expect(try store.body(.provenance, "late", in: scene.compartment) != nil)
            #expect(try Set(store.page(.observation, [], in: other).ids) == ["b", "c"])
            #expect(try store.body(.provenance, "c", in: other) != nil)
            // The same number again, and first by a resource whose owner is told by what it names.
            #expect(
                try store.keep(
                    try prepared([provenance("d", of: "a"), provenance("d", of: "b"), observation("b", of: "p1")]), plan: scene.plan,
                    at: today)
                    == [.added, .updated, .updated])
            #expect(try store.body(.provenance, "d", in: other) != nil && store.body(.provenance, "d", in: scene.compartment) == nil)
            #expect(try Set(store.page(.observation, [], in: scene.compartment).ids) == ["a", "b"])
        }
    }

    @Test("The same id is one resource per type and plan", arguments: Engine.allCases)
    func keys(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try await store.enrol(planID: "other", name: "Other")
            let sources = [
                observation("x", of: "p1"), #"{"resourceType":"Condition","id":"x","subject":{"reference":"Patient/p1"}}"#,
                #"{"resourceType":"Organization","id":"x"}"#, observation("X", of: "p1"),
            ]
            #expect(try store.keep(try prepared(sources), plan: scene.plan, at: today) == [.added, .added, .added, .added])
            #expect(try store.keep(try prepared(sources), plan: other, at: today) == [.added, .added, .added, .added])
            #expect(try store.keep(try prepared(sources[0], sources[0]), plan: scene.plan, at: today) == [.unchanged, .unchanged])
        }
    }

    @Test("Identifiers of what belongs to the plan are found again, and no member's", arguments: Engine.allCases)
    func identifiers(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try await store.enrol(planID: "other", name: "Other")
            _ = try store.keep(
                try prepared(
                    #"{"resourceType":"Practitioner","id":"d","identifier":[{"system":"npi","value":"9"}]}"#,
                    #"{"resourceType":"Encounter","id":"e","identifier":[{"system":"s","value":"9"}],"subject":{"reference":"Patient/p1"}}"#
                ),
                plan: scene.plan, at: today)
            #expect(try store.sharedIdentifiers(plan: scene.plan).mapValues(\.text) == ["Practitioner?npi|9": "d"])
            #expect(try store.sharedIdentifiers(plan: other).isEmpty)
        }
    }

    /// More than are asked for at once, the first and the last of each thousand among them.
    @Test("Identifiers of thousands of practitioners and organizations are all found", arguments: Engine.allCases)
    func manyIdentifiers(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            var expected: [String: String] = [:]
            for type in ["Practitioner", "Organization"] {
                let ids = (0..<1250).map { "d\($0)" }
                let documents = ids.map { #"{"resourceType":"\#(type)","id":"\#($0)","identifier":[{"system":"npi","value":"\#($0)"}]}"# }
                _ = try store.keep(try prepared(documents), plan: scene.plan, at: today)
                for id in ids { expected["\(type)?npi|\(id)"] = id }
            }
            #expect(try store.sharedIdentifiers(plan: scene.plan).mapValues(\.text) == expected)
        }
    }

    @Test("An import that gives way to readers at every step keeps all the same", arguments: Engine.allCases)
    func resting(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let resting = Resting()
            let pipeline = ImportPipeline(store: store, plan: scene.plan, world: World { today }, pace: resting.pace)
            let note = String(repeating: "x", count: 2000)
            for number in 0..<400 {
                Array(observation("o\(number)", of: "p1", more: #","note":"\#(note)""#).utf8).withUnsafeBytes {
                    pipeline.add($0, place: "f:\(number)")
                }
            }
            let report = try pipeline.finish()
            #expect(report.added == 400)
            // Those that prepare rest after each sixteen; those that keep, after as many rows or bytes as their store sends at once.
            let slept = resting.slept.load(ordering: .relaxed)
            #expect(slept > 25 + 3, "\(slept)")
            try store.settle()
            #expect(try store.counts(in: scene.compartment)[.observation] == 400)
        }
    }

    @Test("A pipeline reports what it cannot take by its place, takes the rest, and a rerun changes nothing", arguments: Engine.allCases)
    func pipeline(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            func run() throws -> ImportReport {
                let pipeline = ImportPipeline(store: store, plan: scene.plan, world: World { today })
                let documents = [
                    observation("o1", of: "p1"), "{", #"{"a":1,"a":2}"#, #"{"resourceType":"Cat","id":"c"}"#, observation("o2", of: "p1"),
                    #"""
                    {"resourceType":"Bundle","type":"transaction","entry":[
                      {"fullUrl":"urn:uuid:u1","resource":{"resourceType":"Observation","id":"u1","subject":{"reference":"urn:uuid:px"},
                        "performer":[{"reference":"Practitioner?identifier=npi|9"},{"reference":"Practitioner?identifier=npi|0"}]}},
                      {"fullUrl":"urn:uuid:px","resource":{"resourceType":"Patient"}},
                      {"resource":{"resourceType":"Observation","id":"lost"}},
                      {"resource":{"resourceType":"Practitioner","id":"d","identifier":[{"system":"npi","value":"9"}]}}]}
                    """#,
                ]
                for (index, document) in documents.enumerated() {
                    Array(document.utf8).withUnsafeBytes { pipeline.add($0, place: "f:\(index + 1)") }
                }
                return try pipeline.finish()
            }
            let report = try run()
            #expect(report.added == 5)
            #expect(report.problems.map(\.place) == ["f:2", "f:3", "f:4", "f:6:entry 3"])
            #expect(report.problems.last?.reason.contains("names no Patient") == true)
            #expect(report.warnings.map(\.place) == ["f:6:entry 1"])
            #expect(report.warnings.first?.reason.contains("npi|0") == true)
            let again = try run()
            #expect(again.added == 0 && again.updated == 0 && again.unchanged == 5)

            let member = try #require(try store.key(ofPatient: "px", plan: scene.plan))
            let compartment = Compartment(plan: scene.plan, member: member, patientID: "px")
            #expect(
                try store.body(.observation, "u1", in: compartment)?.contains(
                    #""subject":{"reference":"Patient/px"}"#) == true)
            #expect(try store.body(.observation, "u1", in: compartment)?.contains(#""Practitioner/d""#) == true)
            #expect(try store.body(.observation, "u1", in: compartment)?.contains("npi|0") == true)
            #expect(try store.body(.patient, "px", in: compartment)?.contains(#""id":"px""#) == true)
        }
    }
}

extension MemberStore {
    /// The member of a Patient, also when it is no line of the roster yet.
    func key(ofPatient patientID: String, plan: Key<Plan>, among count: Int = 20) throws -> Key<Member>? {
        for number in 1...count {
            if let member = try member(Key(Int64(number)), plan: plan), member.patientID == patientID { return member.key }
        }
        return nil
    }
}
