/// Procedure, Immunization and Device.
extension MemberRecord {
    mutating func procedure(_ code: Concept, because cause: (concept: Concept, serial: Int)? = nil, site bodySite: Concept? = nil) {
        let serial = begin(.procedure, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-procedure""#)
        out.raw(#","status":"completed""#)
        concept("code", code)
        out.raw(subject)
        out.raw(encounter)
        let start = visit.at.adding(minutes: 3)
        period("performedPeriod", start, start.adding(minutes: visit.minutes > 200 ? 180 : 10))
        out.raw(#","location":"#)
        out.raw(plan.network.sites[site].location)
        if let cause {
            out.raw(#","reasonReference":[{"reference":"Condition/"#)
            out.id(id(cause.serial))
            out.raw(#"","display":""#)
            out.raw(cause.concept.display)
            out.raw(#""}]"#)
        }
        if let bodySite {
            out.raw(#","bodySite":["#)
            out.concept(bodySite)
            out.raw("]")
        }
        finish(.procedure)
        log.procedures.append((code, serial))
    }

    mutating func immunization(_ vaccine: Vaccine) {
        let serial = begin(.immunization, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-immunization""#)
        out.raw(#","status":"completed""#)
        concept("vaccineCode", vaccine.concept)
        out.raw(patient)
        out.raw(encounter)
        moment("occurrenceDateTime", visit.at)
        out.raw(#","primarySource":true,"location":"#)
        out.raw(plan.network.sites[site].location)
        out.raw(#","lotNumber":"L"#)
        out.digits(chance.below(100_000), width: 5)
        out.byte(34)
        finish(.immunization)
        log.vaccines.append((vaccine.concept, serial))
    }

    /// A pacemaker, with its Unique Device Identifier (21 CFR 801.40) in the human readable form of GS1.
    mutating func device() {
        let made = visit.at.day.adding(days: -chance.between(90, 500))
        let expires = made.adding(months: 120)
        let number = 10_000_000_000_000 + Int(persona.key % 89_999_999_999_999)
        let lot = chance.between(100_000, 999_999)
        let serialNumber = chance.between(10_000_000, 99_999_999)
        func short(_ day: CalendarDay) {
            let (year, month, dayOfMonth) = day.civil
            out.digits(year % 100, width: 2)
            out.digits(month, width: 2)
            out.digits(dayOfMonth, width: 2)
        }
        begin(.device, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-implantable-device""#)
        out.raw(#","udiCarrier":[{"deviceIdentifier":""#)
        out.integer(number)
        out.raw(#"","issuer":"http://hl7.org/fhir/NamingSystem/gs1-di","carrierHRF":"(01)"#)
        out.integer(number)
        out.raw("(11)")
        short(made)
        out.raw("(17)")
        short(expires)
        out.raw("(10)")
        out.integer(lot)
        out.raw("(21)")
        out.integer(serialNumber)
        out.raw(#""}],"status":"active","distinctIdentifier":""#)
        out.integer(number)
        out.raw(#"","manufactureDate":""#)
        out.day(made)
        out.raw(#"","expirationDate":""#)
        out.day(expires)
        out.raw(#"","lotNumber":""#)
        out.integer(lot)
        out.raw(#"","serialNumber":""#)
        out.integer(serialNumber)
        out.raw(#"","deviceName":[{"name":"Implantable cardiac pacemaker (physical object)","type":"user-friendly-name"}]"#)
        concept("type", .snomed("706004007", "Implantable cardiac pacemaker (physical object)"))
        out.raw(patient)
        finish(.device)
    }
}
