/// What a laboratory does: order, specimen, results and their report.
extension MemberRecord {
    mutating func panel(_ panel: Panel) {
        let isOrdered = chance.hit(percent: 60)
        let order = isOrdered ? serviceRequest(panel.code, .laboratory) : nil
        let specimen = self.specimen(panel.specimen)
        var results: [(serial: Int, name: StaticString)] = []
        for measure in panel.measures {
            results.append((result(measure, specimen: specimen), measure.code.display))
        }
        begin(.diagnosticReport, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-diagnosticreport-lab""#)
        if let order {
            out.raw(#","basedOn":["#)
            reference(.serviceRequest, order)
            out.raw("]")
        }
        out.raw(#","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0074","code":"LAB","#)
        out.raw(#""display":"Laboratory"}],"text":"Laboratory"}]"#)
        concept("code", panel.code)
        out.raw(subject)
        out.raw(encounter)
        moment("effectiveDateTime", visit.at)
        instant("issued", visit.at.adding(minutes: 60 * 20))
        out.raw(#","performer":["#)
        out.raw(plan.network.sites[Network.laboratory].organization)
        out.raw(#"],"specimen":["#)
        reference(.specimen, specimen)
        out.raw(#"],"result":["#)
        for (index, result) in results.enumerated() {
            if index > 0 { out.byte(44) }
            out.raw(#"{"reference":"Observation/"#)
            out.id(id(result.serial))
            out.raw(#"","display":""#)
            out.raw(result.name)
            out.raw(#""}"#)
        }
        out.raw("]")
        finish(.diagnosticReport)
    }

    private mutating func result(_ measure: Measure, specimen: Int) -> Int {
        let value = self.value(of: measure)
        let serial = observation(
            #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab""#, .laboratory, measure.code)
        quantity("valueQuantity", value, places: measure.places, unit: measure.unit, ucum: measure.ucum)
        if value < measure.low || value > measure.high {
            out.raw(#","interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","#)
            out.raw(
                value < measure.low ? #""code":"L","display":"Low"}],"text":"Low"}]"# : #""code":"H","display":"High"}],"text":"High"}]"#)
            out.raw(#","specimen":"#)
            reference(.specimen, specimen)
            out.raw(#","referenceRange":[{"low":{"value":"#)
            bound(measure.low, measure)
            out.raw(#","high":{"value":"#)
            bound(measure.high, measure)
            out.raw("}]")
        } else {
            out.raw(#","specimen":"#)
            reference(.specimen, specimen)
        }
        finish(.observation)
        return serial
    }

    private mutating func bound(_ value: Int, _ measure: Measure) {
        out.decimal(value, places: measure.places)
        out.raw(#","unit":""#)
        out.raw(measure.unit)
        out.raw(#"","system":"http://unitsofmeasure.org","code":""#)
        out.raw(measure.ucum)
        out.raw(#""}"#)
    }

    /// A member keeps to his own place in the range, unless an illness pushes the value out of it.
    private mutating func value(of measure: Measure) -> Int {
        var name: UInt64 = 0
        for offset in 0..<min(measure.code.code.utf8CodeUnitCount, 8) { name = name << 8 | UInt64(measure.code.code.utf8Start[offset]) }
        let own = 20 + Int(Chance.mix(persona.key ^ name) % 55)
        let range = measure.high - measure.low
        let day = visit.at.day
        func outside(_ low: Int, _ high: Int) -> Int { measure.high + range * chance.between(low, high) / 100 }
        switch measure.marker {
        case .glucose where persona.has(.diabetes, on: day): return outside(20, 320)
        case .glucose where persona.has(.prediabetes, on: day): return outside(2, 80)
        case .glycatedHemoglobin where persona.has(.diabetes, on: day): return outside(115, 420)
        case .glycatedHemoglobin where persona.has(.prediabetes, on: day): return outside(20, 95)
        case .cholesterol where persona.has(.hyperlipidemia, on: day): return outside(5, 75)
        case .triglycerides where persona.has(.hyperlipidemia, on: day): return outside(5, 130)
        case .protective where persona.has(.hyperlipidemia, on: day): return measure.low * chance.between(68, 95) / 100
        case .creatinine where persona.has(.renalFailure, on: day): return outside(600, 1300)
        case .creatinine where persona.has(.kidney, on: day): return outside(30, 140)
        case .filtration where persona.has(.renalFailure, on: day): return measure.low * chance.between(8, 15) / 100
        case .filtration where persona.has(.kidney, on: day): return measure.low * chance.between(36, 64) / 100
        case .hemoglobin where persona.has(.anemia, on: day) || persona.has(.renalFailure, on: day):
            return measure.low * chance.between(70, 96) / 100
        case .inflammation where persona.has(.rhinitis, on: day): return outside(10, 240)
        case .thyroid where persona.has(.hypothyroidism, on: day): return outside(10, 190)
        case .albuminInUrine where persona.has(.kidney, on: day): return outside(20, 400)
        case .none, .glucose, .glycatedHemoglobin, .cholesterol, .triglycerides, .protective, .creatinine, .filtration, .hemoglobin,
            .inflammation, .thyroid, .albuminInUrine:
            return measure.low + range * (own + chance.between(-15, 15)) / 100
        }
    }

    /// One specimen of a kind serves every panel of the visit.
    private mutating func specimen(_ sample: Panel.Sample) -> Int {
        if let taken = specimens.first(where: { $0.sample == sample }) { return taken.serial }
        let serial = begin(.specimen, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-specimen""#)
        out.raw(#","identifier":[{"system":"https://lab.example.org/specimen","value":"S-"#)
        out.digits(Int(id(serial).high % 100_000_000), width: 8)
        out.raw(#""}],"status":"available""#)
        concept("type", sample.concept)
        out.raw(subject)
        out.raw(#","collection":{"collectedDateTime":""#)
        out.moment(visit.at)
        out.raw(#""}"#)
        finish(.specimen)
        specimens.append((sample, serial))
        return serial
    }
}
