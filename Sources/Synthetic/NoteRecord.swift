/// The note of a visit, as a DiagnosticReport and as a DocumentReference.
extension MemberRecord {
    private static let codes: StaticString =
        #"[{"system":"http://loinc.org","code":"34117-2","display":"History and physical note"},{"system":"http://loinc.org","code":"51847-2","display":"Evaluation + Plan note"}]"#

    mutating func writeNote() {
        guard visit.hasNote else { return }
        composeNote()
        begin(.diagnosticReport, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-diagnosticreport-note""#)
        out.raw(#","status":"final","category":[{"coding":"#)
        out.raw(MemberRecord.codes)
        out.raw(#"}],"code":{"coding":"#)
        out.raw(MemberRecord.codes)
        out.raw(#","text":"History and physical note"}"#)
        out.raw(subject)
        out.raw(encounter)
        moment("effectiveDateTime", visit.at)
        instant("issued", end)
        out.raw(#","performer":["#)
        out.raw(plan.network.clinicians[clinician].reference)
        out.raw(#"],"presentedForm":[{"contentType":"text/plain; charset=utf-8","data":""#)
        let start = out.count
        out.base64(note.bytes)
        let encoded = start..<out.count
        out.raw(#""}]"#)
        finish(.diagnosticReport)
        document(Array(out.bytes[encoded]))
    }

    private mutating func document(_ encoded: [UInt8]) {
        // Now and then a note is superseded by the one of the next visit.
        let replaced = supersededNote
        let isSuperseded = !isLastVisit && nextVisit?.hasNote == true && chance.hit(percent: 4)
        let serial = begin(.documentReference, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-documentreference""#)
        out.raw(#","identifier":[{"system":"urn:ietf:rfc:3986","value":"urn:uuid:"#)
        out.id(id(serial))
        out.raw(#""}],"status":"#)
        out.raw(isSuperseded ? #""superseded""# : #""current""#)
        out.raw(#","type":{"coding":"#)
        out.raw(MemberRecord.codes)
        out.raw(#","text":"History and physical note"},"category":[{"coding":[{"#)
        out.raw(#""system":"http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category","#)
        out.raw(#""code":"clinical-note","display":"Clinical Note"}],"text":"Clinical Note"}]"#)
        out.raw(subject)
        instant("date", end)
        out.raw(#","author":["#)
        out.raw(plan.network.clinicians[clinician].reference)
        out.raw(#"],"custodian":"#)
        out.raw(plan.network.sites[site].organization)
        if let replaced {
            out.raw(#","relatesTo":[{"code":"replaces","target":"#)
            reference(.documentReference, replaced)
            out.raw("}]")
        }
        out.raw(#","content":[{"attachment":{"contentType":"text/plain; charset=utf-8","data":""#)
        out.raw(encoded)
        out.raw(#""},"format":{"system":"http://ihe.net/fhir/ValueSet/IHE.FormatCode.codesystem","#)
        out.raw(#""code":"urn:ihe:iti:xds:2017:mimeTypeSufficient","display":"mimeType Sufficient"}}]"#)
        out.raw(#","context":{"encounter":["#)
        reference(.encounter, encounterSerial)
        out.raw("]")
        period("period", visit.at, end)
        out.byte(125)
        finish(.documentReference)
        supersededNote = isSuperseded ? serial : nil
    }

    private var nextVisit: Visit? {
        let at = visit.at
        return visits.first { $0.at > at }
    }

    private mutating func composeNote() {
        note.clear()
        note.day(visit.at.day)
        note.raw("\n\n# Reason for the visit\n")
        note.raw(log.complaint)
        note.raw(".\n\n# History\n")
        note.text(persona.member.firstName)
        note.raw(" is ")
        let months = persona.birth.months(until: visit.at.day)
        note.integer(months < 36 ? max(months, 0) : months / 12)
        note.raw(months < 36 ? " months old. " : " years old. ")
        note.raw("Seen at ")
        note.text(plan.network.sites[site].name)
        note.raw(", where this record was made up for a demonstration; no such person exists.\n")
        if months > 12 * 16 {
            note.raw("Lives with family. ")
            note.raw(persona.smoking == 2 ? "Smokes every day.\n" : persona.smoking == 1 ? "Stopped smoking.\n" : "Never smoked.\n")
        }
        note.raw("\n# Allergies\n")
        if persona.allergies.isEmpty || !hasAllergies { note.raw("None known.\n") }
        for index in persona.allergies where hasAllergies {
            note.raw("- ")
            note.raw(Allergy.all[index].concept.display)
            note.byte(10)
        }
        note.raw("\n# Problems\n")
        if problems.isEmpty { note.raw("None that stay.\n") }
        for problem in problems {
            note.raw("- ")
            note.raw(problem.illness.illness.concept.display)
            note.byte(10)
        }
        note.raw("\n# Assessment and plan\n")
        list("Found: ", log.reasons.map(\.concept))
        list("Given: ", log.vaccines.map(\.concept))
        list("Done: ", log.procedures.map(\.concept))
        list("Prescribed: ", log.medicines)
        note.raw("Come back as agreed, or sooner if it gets worse.\n")
    }

    private mutating func list(_ title: StaticString, _ concepts: [Concept]) {
        for concept in concepts {
            note.raw("- ")
            note.raw(title)
            note.raw(concept.display)
            note.byte(10)
        }
    }
}
