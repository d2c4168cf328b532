import Exchange
import FHIR
import Foundation

/// Values of every datatype that a search parameter reads: usual ones, and ones at the edge of what is legal.
struct MadeValues {
    var dice: Dice
    let ids: [ResourceType: [String]]
    let base: String

    static let systems = ["http://loinc.org", "http://snomed.info/sct", "urn:oid:1.2.3", "http://a|b,c"]
    static let codes = ["8480-6", "8867-4", "final", "AMB", "x,y", "p|q", #"back\slash"#, "laboratory", "vital-signs", "$5", "ä"]
    static let words = [
        "Blood pressure", "blood count", "Blütdruck", "Zoë", "Núñez", "nunez", "O'Brien", "Anna Maria", "ANNA", "a,b", "100|5", "É", "Łódź",
        " ",
        "Boston", "12 Main St", "02116",
    ]
    static let dates = [
        "2019", "2020", "2020-02", "2020-02-29", "2020-03", "2021-01-01", "2020-12-31", "2021-01", "2022-06-15T10:00:00Z",
        "2020-02-29T23:30:00-05:00", "2020-03-01T04:30:00Z", "2022-06-15T12:00:00.250+02:00", "2021-01-01T00:00:00Z",
        "2020-12-31T23:59:59.999Z", "2022-06-15T10:00Z", "1969-12-31", "1955-07-09", "2026-11-23", "2026-11-24T00:00:00Z", "2027-01-05",
    ]
    static let profiles = [
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient", "http://example.org/p|1.0", "urn:uuid:p", "http://example.org/p",
    ]
    static let numbers = ["1", "1.0", "5.4", "5.35", "5.45", "120", "119.5", "120.5", "-3", "0", "100", "99.5", "0.001"]

    // MARK: Building

    /// Puts a value of the parameter's kind at the path.
    mutating func put(_ parameter: SearchParameter, at path: SearchPath, into body: inout Plain) {
        put(parameter, path, 0, into: &body)
    }

    private mutating func put(_ parameter: SearchParameter, _ path: SearchPath, _ index: Int, into value: inout Plain) {
        let step = path.steps[index]
        if index == path.steps.count - 1 {
            guard value[step.name] == nil else { return }
            value[step.name] = several { $0.value(parameter, step.name) }
            return
        }
        var elements = value[step.name]?.elements ?? []
        if elements.isEmpty || elements.count < 3 && dice.chance(30) {
            elements.append(.object(step.filter.map { [$0.name: .text($0.value)] } ?? [:]))
        }
        let chosen = dice.number(0..<elements.count)
        guard elements[chosen].isObject else { return }
        put(parameter, path, index + 1, into: &elements[chosen])
        value[step.name] = .list(elements)
    }

    /// One, or a list of one to three.
    private mutating func several(_ make: (inout MadeValues) -> Plain) -> Plain {
        guard dice.chance(40) else { return make(&self) }
        return .list((0..<dice.number(1..<4)).map { _ in make(&self) })
    }

    private mutating func value(_ parameter: SearchParameter, _ name: String) -> Plain {
        switch parameter.kind {
        case .token: token(parameter, name)
        case .date: name.lowercased().hasSuffix("period") ? period() : .text(dice.pick(Self.dates))
        case .string: name == "name" && parameter.name == "name" && dice.chance(60) ? humanName() : name == "address" ? address() : word()
        case .reference: reference(parameter)
        case .quantity: quantity(name)
        case .uri: .text(dice.pick(Self.profiles))
        }
    }

    /// With a label that is held back, without one, or with now this and now that.
    mutating func meta(_ isRestricted: Bool?) -> Plain {
        var meta: [String: Plain] = [:]
        if dice.chance(60) { meta["profile"] = .list((0..<dice.number(1..<3)).map { _ in .text(dice.pick(Self.profiles)) }) }
        if dice.chance(40) { meta["tag"] = .list((0..<dice.number(1..<3)).map { _ in coding() }) }
        if dice.chance(30) { meta["source"] = .text(dice.pick(Self.profiles)) }
        if isRestricted ?? dice.chance(20) {
            let label = dice.pick(isRestricted == nil ? ["R", "V", "N", "N", "L"] : ["R", "V"])
            meta["security"] = .list([
                coding(),
                .object([
                    "system": .text("http://terminology.hl7.org/CodeSystem/v3-Confidentiality"), "code": .text(label),
                ]),
            ])
        }
        return .object(meta)
    }

    // MARK: Datatypes

    private mutating func word() -> Plain { .text(dice.pick(Self.words)) }

    private mutating func token(_ parameter: SearchParameter, _ name: String) -> Plain {
        if parameter.system != nil { return .text(dice.pick(Self.codes)) }
        switch name {
        case "active", "deceasedBoolean": return .flag(dice.chance(50))
        case "telecom":
            return .object([
                "system": .text(dice.pick(["phone", "email", "url"])), "value": .text(dice.pick(["555-1234", "a@example.com", "x"])),
            ])
        case "class", "connectionType", "format", "event": return coding()
        default: break
        }
        return name.lowercased().contains("identifier") || name == "requisition" ? identifier() : concept()
    }

    private mutating func coding() -> Plain {
        var coding = Plain.object([:])
        if dice.chance(70) { coding["system"] = .text(dice.pick(Self.systems)) }
        if dice.chance(90) { coding["code"] = .text(dice.pick(Self.codes)) }
        if dice.chance(50) { coding["display"] = word() }
        return coding
    }

    private mutating func concept() -> Plain {
        if dice.chance(5) {
            return .object(["extension": .list([.object(["url": .text("http://example.org/why"), "valueCode": .text("unknown")])])])
        }
        var concept = Plain.object([:])
        if dice.chance(85) { concept["coding"] = .list((0..<dice.number(1..<4)).map { _ in coding() }) }
        if concept["coding"] == nil || dice.chance(40) { concept["text"] = word() }
        return concept
    }

    private mutating func identifier() -> Plain {
        var identifier = Plain.object(["value": .text(dice.pick(Self.codes))])
        if dice.chance(70) { identifier["system"] = .text(dice.pick(Self.systems)) }
        if dice.chance(50) { identifier["type"] = concept() }
        return identifier
    }

    private mutating func period() -> Plain {
        var period = Plain.object([:])
        let dates = [dice.pick(Self.dates), dice.pick(Self.dates)].sorted()
        if dice.chance(80) { period["start"] = .text(dates[0]) }
        if dice.chance(70) { period["end"] = .text(dates[1]) }
        return period
    }

    private mutating func humanName() -> Plain {
        var name = Plain.object(["family": word(), "given": .list([word(), word()])])
        if dice.chance(30) { name["prefix"] = .list([.text("Dr.")]) }
        if dice.chance(30) { name["text"] = word() }
        return name
    }

    private mutating func address() -> Plain {
        var address = Plain.object(["line": .list([word()]), "city": word()])
        if dice.chance(60) { address["state"] = .text("MA") }
        if dice.chance(60) { address["postalCode"] = .text("02116") }
        if dice.chance(40) { address["use"] = .text(dice.pick(["home", "work"])) }
        return address
    }

    private mutating func quantity(_ name: String) -> Plain {
        if name.hasSuffix("Range") {
            var range = Plain.object([:])
            if dice.chance(80) { range["low"] = quantity("") }
            if range["low"] == nil || dice.chance(80) { range["high"] = quantity("") }
            return range
        }
        let unit = dice.pick([("mg", "milligram"), ("mm[Hg]", "mmHg"), ("a", "years")])
        var quantity = Plain.object([:])
        if dice.chance(95) { quantity["value"] = Decimal(string: dice.pick(Self.numbers)).map { .number($0) } }
        if dice.chance(70) { quantity["unit"] = .text(unit.1) }
        if dice.chance(80) {
            quantity["system"] = .text("http://unitsofmeasure.org")
            quantity["code"] = .text(unit.0)
        }
        return quantity
    }

    private mutating func reference(_ parameter: SearchParameter) -> Plain {
        if parameter.targets.isEmpty {
            return .text(dice.pick(["http://example.org/Questionnaire/q", "http://example.org/Questionnaire/q|2"]))
        }
        var reference = Plain.object([:])
        switch dice.number(0..<20) {
        case 0: reference["display"] = word()
        case 1: reference["identifier"] = identifier()
        case 2: reference["reference"] = .text("#c")
        case 3: reference["reference"] = .text("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0")
        default:
            var key = key(parameter.targets)
            if dice.chance(10) { key = "\(base)/\(key)" }
            if dice.chance(5) { key += "/_history/1" }
            reference["reference"] = .text(key)
            if dice.chance(10) { reference["identifier"] = identifier() }
        }
        return reference
    }

    /// Something of one of these types that is there, or now and then is not.
    private mutating func key(_ types: [ResourceType]) -> String {
        let type = dice.pick(types)
        guard dice.chance(92), let known = ids[type], !known.isEmpty else { return "\(type.name)/missing" }
        return "\(type.name)/\(dice.pick(known))"
    }

    /// A Provenance is about the member, or about something of theirs.
    mutating func targets() -> Plain {
        let own = ReleasedTypes.clinical.filter { !ReleasedTypes.isShared($0) && $0 != .provenance }
        return .list((0..<dice.number(1..<4)).map { _ in .object(["reference": .text(key(own))]) })
    }
}
