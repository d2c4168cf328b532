import Exchange
import FHIR
import Foundation

/// A made-up record: every type that is shared, every element that a search parameter looks at, in the shapes that real systems write.
struct MadeRecord {
    static let patient = "p1"
    static let base = MemoryRecord.plan.addresses.fhir

    private(set) var items: [MemoryRecord.Item] = []
    private(set) var resources: [ReferenceSearch.Resource] = []
    private var dice: Dice
    private var ids: [ResourceType: [String]] = [:]

    /// How many of each type; one or two of the others.
    private static let counts: [ResourceType: Range<Int>] = [
        .observation: 8..<18, .encounter: 3..<7, .condition: 2..<6, .medicationRequest: 2..<5, .diagnosticReport: 2..<4,
        .provenance: 2..<5, .documentReference: 2..<5, .practitioner: 2..<4, .organization: 2..<4, .procedure: 1..<4,
    ]

    init(seed: UInt64) {
        dice = Dice(seed: seed)
        ids[.patient] = [Self.patient]
        for type in ReleasedTypes.clinical where type != .patient {
            let count = dice.number(Self.counts[type] ?? 1..<3)
            // Ids that are alike in two types, and ids of which one begins the other.
            ids[type] = (0..<count).map { dice.chance(20) ? "x\($0)" : "\(type.name.prefix(3))-\($0)" }
        }
        for type in ReleasedTypes.clinical { for id in ids[type] ?? [] { add(type, id) } }
    }

    private mutating func add(_ type: ResourceType, _ id: String) {
        var body = Plain.object(["resourceType": .text(type.name), "id": .text(id)])
        var values = MadeValues(dice: dice, ids: ids)
        body["meta"] = values.meta(type)
        for parameter in SearchTable.parameters(of: type) where !parameter.name.hasPrefix("_") {
            guard !parameter.paths.contains(where: { $0.target != nil }) else { continue }
            let paths = parameter.paths.filter { !$0.steps.isEmpty && isFree($0, body) }
            guard !paths.isEmpty, values.dice.chance(70) else { continue }
            values.put(parameter, at: values.dice.pick(paths), into: &body)
        }
        if let owner = Self.owner(of: type) { body[owner] = .object(["reference": .text(values.dice.pick(Self.ownNames))]) }
        if type == .provenance { body["target"] = values.targets() }
        if values.dice.chance(10) {
            body["contained"] = .list([.object(["resourceType": .text("Medication"), "id": .text("c"), "status": .text("active")])])
        }
        dice = values.dice
        let updated = today.milliseconds - Int64(dice.number(0..<400_000_000)) * 1000 - Int64(dice.number(0..<1000))
        resources.append(.init(type: type, id: id, body: body, updated: updated))
        let text = body.json(&dice)
        items.append(.init(type: type, id: id, body: text, version: 1, updated: Timestamp(milliseconds: updated)))
    }

    /// The member, as an own address, an absolute one of this server and one with a version.
    private static let ownNames = ["Patient/p1", "Patient/p1", "Patient/p1", "\(base)/Patient/p1", "Patient/p1/_history/3"]

    private static func owner(of type: ResourceType) -> String? {
        guard type != .patient, type != .provenance, !ReleasedTypes.isShared(type) else { return nil }
        return SearchTable.parameter("patient", of: type)?.parameter.paths.first?.steps.first?.name
    }

    /// Nothing stands there yet, and no other form of the same choice (`effectiveDateTime`, `effectivePeriod`).
    private func isFree(_ path: SearchPath, _ body: Plain) -> Bool {
        let first = path.steps[0].name
        if path.steps.count > 1, ["name", "address", "telecom"].contains(first) { return false }
        guard case .object(let members) = body else { return false }
        if path.steps.count > 1 { return true }
        let stem = Self.endings.first { first.hasSuffix($0) }.map { String(first.dropLast($0.count)) }
        return members[first] == nil && !members.keys.contains { key in stem.map { s in Self.endings.contains { key == s + $0 } } ?? false }
    }

    private static let endings = [
        "DateTime", "Period", "Timing", "Instant", "Age", "Range", "String", "Boolean", "Quantity", "CodeableConcept", "Reference",
    ]

    /// What a policy lets go that holds labels R and V back.
    var released: [ReferenceSearch.Resource] {
        resources.filter { resource in
            !(resource.body["meta"]?["security"]?.elements ?? []).contains {
                $0["system"]?.text == "http://terminology.hl7.org/CodeSystem/v3-Confidentiality" && ["R", "V"].contains($0["code"]?.text)
            }
        }
    }
}
