import Exchange
import FHIR
import Testing
import Trust

@Suite("A store's promises: members")
struct MemberPromises {
    static func line(_ memberID: String, first: String = "Ana", postal: String = "02116", patientID: String? = nil, email: String? = nil)
        -> RosterEntry
    {
        RosterEntry(
            memberID: memberID, firstName: first, lastName: "Lee", birthDate: "2011-01-04", postalCode: postal, email: email,
            patientID: patientID)
    }

    @Test("Roster lines are added, changed and left alone, and a rerun changes nothing", arguments: Engine.allCases)
    func enrol(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let other = try await store.enrol(planID: "other", name: "Other")
            let lines = [Self.line("M-1"), Self.line("M-2", email: "b@example.com")]
            #expect(try await store.enrol(lines, plan: plan) == [.added, .added])
            #expect(try await store.enrol(lines, plan: plan) == [.unchanged, .unchanged])
            #expect(try await store.enrol([Self.line("M-1", postal: "02117"), lines[1]], plan: plan) == [.changed, .unchanged])
            let member = try #require(try store.members(memberID: "M-1", plan: plan).first)
            #expect(member.postalCode == "02117")
            #expect(member.patientID == nil)
            #expect(try store.member(member.key, plan: plan) == member)
            #expect(try store.member(member.key, plan: other) == nil)
            #expect(try store.members(memberID: "M-1", plan: other).isEmpty)
            #expect(try store.memberCount(plan: plan) == 2)
            #expect(try store.memberCount(plan: other) == 0)
            // A line without an address keeps the one that is known.
            #expect(try await store.enrol([Self.line("M-2")], plan: plan) == [.unchanged])
            #expect(try store.members(memberID: "M-2", plan: plan).first?.email == "b@example.com")
        }
    }

    @Test("New lines among known ones, more than one transaction takes, and each is told rightly", arguments: Engine.allCases)
    func mixed(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let known = (0..<1100).filter { $0 % 7 < 3 }
            #expect(
                try await store.enrol(known.map { Self.line("M-\($0)", patientID: "p\($0)") }, plan: plan).allSatisfy { $0 == .added })
            // Every third has moved since; the last names the record of another.
            var lines = (0..<1100).map { Self.line("M-\($0)", postal: $0 % 3 == 0 ? "02117" : "02116", patientID: "p\($0)") }
            lines.append(Self.line("M-new", patientID: "p7"))
            let changes = try await store.enrol(lines, plan: plan)
            for (number, change) in changes.dropLast().enumerated() {
                #expect(change == (number % 7 >= 3 ? .added : number % 3 == 0 ? .changed : .unchanged), "\(number)")
            }
            // The record keeps its member, which takes the newer name.
            #expect(changes.count == 1101 && changes.last == .changed)
            #expect(try store.memberCount(plan: plan) == 1100)
            #expect(try await store.enrol(lines.dropLast(), plan: plan).count { $0 == .unchanged } == 1099)
        }
    }

    @Test("A roster in one go does what its lines do one by one, whatever they contradict", arguments: Engine.allCases)
    func oneByOne(_ engine: Engine) async throws {
        try await engine.withStore { store in
            var dice = SystemRandomNumberGenerator()
            for round in 0..<6 {
                // Few names, so that lines meet; records of some of them are there, with and without a line.
                let names = [4, 12, 60][round % 3]
                func line() -> RosterEntry {
                    let patient = Int.random(in: 0..<2 * names, using: &dice)
                    return Self.line(
                        "M-\(Int.random(in: 0..<names, using: &dice))", postal: Bool.random(using: &dice) ? "02116" : "02117",
                        patientID: patient < names ? "p\(patient)" : nil)
                }
                let rosters = (0..<3).map { _ in (0..<100).map { _ in line() } }
                var patients: [String] = []
                for number in stride(from: 0, to: names, by: 2) {
                    let memberID = Bool.random(using: &dice) ? "M-\(Int.random(in: 0..<names, using: &dice))" : nil
                    patients.append(patient("p\(number)", memberID: memberID))
                }
                let inOneGo = try await store.enrol(planID: "one-\(round)", name: "In one go")
                let oneByOne = try await store.enrol(planID: "by-\(round)", name: "One by one")
                for (number, roster) in rosters.enumerated() {
                    let changes = try await store.enrol(roster, plan: inOneGo)
                    var expected: [RosterChange] = []
                    for line in roster { expected += try await store.enrol([line], plan: oneByOne) }
                    #expect(changes == expected, "\(roster)")
                    if number == 1 {
                        _ = try store.keep(try prepared(patients), plan: inOneGo, at: today)
                        for patient in patients { _ = try store.keep(try prepared([patient]), plan: oneByOne, at: today) }
                    }
                    let (one, other) = (try Self.roster(of: inOneGo, store), try Self.roster(of: oneByOne, store))
                    #expect(one == other, "\(roster) \(patients)")
                }
            }
        }
    }

    private static func roster(of plan: Key<Plan>, _ store: any MemberStore) throws -> [[String?]] {
        try store.members(plan: plan, search: nil, limit: 1000, offset: 0).map { [$0.memberID, $0.patientID, $0.postalCode] }
    }

    @Test("A member is found by an ID in any spelling; two IDs that differ in case are two members", arguments: Engine.allCases)
    func folded(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            _ = try await store.enrol([Self.line("01-Ab"), Self.line("01-aB"), Self.line("02")], plan: plan)
            for spelling in ["01-Ab", "01ab", " 01 AB "] {
                #expect(try store.members(memberID: spelling, plan: plan).map(\.memberID).sorted() == ["01-Ab", "01-aB"])
            }
            #expect(try store.members(memberID: "01a", plan: plan).isEmpty)
            #expect(try store.members(memberID: "%", plan: plan).isEmpty)
        }
    }

    @Test("The roster is listed in the order of IDs, by pages, and searched in names and IDs", arguments: Engine.allCases)
    func list(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            _ = try await store.enrol([Self.line("M-3", first: "Cleo"), Self.line("M-1"), Self.line("M-2", first: "100%")], plan: plan)
            // A record without a roster line is no line of the roster.
            _ = try store.keep(try prepared(observation("o", of: "nobody")), plan: plan, at: today)
            func ids(_ search: String?, limit: Int = 10, offset: Int = 0) throws -> [String] {
                try store.members(plan: plan, search: search, limit: limit, offset: offset).map(\.memberID)
            }
            #expect(try ids(nil) == ["M-1", "M-2", "M-3"])
            #expect(try ids(nil, limit: 2) == ["M-1", "M-2"])
            #expect(try ids(nil, limit: 2, offset: 2) == ["M-3"])
            #expect(try ids("cleo lee") == ["M-3"])
            #expect(try ids("m-2") == ["M-2"])
            #expect(try ids("%") == ["M-2"])
            #expect(try ids("zzz") == [])
            #expect(try store.memberCount(plan: plan) == 3)
        }
    }

    @Test("Patient first, roster later: the line names the record's member", arguments: Engine.allCases)
    func patientFirst(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            _ = try store.keep(
                try prepared(observation("o", of: "p1"), patient("p1", memberID: "M-1", first: "Old")), plan: plan, at: today)
            let before = try #require(try store.members(memberID: "M-1", plan: plan).first)
            #expect(before.patientID == "p1")
            #expect(before.firstName == "Old")
            #expect(try await store.enrol([Self.line("M-1", first: "New")], plan: plan) == [.changed])
            let after = try #require(try store.members(memberID: "M-1", plan: plan).first)
            #expect(after.key == before.key)
            #expect(after.firstName == "New")
            #expect(after.patientID == "p1")
            // What the roster said stays when the Patient comes again.
            _ = try store.keep(try prepared(patient("p1", memberID: "M-1", first: "Old")), plan: plan, at: today)
            #expect(try store.members(memberID: "M-1", plan: plan).first?.firstName == "New")
            #expect(try store.memberCount(plan: plan) == 1)
        }
    }

    @Test("Roster first, Patient later: the line gets the record, whichever resource came before the Patient", arguments: Engine.allCases)
    func rosterFirst(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            _ = try await store.enrol([Self.line("M-1", first: "Roster"), Self.line("M-2", patientID: "p2")], plan: plan)
            _ = try store.keep(
                try prepared(observation("o1", of: "p1"), patient("p1", memberID: "M-1"), observation("o2", of: "p2"), patient("p2")),
                plan: plan,
                at: today)
            #expect(try store.memberCount(plan: plan) == 2)
            for (memberID, patientID, observation) in [("M-1", "p1", "o1"), ("M-2", "p2", "o2")] {
                let member = try #require(try store.members(memberID: memberID, plan: plan).first)
                #expect(member.patientID == patientID)
                let compartment = Compartment(plan: plan, member: member.key, patientID: patientID)
                #expect(try store.body(.observation, observation, in: compartment) != nil)
                #expect(try store.counts(in: compartment) == [.observation: 1, .patient: 1])
            }
            #expect(try store.members(memberID: "M-1", plan: plan).first?.firstName == "Roster")
        }
    }

    @Test("A line that names the record by its Patient id is linked to it", arguments: Engine.allCases)
    func byPatientID(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            _ = try store.keep(try prepared(patient("p1")), plan: plan, at: today)
            let before = try #require(try store.members(memberID: "p1", plan: plan).first)
            #expect(try await store.enrol([Self.line("M-1", patientID: "p1")], plan: plan) == [.changed])
            #expect(try store.members(memberID: "M-1", plan: plan).first?.key == before.key)
            #expect(try store.members(memberID: "p1", plan: plan).isEmpty)
            #expect(try await store.enrol([Self.line("M-1", patientID: "p1")], plan: plan) == [.unchanged])
        }
    }

    @Test(
        "Of two Patients with one member ID the first has it, the other its own id, and their records stay apart",
        arguments: Engine.allCases)
    func twoPatients(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let sources = [
                patient("p1", memberID: "M-1"), patient("p2", memberID: "M-1", first: "Bo"), observation("o1", of: "p1"),
                observation("o2", of: "p2"),
            ]
            #expect(try store.keep(try prepared(sources), plan: plan, at: today) == [.added, .added, .added, .added])
            let first = try #require(try store.members(memberID: "M-1", plan: plan).first)
            let second = try #require(try store.members(memberID: "p2", plan: plan).first)
            #expect(try store.members(memberID: "M-1", plan: plan).count == 1)
            #expect(first.patientID == "p1")
            #expect(second.patientID == "p2")
            #expect(second.firstName == "Bo")
            #expect(try store.body(.observation, "o2", in: Compartment(plan: plan, member: first.key, patientID: "p1")) == nil)
            #expect(try store.body(.observation, "o2", in: Compartment(plan: plan, member: second.key, patientID: "p2")) != nil)
            #expect(try store.keep(try prepared(sources), plan: plan, at: today) == [.unchanged, .unchanged, .unchanged, .unchanged])
            #expect(try store.memberCount(plan: plan) == 2)
        }
    }

    @Test("A line that contradicts the roster is refused alone", arguments: Engine.allCases)
    func contradiction(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            let one = try store.addMember("p1", memberID: "M-1", plan: plan)
            _ = try store.addMember("p2", memberID: "M-2", plan: plan, first: "Bo")
            let changes = try await store.enrol(
                [Self.line("M-1", patientID: "p2"), Self.line("M-1", patientID: "p9"), Self.line("M-3")], plan: plan)
            for change in changes.prefix(2) {
                guard case .refused(let reason) = change else {
                    Issue.record("It was not refused: \(change)")
                    continue
                }
                #expect(reason.contains("M-1"))
            }
            #expect(changes.last == .added)
            #expect(try store.member(one.member, plan: plan)?.patientID == "p1")
            #expect(try store.members(memberID: "M-2", plan: plan).first?.patientID == "p2")
        }
    }

    @Test("A mistaken Patient id is corrected as long as no record has arrived", arguments: Engine.allCases)
    func correction(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let plan = try await store.enrol(planID: "demo", name: "Demo")
            _ = try await store.enrol([Self.line("M-1", patientID: "typo")], plan: plan)
            #expect(try await store.enrol([Self.line("M-1", patientID: "p1")], plan: plan) == [.changed])
            #expect(try store.members(memberID: "M-1", plan: plan).first?.patientID == "p1")
        }
    }
}
