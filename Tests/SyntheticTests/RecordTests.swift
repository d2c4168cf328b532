import Testing

@testable import Synthetic

@Suite struct RecordTests {
    let plan = SyntheticPlan()

    @Test func `the same seed makes the same bytes`() throws {
        for index in [0, 3, 11] {
            let one = try Record.member(index, of: plan).entries.map(\.bytes)
            let two = try Record.member(index, of: SyntheticPlan()).entries.map(\.bytes)
            #expect(one == two)
        }
        let other = try Record.member(11, of: SyntheticPlan(seed: 5)).entries.map(\.bytes)
        #expect(try other != Record.member(11, of: plan).entries.map(\.bytes))
    }

    @Test func `every reference of a member leads into his own record or the shared one`() throws {
        let shared = try Record.shared(plan)
        for entry in shared.entries {
            for reference in Record.references(in: entry.object) { #expect(shared.ids.contains(reference)) }
        }
        for index in [0, 1, 2, 4, 8] {
            let record = try Record.member(index, of: plan)
            let known = record.ids.union(shared.ids)
            let missing = record.entries.flatMap { Record.references(in: $0.object) }.filter { !known.contains($0) }
            #expect(missing == [])
        }
    }

    @Test func `ids are legal, used once, and name the type that was announced`() throws {
        var seen: Set<String> = []
        for record in try [Record.shared(plan)] + (0..<8).map({ try Record.member($0, of: plan) }) {
            for entry in record.entries {
                #expect(entry.object["resourceType"] as? String == entry.type)
                let isLegal = (1...64).contains(entry.id.utf8.count) && entry.id.utf8.allSatisfy(isIDByte)
                #expect(isLegal && seen.insert(entry.id).inserted)
            }
        }
    }

    private func isIDByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46: true
        default: false
        }
    }

    @Test func `Patient comes first, Provenance last, and meta leaves version and time to the import`() throws {
        let member = plan.member(at: 0)
        let record = try Record.member(0, of: plan)
        #expect(record.entries.first?.type == "Patient")
        #expect(record.entries.first?.id == member.patientID)
        #expect(record.entries.last?.type == "Provenance")
        for entry in record.entries {
            let meta = entry.object["meta"] as? [String: Any]
            #expect(meta?["versionId"] == nil && meta?["lastUpdated"] == nil)
            #expect(entry.bytes.starts(with: Array(#"{"resourceType":""#.utf8)))
        }
    }

    @Test func `every member has the four types that are never shared, and no clinical resource refers to them`() throws {
        let never: Set = ["Coverage", "Claim", "ClaimResponse", "ExplanationOfBenefit"]
        for index in [0, 2, 3, 5, 6, 7, 8, 9, 10, 11] {
            let record = try Record.member(index, of: plan)
            #expect(Set(record.entries.map(\.type)).isSuperset(of: never))
            for entry in record.entries where !never.contains(entry.type) {
                for reference in Record.references(in: entry.object) {
                    #expect(!never.contains(String(reference.prefix { $0 != "/" })))
                }
            }
        }
    }

    @Test func `the Provenance covers every other clinical resource`() throws {
        let never: Set = ["Coverage", "Claim", "ClaimResponse", "ExplanationOfBenefit", "Provenance"]
        let record = try Record.member(4, of: plan)
        let targets = Set(Record.references(in: try #require(record.entries.last).object["target"] as Any))
        #expect(targets == Set(record.entries.filter { !never.contains($0.type) }.map { "\($0.type)/\($0.id)" }))
    }

    @Test func `the first member's childhood is rich`() throws {
        let record = try Record.member(0, of: plan)
        let clinical = record.entries.filter { !["Coverage", "Claim", "ClaimResponse", "ExplanationOfBenefit"].contains($0.type) }
        #expect(clinical.count >= 300)
        for type in [
            "RelatedPerson", "AllergyIntolerance", "CarePlan", "CareTeam", "Goal", "Specimen", "ServiceRequest", "MedicationDispense",
        ] {
            #expect(!record.of(type).isEmpty)
        }
        let found = Set(record.entries.flatMap { codes(in: $0.object) })
        // Growth percentile, lead, asthma, otitis, strep, broken forearm and its X-ray, MMR.
        for code in ["59576-9", "5671-3", "195967001", "65363002", "43878008", "65966004", "1225002", "03"] {
            #expect(found.contains(code))
        }
    }

    private func codes(in value: Any) -> [String] {
        if let object = value as? [String: Any] {
            return object.flatMap { key, value in key == "code" ? [value as? String].compactMap { $0 } + codes(in: value) : codes(in: value)
            }
        }
        if let list = value as? [Any] { return list.flatMap { codes(in: $0) } }
        return []
    }

    @Test func `the second member has much, the third almost nothing, and the fifth a pregnancy`() throws {
        func count(_ index: Int) -> Int {
            var count = 0
            plan.resources(of: index) { _, _ in count += 1 }
            return count
        }
        #expect((2000...3300).contains(count(1)))
        #expect(count(2) < 30)
        #expect(try Record.member(4, of: plan).entries.flatMap { codes(in: $0.object) }.contains("72892002"))
    }

    @Test func `nothing happens before birth or after the record's last day`() throws {
        for index in [0, 4, 5, 7, 9] {
            let member = plan.member(at: index)
            let last = member.coverageEnd ?? plan.today.text
            for entry in try Record.member(index, of: plan).entries {
                for key in [
                    "effectiveDateTime", "occurrenceDateTime", "authoredOn", "onsetDateTime", "recordedDate", "created", "whenHandedOver",
                ] {
                    guard let text = entry.object[key] as? String else { continue }
                    #expect(text.prefix(10) >= member.birthDate && text.prefix(10) <= last, "\(entry.type) \(key)")
                }
            }
        }
    }

    @Test func `an observation lies within its encounter`() throws {
        let record = try Record.member(0, of: plan)
        var starts: [String: String] = [:]
        for entry in record.of("Encounter") {
            starts["Encounter/\(entry.id)"] = (entry.object["period"] as? [String: Any])?["start"] as? String
        }
        #expect(starts.count > 40)
        for entry in record.of("Observation") {
            let encounter = (entry.object["encounter"] as? [String: Any])?["reference"] as? String
            #expect(starts[encounter ?? ""] == entry.object["effectiveDateTime"] as? String)
        }
    }

    @Test func `decimals keep the zeros at their end`() throws {
        let record = try Record.member(1, of: plan)
        func ends(inZero entry: Record.Entry) -> Bool {
            let mark = Array(#""value":"#.utf8)
            for start in entry.bytes.indices.dropLast(mark.count) where entry.bytes[start..<start + mark.count].elementsEqual(mark) {
                let number = entry.bytes[(start + mark.count)...].prefix { (48...57).contains($0) || $0 == 46 || $0 == 45 }
                if number.contains(46), number.last == 48 { return true }
            }
            return false
        }
        #expect(record.of("Observation").count(where: ends(inZero:)) > 50)
        #expect(record.of("Claim").contains(where: ends(inZero:)))
    }

    @Test func `a hundred and twenty members have about the size of real ones`() {
        var counts: [Int] = []
        var bytes = 0
        for index in 5..<125 {
            var count = 0
            plan.resources(of: index) { _, resource in
                count += 1
                bytes += resource.count
            }
            counts.append(count)
        }
        counts.sort()
        let total = counts.reduce(0, +)
        #expect((550...950).contains(total / counts.count))
        #expect((330...650).contains(counts[counts.count / 2]))
        #expect((1000...1700).contains(bytes / total))
        #expect((counts.last ?? 0) < 3700 && (counts.first ?? 0) > 15)
    }

    @Test func `no result is below zero but a T-score`() throws {
        for index in [1, 3] {
            for entry in try Record.member(index, of: plan).of("Observation") {
                guard let quantity = entry.object["valueQuantity"] as? [String: Any], quantity["code"] as? String != "{T-score}" else {
                    continue
                }
                #expect(try #require(quantity["value"] as? Double) >= 0)
            }
        }
    }

    @Test func `records made at the same time are those made one after the other`() async {
        let plan = self.plan
        @Sendable func sum(_ index: Int) -> UInt64 {
            var hash: UInt64 = 14_695_981_039_346_656_037
            plan.resources(of: index) { _, bytes in
                for byte in copy bytes { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
            }
            return hash
        }
        let together = await withTaskGroup(of: (Int, UInt64).self) { group in
            for index in 5..<15 { group.addTask { (index, sum(index)) } }
            var sums: [Int: UInt64] = [:]
            for await (index, sum) in group { sums[index] = sum }
            return sums
        }
        for index in 5..<15 { #expect(together[index] == sum(index)) }
    }

    @Test func `an order names its medicine by code or by a shared Medication`() throws {
        let requests = try Record.member(1, of: plan).of("MedicationRequest")
        #expect(requests.contains { $0.object["medicationReference"] != nil })
        #expect(requests.contains { $0.object["medicationCodeableConcept"] != nil })
        #expect(requests.allSatisfy { ($0.object["medicationReference"] != nil) != ($0.object["medicationCodeableConcept"] != nil) })
    }

    @Test func `an error of the receiver stops the record`() {
        struct Full: Error {}
        var count = 0
        #expect(throws: Full.self) {
            try plan.resources(of: 0) { _, _ in
                count += 1
                if count == 3 { throw Full() }
            }
        }
        #expect(count == 3)
    }
}
