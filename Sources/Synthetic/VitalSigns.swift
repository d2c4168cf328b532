/// Observations of the body and of habits.
extension MemberRecord {
    enum Category {
        case vitalSigns, laboratory, socialHistory, survey, procedure

        var json: StaticString {
            switch self {
            case .vitalSigns:
                #","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}]}]"#
            case .laboratory:
                #","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"Laboratory"}]}]"#
            case .socialHistory:
                #","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"social-history","display":"Social History"}]}]"#
            case .survey:
                #","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"survey","display":"Survey"}]}]"#
            case .procedure:
                #","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"procedure","display":"Procedure"}]}]"#
            }
        }
    }

    /// Begins an Observation up to its value.
    @discardableResult
    mutating func observation(_ profiles: StaticString, _ category: Category, _ code: Concept, also second: Concept? = nil) -> Int {
        let serial = begin(.observation, profiles)
        out.raw(#","status":"final""#)
        out.raw(category.json)
        out.raw(#","code":{"coding":["#)
        out.coding(code)
        if let second {
            out.byte(44)
            out.coding(second)
        }
        out.raw(#"],"text":""#)
        out.raw(code.display)
        out.raw(#""}"#)
        out.raw(subject)
        out.raw(encounter)
        moment("effectiveDateTime", visit.at)
        instant("issued", visit.at)
        return serial
    }

    mutating func quantity(_ name: StaticString, _ value: Int, places: Int, unit: StaticString, ucum: StaticString) {
        key(name)
        out.raw(#"{"value":"#)
        out.decimal(value, places: places)
        out.raw(#","unit":""#)
        out.raw(unit)
        out.raw(#"","system":"http://unitsofmeasure.org","code":""#)
        out.raw(ucum)
        out.raw(#""}"#)
    }

    private mutating func vital(_ profiles: StaticString, _ code: Concept, _ value: Int, places: Int, _ unit: StaticString) {
        observation(profiles, .vitalSigns, code)
        quantity("valueQuantity", value, places: places, unit: unit, ucum: unit)
        finish(.observation)
    }

    private mutating func height(_ millimeters: Int) {
        vital(
            #""http://hl7.org/fhir/StructureDefinition/bodyheight","http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-height""#,
            .loinc("8302-2", "Body height"), millimeters, places: 1, "cm")
    }

    private mutating func weight(_ decagrams: Int) {
        vital(
            #""http://hl7.org/fhir/StructureDefinition/bodyweight","http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-weight""#,
            .loinc("29463-7", "Body weight"), decagrams, places: 2, "kg")
    }

    private mutating func bodyMassIndex(_ hundredths: Int) {
        vital(
            #""http://hl7.org/fhir/StructureDefinition/bmi","http://hl7.org/fhir/us/core/StructureDefinition/us-core-bmi""#,
            .loinc("39156-5", "Body mass index (BMI) [Ratio]"), hundredths, places: 2, "kg/m2")
    }

    private mutating func pulses(age: Int) {
        let rate = age < 1 ? 128 : age < 3 ? 110 : age < 6 ? 98 : age < 12 ? 86 : 72
        vital(
            #""http://hl7.org/fhir/StructureDefinition/heartrate","http://hl7.org/fhir/us/core/StructureDefinition/us-core-heart-rate""#,
            .loinc("8867-4", "Heart rate"), rate + chance.between(-9, 12), places: 0, "/min")
        let breaths = age < 1 ? 36 : age < 3 ? 28 : age < 12 ? 21 : 15
        vital(
            #""http://hl7.org/fhir/StructureDefinition/resprate","http://hl7.org/fhir/us/core/StructureDefinition/us-core-respiratory-rate""#,
            .loinc("9279-1", "Respiratory rate"), breaths + chance.between(-2, 3), places: 0, "/min")
    }

    private mutating func temperature(fever: Bool) {
        vital(
            #""http://hl7.org/fhir/StructureDefinition/bodytemp","http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-temperature""#,
            .loinc("8310-5", "Body temperature"), fever ? chance.between(374, 394) : chance.between(362, 371), places: 1, "Cel")
    }

    private mutating func pain() {
        vital(
            #""http://hl7.org/fhir/StructureDefinition/vitalsigns","http://hl7.org/fhir/us/core/StructureDefinition/us-core-vital-signs""#,
            .loinc("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported"), chance.between(0, 4), places: 0, "{score}")
    }

    private mutating func bloodPressure(age: Int) {
        let high = persona.has(.hypertension, on: visit.at.day) ? 19 : 0
        let systolic = (age < 6 ? 92 : age < 13 ? 101 : 114) + high + min(max(age - 30, 0) / 4, 10) + chance.between(-8, 9)
        let diastolic = (age < 6 ? 56 : age < 13 ? 63 : 73) + high / 2 + chance.between(-6, 7)
        observation(
            #""http://hl7.org/fhir/StructureDefinition/bp","http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure""#,
            .vitalSigns, .loinc("85354-9", "Blood pressure panel with all children optional"))
        out.raw(#","component":[{"code":"#)
        out.concept(.loinc("8480-6", "Systolic blood pressure"))
        quantity("valueQuantity", systolic, places: 0, unit: "mm[Hg]", ucum: "mm[Hg]")
        out.raw(#"},{"code":"#)
        out.concept(.loinc("8462-4", "Diastolic blood pressure"))
        quantity("valueQuantity", diastolic, places: 0, unit: "mm[Hg]", ucum: "mm[Hg]")
        out.raw("}]")
        finish(.observation)
    }

    /// Vital signs of any age; `short` leaves out what is not measured when somebody comes with a cold or a cut.
    mutating func vitals(temperature hasTemperature: Bool, short: Bool = false) {
        let day = visit.at.day
        let age = persona.age(on: day)
        let body = Growth(persona: persona, day: day, jitter: chance.between(-100, 100))
        if !short {
            height(body.height)
            bodyMassIndex(body.bodyMassIndex)
        }
        weight(body.weight)
        if age >= 3 { bloodPressure(age: age) }
        if !short || age < 3 { pulses(age: age) }
        if hasTemperature { temperature(fever: short) }
        if age >= 5 { pain() }
    }

    /// The growth of a child, with the percentiles that US Core asks for.
    mutating func growth(_ month: Int) {
        let day = visit.at.day
        let body = Growth(persona: persona, day: day, jitter: chance.between(-100, 100))
        height(body.height)
        weight(body.weight)
        if month < 36 {
            vital(
                #""http://hl7.org/fhir/StructureDefinition/headcircum","http://hl7.org/fhir/us/core/StructureDefinition/us-core-head-circumference""#,
                .loinc("9843-4", "Head Occipital-frontal circumference"), body.head, places: 1, "cm")
            vital(
                #""http://hl7.org/fhir/us/core/StructureDefinition/head-occipital-frontal-circumference-percentile""#,
                .loinc("8289-1", "Head Occipital-frontal circumference Percentile"), Growth.percentile(persona.tallness / 2), places: 1, "%"
            )
            vital(
                #""http://hl7.org/fhir/us/core/StructureDefinition/pediatric-weight-for-height""#,
                .loinc("77606-2", "Weight-for-length Per age and sex"), Growth.percentile(persona.heaviness + chance.between(-20, 20)),
                places: 1, "%")
        }
        if month >= 24 {
            bodyMassIndex(body.bodyMassIndex)
            vital(
                #""http://hl7.org/fhir/us/core/StructureDefinition/pediatric-bmi-for-age""#,
                .loinc("59576-9", "Body mass index (BMI) [Percentile] Per age and sex"),
                Growth.percentile(persona.heaviness + chance.between(-20, 20)), places: 1, "%")
        }
        if month >= 36 { bloodPressure(age: month / 12) }
        pulses(age: month / 12)
        if month < 12 { temperature(fever: false) }
    }

    mutating func smokingStatus() {
        observation(
            #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-smokingstatus""#, .socialHistory,
            .loinc("72166-2", "Tobacco smoking status"))
        let age = persona.age(on: visit.at.day)
        let status: Concept =
            switch age < 17 ? 0 : persona.smoking {
            case 1: .snomed("8517006", "Ex-smoker")
            case 2: .snomed("449868002", "Smokes tobacco daily")
            default: .snomed("266919005", "Never smoked tobacco")
            }
        concept("valueCodeableConcept", status)
        finish(.observation)
    }

    /// PHQ-2: two questions and their sum.
    mutating func mood() {
        let low = persona.has(.depression, on: visit.at.day)
        let first = chance.between(0, low ? 3 : 1)
        let second = chance.between(0, low ? 3 : 1)
        let profile: StaticString = #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-screening-assessment""#
        observation(profile, .survey, .loinc("55758-7", "Patient Health Questionnaire 2 item (PHQ-2) total score [Reported]"))
        quantity("valueQuantity", first + second, places: 0, unit: "{score}", ucum: "{score}")
        finish(.observation)
    }

    mutating func pulseOximetry() {
        observation(
            #""http://hl7.org/fhir/StructureDefinition/oxygensat","http://hl7.org/fhir/us/core/StructureDefinition/us-core-pulse-oximetry""#,
            .vitalSigns, .loinc("2708-6", "Oxygen saturation in Arterial blood"),
            also: .loinc("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"))
        quantity("valueQuantity", chance.between(925, 990), places: 1, unit: "%", ucum: "%")
        finish(.observation)
    }

    mutating func lungFunction() {
        observation(
            #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-clinical-result""#, .procedure,
            .loinc("19926-5", "FEV1/FVC"))
        quantity("valueQuantity", chance.between(6100, 8800), places: 2, unit: "%", ucum: "%")
        finish(.observation)
    }

    mutating func boneDensity() {
        observation(
            #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-clinical-result""#, .procedure,
            .loinc("38265-5", "DXA Radius and Ulna [T-score] Bone density"))
        quantity("valueQuantity", -chance.between(251, 340), places: 2, unit: "{T-score}", ucum: "{T-score}")
        finish(.observation)
    }
}
