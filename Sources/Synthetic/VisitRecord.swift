/// One visit: the Encounter and everything that came of it.
extension MemberRecord {
    mutating func write(_ visit: Visit, isLast: Bool) {
        self.visit = visit
        isLastVisit = isLast
        end = visit.at.adding(minutes: visit.minutes)
        milliseconds = chance.below(1000)
        specimens.removeAll(keepingCapacity: true)
        log = Log()
        if visit.isInHospital {
            site = persona.hospital
            clinician = Network.clinician(at: site, emergencyDesk)
        } else {
            site = persona.clinic
            clinician = persona.physician
        }
        encounterSerial = reserve()
        var reference = ResourceBytes()
        reference.raw(#","encounter":{"reference":"Encounter/"#)
        reference.id(id(encounterSerial))
        reference.raw(#""}"#)
        encounter = reference.bytes

        if let reason { log.reasons.append((reason, 0)) }
        writeEncounter()
        log.reasons.removeAll()
        // Allergies show in the second year; what shows up in a record that ends before is written at its end.
        if !hasAllergies, isLast || persona.birth.months(until: visit.at.day) >= 24 { writeAllergies() }
        newProblems()
        content()
        writeNote()
        writeClaims()
    }

    private var emergencyDesk: Int {
        switch visit.purpose {
        case .injury, .attack: 0
        case .admission, .dialysis: 1
        default: 2
        }
    }

    /// Why the member came, when that is known before the examination.
    private var reason: Concept? {
        switch visit.purpose {
        case .acute(let index): Illness.all[index].concept
        case .injury(let index), .injuryFollowUp(let index): Injury.all[index].concept
        case .attack: ChronicIllness.Index.asthma.illness.concept
        case .dialysis: ChronicIllness.Index.renalFailure.illness.concept
        case .infusion: ChronicIllness.Index.breastCancer.illness.concept
        case .immunotherapy: ChronicIllness.Index.rhinitis.illness.concept
        case .prenatal, .delivery: MemberRecord.pregnancyConcept
        case .followUp: persona.complaints.first { $0.onset <= visit.at.day }?.illness.illness.concept
        case .admission: persona.complaints.first { $0.onset <= visit.at.day }?.illness.illness.concept ?? MemberRecord.chestPain
        case .wellChild, .checkup, .single, .therapy, .colonoscopy, .mammography: nil
        }
    }

    static let pregnancyConcept = Concept.snomed("72892002", "Normal pregnancy (finding)")
    static let chestPain = Concept.snomed("29857009", "Chest pain (finding)")

    private mutating func writeEncounter() {
        begin(.encounter, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-encounter""#, serial: encounterSerial)
        out.raw(#","identifier":[{"use":"official","system":"https://"#)
        out.text(plan.slug)
        out.raw(#".example.org/fhir/encounter","value":""#)
        out.id(id(encounterSerial))
        out.raw(#""}],"status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":""#)
        let (code, display) = visit.encounterClass
        out.raw(code)
        out.raw(#"","display":""#)
        out.raw(display)
        out.raw(#""},"type":["#)
        out.concept(visit.type)
        out.raw("]")
        out.raw(subject)
        out.raw(#","participant":[{"type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","#)
        out.raw(#""code":"PPRF","display":"primary performer"}],"text":"primary performer"}]"#)
        period("period", visit.at, end)
        out.raw(#","individual":"#)
        out.raw(plan.network.clinicians[clinician].reference)
        out.raw("}]")
        period("period", visit.at, end)
        if let reason = log.reasons.first {
            out.raw(#","reasonCode":["#)
            out.concept(reason.concept)
            out.raw("]")
        }
        if code.utf8CodeUnitCount == 3, visit.minutes > 1000 {
            out.raw(#","hospitalization":{"dischargeDisposition":{"coding":[{"system":"http://www.nubc.org/patient-discharge","#)
            out.raw(#""code":"01","display":"Discharged to home care or self care (routine discharge)"}],"#)
            out.raw(#""text":"Discharged to home care or self care (routine discharge)"}}"#)
        }
        out.raw(#","location":[{"location":"#)
        out.raw(plan.network.sites[site].location)
        out.raw(#"}],"serviceProvider":"#)
        out.raw(plan.network.sites[site].organization)
        finish(.encounter)
    }
}
