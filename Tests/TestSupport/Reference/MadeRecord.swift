import Exchange
package import FHIR
import Foundation

/// A made-up record: every type that is shared, every element that a search parameter looks at, in the shapes that real systems write.
package struct MadeRecord {
    /// What a record is made by.
    package struct Recipe {
        package enum Labels { case some, none, restricted }

        package var patient: String
        package var base: String
        package var now: Timestamp
        package var types = ReleasedTypes.clinical
        /// In front of every id.
        package var prefix = ""
        package var labels = Labels.some
        /// Ids that are not of this record and that it refers to as well.
        package var others: [ResourceType: [String]] = [:]
        /// The last touch to each resource.
        package var touch: (ResourceType, inout Plain) -> Void = { _, _ in }

        package init(patient: String, base: String, now: Timestamp) { (self.patient, self.base, self.now) = (patient, base, now) }
    }

    /// Each as JSON, in the order of `resources`.
    package private(set) var texts: [String] = []
    package private(set) var resources: [ReferenceSearch.Resource] = []
    package private(set) var ids: [ResourceType: [String]] = [:]
    private let recipe: Recipe
    private var dice: Dice

    /// How many of each type; one or two of the others.
    private static let counts: [ResourceType: Range<Int>] = [
        .observation: 8..<18, .encounter: 3..<7, .condition: 2..<6, .medicationRequest: 2..<5, .diagnosticReport: 2..<4,
        .provenance: 2..<5, .documentReference: 2..<5, .practitioner: 2..<4, .organization: 2..<4, .procedure: 1..<4,
    ]

    package init(_ recipe: Recipe, seed: UInt64) {
        self.recipe = recipe
        dice = Dice(seed: seed)
        for type in recipe.types {
            let count = dice.number(Self.counts[type] ?? 1..<3)
            // Ids that are alike in two types, and ids of which one begins the other.
            ids[type] = (0..<count).map { recipe.prefix + (dice.chance(20) ? "x\($0)" : "\(type.name.prefix(3))-\($0)") }
        }
        if recipe.types.contains(.patient) { ids[.patient] = [recipe.patient] }
        for type in recipe.types { for id in ids[type] ?? [] { add(type, id) } }
    }

    private mutating func add(_ type: ResourceType, _ id: String) {
        var body = Plain.object(["resourceType": .text(type.name), "id": .text(id)])
        let known = ids.merging([.patient: [recipe.patient]]) { own, _ in own }.merging(recipe.others) { $0 + $1 }
        var values = MadeValues(dice: dice, ids: known, base: recipe.base)
        body["meta"] = values.meta(recipe.labels == .some && type != .patient ? nil : recipe.labels == .restricted)
        for parameter in SearchTable.parameters(of: type) where !parameter.name.hasPrefix("_") {
            guard !parameter.paths.contains(where: { $0.target != nil }) else { continue }
            let paths = parameter.paths.filter { !$0.steps.isEmpty && isFree($0, body) }
            guard !paths.isEmpty, values.dice.chance(70) else { continue }
            values.put(parameter, at: values.dice.pick(paths), into: &body)
        }
        if let owner = Self.owner(of: type) { body[owner] = .object(["reference": .text(values.dice.pick(ownNames))]) }
        if type == .provenance { body["target"] = values.targets() }
        if values.dice.chance(10) {
            body["contained"] = .list([.object(["resourceType": .text("Medication"), "id": .text("c"), "status": .text("active")])])
        }
        recipe.touch(type, &body)
        dice = values.dice
        let updated = recipe.now.milliseconds - Int64(dice.number(0..<400_000_000)) * 1000 - Int64(dice.number(0..<1000))
        resources.append(.init(type: type, id: id, body: body, updated: updated))
        texts.append(body.json(&dice))
    }

    /// The member, as an own address, an absolute one of this server and one with a version.
    private var ownNames: [String] {
        let name = "Patient/\(recipe.patient)"
        return [name, name, name, "\(recipe.base)/\(name)", "\(name)/_history/3"]
    }

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
    package var released: [ReferenceSearch.Resource] {
        resources.filter { resource in
            !(resource.body["meta"]?["security"]?.elements ?? []).contains {
                $0["system"]?.text == "http://terminology.hl7.org/CodeSystem/v3-Confidentiality" && ["R", "V"].contains($0["code"]?.text)
            }
        }
    }
}
