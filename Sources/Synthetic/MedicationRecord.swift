/// MedicationRequest and MedicationDispense.
extension MemberRecord {
    mutating func order(_ index: Medicine.Index, isActive: Bool, reason: (concept: Concept, serial: Int)?) {
        let medicine = index.medicine
        let serial = begin(.medicationRequest, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-medicationrequest""#)
        out.raw(isActive ? #","status":"active","intent":"order""# : #","status":"completed","intent":"order""#)
        out.raw(#","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/medicationrequest-category","code":"#)
        out.raw(visit.isInHospital ? #""inpatient","display":"Inpatient"}]}]"# : #""community","display":"Community"}]}]"#)
        out.raw(#","reportedBoolean":false"#)
        writeMedicine(index)
        out.raw(subject)
        out.raw(encounter)
        moment("authoredOn", visit.at)
        out.raw(#","requester":"#)
        out.raw(plan.network.clinicians[clinician].reference)
        if let reason {
            out.raw(#","reasonReference":["#)
            reference(.condition, reason.serial)
            out.raw("]")
        }
        dosage("dosageInstruction", medicine)
        finish(.medicationRequest)
        log.medicines.append(medicine.code)
        if visit.encounterClass.display.utf8CodeUnitCount == 10, chance.hit(percent: 25) { dispense(index, request: serial) }
    }

    private mutating func writeMedicine(_ index: Medicine.Index) {
        if index.medicine.byReference {
            key("medicationReference")
            out.raw(plan.network.medicines[index.rawValue])
        } else {
            concept("medicationCodeableConcept", index.medicine.code)
        }
    }

    private mutating func dosage(_ name: StaticString, _ medicine: Medicine) {
        key(name)
        out.raw(#"[{"sequence":1,"text":""#)
        out.raw(medicine.directions)
        out.raw(#"","timing":{"repeat":{"frequency":"#)
        out.integer(medicine.timesADay)
        out.raw(#","period":1.0,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":{"value":1.0}}]}]"#)
    }

    private mutating func dispense(_ index: Medicine.Index, request: Int) {
        let medicine = index.medicine
        let at = visit.at.adding(minutes: 60 * 3)
        begin(.medicationDispense, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-medicationdispense""#)
        out.raw(#","status":"completed""#)
        writeMedicine(index)
        out.raw(subject)
        key("context")
        reference(.encounter, encounterSerial)
        out.raw(#","performer":[{"actor":"#)
        out.raw(plan.network.sites[Network.pharmacy].organization)
        out.raw(#"}],"authorizingPrescription":["#)
        reference(.medicationRequest, request)
        out.raw(#"],"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FF","display":"First Fill"}]}"#)
        out.raw(#","quantity":{"value":"#)
        out.integer(medicine.days * medicine.timesADay)
        out.raw(#"},"daysSupply":{"value":"#)
        out.integer(medicine.days)
        out.raw(#","unit":"day","system":"http://unitsofmeasure.org","code":"d"}"#)
        moment("whenPrepared", visit.at.adding(minutes: 120))
        moment("whenHandedOver", at)
        dosage("dosageInstruction", medicine)
        finish(.medicationDispense)
    }
}
