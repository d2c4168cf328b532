import Exchange
import FHIR
import Records
import Testing

@Suite("A store's promises: clinical data")
struct ClinicalPromises {
    @Test("Another member's data never appears, whatever is asked", arguments: Engine.allCases)
    func isolation(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let other = try store.addMember("p2", memberID: "M-2", plan: scene.plan)
            _ = try store.keep(try prepared(observation("mine", of: "p1"), observation("theirs", of: "p2")), plan: scene.plan, at: today)
            #expect(try store.body(.observation, "mine", in: scene.compartment) != nil)
            #expect(try store.body(.observation, "theirs", in: scene.compartment) == nil)
            #expect(try store.body(.patient, "p2", in: scene.compartment) == nil)
            for parameters in [
                [], [("_id", "theirs,mine")], [("patient", "p1")], [("patient", "Patient/p1,Patient/p2")], [("status", "final")],
                [("status:not", "amended")], [("_lastUpdated", "2026")],
            ] as [[(name: String, value: String)]] {
                #expect(try store.page(.observation, parameters, in: scene.compartment).ids == ["mine"], "\(parameters)")
            }
            for parameters in [
                [("patient", "p2")], [("patient", "Patient/p2")], [("subject", "Patient/p2")], [("_id", "theirs")],
                [("patient", "p1"), ("patient", "p2")],
                [("subject", "Group/p1")],
            ] as [[(name: String, value: String)]] {
                let page = try store.page(.observation, parameters, in: scene.compartment)
                #expect(page.ids == [] && page.total == 0 && page.next == nil, "\(parameters)")
            }
            #expect(try store.page(.patient, [], in: scene.compartment).ids == ["p1"])
            #expect(try store.page(.observation, [], in: other).ids == ["theirs"])
            #expect(try store.counts(in: scene.compartment) == [.patient: 1, .observation: 1])
        }
    }

    @Test("What belongs to the plan is read by each of its members, and by no other plan's", arguments: Engine.allCases)
    func shared(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            let neighbour = try store.addMember("p2", memberID: "M-2", plan: scene.plan)
            let otherPlan = try await store.enrol(planID: "other", name: "Other")
            let foreign = try store.addMember("p1", memberID: "M-1", plan: otherPlan)
            _ = try store.keep(
                try prepared(#"{"resourceType":"Organization","id":"g","name":"Clinic"}"#, observation("o", of: "p1")), plan: scene.plan,
                at: today)
            for compartment in [scene.compartment, neighbour] {
                #expect(try store.body(.organization, "g", in: compartment) != nil)
                #expect(try store.page(.organization, [("name", "cli")], in: compartment).ids == ["g"])
                #expect(try store.counts(in: compartment)[.organization] == nil)
            }
            #expect(try store.body(.organization, "g", in: foreign) == nil)
            #expect(try store.page(.organization, [], in: foreign).ids == [])
            #expect(try store.body(.observation, "o", in: foreign) == nil)
            // Keys of one plan open nothing at another.
            let mixed = Compartment(plan: otherPlan, member: scene.compartment.member, patientID: "p1")
            #expect(try store.body(.observation, "o", in: mixed) == nil)
            #expect(try store.page(.observation, [], in: mixed).ids == [])
        }
    }

    @Test("A device without a patient belongs to nobody whom a grant names", arguments: Engine.allCases)
    func ownerlessDevice(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            _ = try store.keep(
                try prepared(
                    #"{"resourceType":"Device","id":"d1"}"#, #"{"resourceType":"Device","id":"d2","patient":{"reference":"Patient/p1"}}"#),
                plan: scene.plan, at: today)
            #expect(try store.page(.device, [], in: scene.compartment).ids == ["d2"])
        }
    }

    @Test("A granular scope hides what it does not open, from reads, searches and totals", arguments: Engine.allCases)
    func restriction(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            func category(_ code: String) -> String { #","category":[{"coding":[{"system":"c","code":"\#(code)"}]}]"# }
            _ = try store.keep(
                try prepared(
                    observation("lab", of: "p1", more: category("laboratory")),
                    observation("vital", of: "p1", more: category("vital-signs")),
                    observation("none", of: "p1")), plan: scene.plan, at: today)
            let labs = "patient/Observation.rs?category=c|laboratory"
            let reader = try store.reader(in: scene.compartment, scope: labs)
            #expect(try reader.read(.observation, id: "lab") != nil)
            #expect(try reader.read(.observation, id: "vital") == nil)
            #expect(try reader.read(.observation, id: "none") == nil)
            #expect(try reader.read(.patient, id: "p1") == nil)
            let page = try store.page(.observation, [("status", "final")], in: scene.compartment, scope: labs)
            #expect(page.ids == ["lab"])
            #expect(page.total == 1)
            #expect(try store.page(.observation, [("category", "vital-signs")], in: scene.compartment, scope: labs).total == 0)
        }
    }

    @Test("Pages visit each resource exactly once, also while others are added, and say the total", arguments: Engine.allCases)
    func paging(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            var dice = SystemRandomNumberGenerator()
            let ids = (0..<47).map { "r\($0 * 2)" }.shuffled(using: &dice)
            _ = try store.keep(try prepared(ids.map { observation($0, of: "p1") }), plan: scene.plan, at: today)
            for count in [1, 7, 46, 47, 48] {
                var seen: [String] = []
                var after: String?
                repeat {
                    let page = try store.page(.observation, [("_count", "\(count)")], in: scene.compartment, after: after)
                    #expect(page.total == 47)
                    #expect(page.ids.count <= count)
                    seen += page.ids
                    after = page.next
                    #expect(after == nil || after == page.ids.last)
                } while after != nil
                #expect(seen.count == 47)
                #expect(Set(seen) == Set(ids))
            }
            var seen: [String] = []
            var after: String?
            var added = 1
            repeat {
                let page = try store.page(.observation, [("_count", "5")], in: scene.compartment, after: after)
                seen += page.ids
                after = page.next
                _ = try store.keep(
                    try prepared(observation("r\(added)", of: "p1"), observation("a\(added)", of: "p1")), plan: scene.plan, at: today)
                added += 2
            } while after != nil && added < 200
            #expect(Set(seen).count == seen.count)
            #expect(Set(seen).isSuperset(of: ids))
        }
    }

    @Test("Asked for the number only, a search says it and carries nothing", arguments: Engine.allCases)
    func countOnly(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            _ = try store.keep(try prepared((0..<5).map { observation("o\($0)", of: "p1") }), plan: scene.plan, at: today)
            for parameters in [[("_count", "0")], [("_summary", "count")], [("_summary", "count"), ("_count", "2")]]
                as [[(name: String, value: String)]]
            {
                let page = try store.page(.observation, parameters, in: scene.compartment)
                #expect(page.ids == [] && page.total == 5 && page.next == nil, "\(parameters)")
            }
        }
    }

    // MARK: Against an evaluator that is slow and obvious

    struct Sample {
        let id: String
        let member: String
        let status: String?
        let codes: [(system: String?, code: String)]
        let day: Int?

        var json: String {
            let coding = codes.map { coding in
                "{" + (coding.system.map { #""system":"\#($0)","# } ?? "") + #""code":"\#(coding.code)"}"#
            }.joined(separator: ",")
            return #"{"resourceType":"Observation","id":"\#(id)""# + (status.map { #","status":"\#($0)""# } ?? "")
                + #","code":{"coding":[\#(coding)]}"#
                + (day.map { #","effectiveDateTime":"2011-01-\#(Self.padded($0))""# } ?? "")
                + #","subject":{"reference":"Patient/\#(member)"}}"#
        }

        static func padded(_ day: Int) -> String { day < 10 ? "0\(day)" : "\(day)" }
    }

    struct Condition {
        let name: String
        let value: String
        let holds: (Sample) -> Bool
    }

    static func condition(_ dice: inout some RandomNumberGenerator) -> Condition {
        func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &dice)] }
        let status = pick(["final", "amended", "registered"])
        let code = pick(["1", "2", "3"])
        let system = pick(["a", "b"])
        let day = Int.random(in: 1...28, using: &dice)
        let date = "2011-01-" + Sample.padded(day)
        let conditions = [
            Condition(name: "status", value: status) { $0.status == status },
            Condition(name: "status:not", value: status) { $0.status != status },
            Condition(name: "status", value: "final,amended") { $0.status == "final" || $0.status == "amended" },
            Condition(name: "status:missing", value: "true") { $0.status == nil },
            Condition(name: "code", value: code) { $0.codes.contains { $0.code == code } },
            Condition(name: "code", value: "\(system)|\(code)") { $0.codes.contains { $0.code == code && $0.system == system } },
            Condition(name: "code", value: "|\(code)") { $0.codes.contains { $0.code == code && $0.system == nil } },
            Condition(name: "code", value: "\(system)|") { $0.codes.contains { $0.system == system } },
            Condition(name: "code:not", value: code) { !$0.codes.contains { $0.code == code } },
            Condition(name: "date", value: date) { $0.day == day },
            Condition(name: "date", value: "ge" + date) { $0.day.map { $0 >= day } ?? false },
            Condition(name: "date", value: "lt" + date) { $0.day.map { $0 < day } ?? false },
            Condition(name: "date", value: "ne" + date) { $0.day.map { $0 != day } ?? false },
            Condition(name: "date:missing", value: "false") { $0.day != nil },
            Condition(name: "_id", value: "o1,o5,o9,o33") { ["o1", "o5", "o9", "o33"].contains($0.id) },
            Condition(name: "patient", value: "p1") { $0.member == "p1" },
        ]
        return pick(conditions)
    }

    @Test("A search finds what looking at each resource finds", arguments: Engine.allCases)
    func evaluator(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let scene = try await Scene(store)
            _ = try store.addMember("p2", memberID: "M-2", plan: scene.plan)
            var dice = SystemRandomNumberGenerator()
            let samples = (0..<120).map { number in
                Sample(
                    id: "o\(number)", member: Bool.random() ? "p1" : "p2",
                    status: ["final", "amended", "registered", nil][Int.random(in: 0..<4)],
                    codes: (0..<Int.random(in: 0...3)).map { _ in (["a", "b", nil][Int.random(in: 0..<3)], "\(Int.random(in: 1...3))") },
                    day: Bool.random() ? Int.random(in: 1...28) : nil)
            }
            _ = try store.keep(try prepared(samples.map(\.json)), plan: scene.plan, at: today)
            for _ in 0..<300 {
                let conditions = (0..<Int.random(in: 1...3)).map { _ in Self.condition(&dice) }
                let expected = samples.filter { sample in sample.member == "p1" && conditions.allSatisfy { $0.holds(sample) } }.map(\.id)
                    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                let page = try store.page(
                    .observation, conditions.map { ($0.name, $0.value) } + [("_count", "1000")], in: scene.compartment)
                #expect(page.ids == expected, "\(conditions.map { "\($0.name)=\($0.value)" })")
                #expect(page.total == expected.count)
                #expect(page.next == nil)
            }
        }
    }
}
