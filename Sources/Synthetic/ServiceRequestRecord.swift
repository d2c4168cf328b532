/// ServiceRequest, and the imaging that follows one.
extension MemberRecord {
    enum OrderCategory {
        case laboratory, imaging

        var concept: Concept {
            switch self {
            case .laboratory: .snomed("108252007", "Laboratory procedure")
            case .imaging: .snomed("363679005", "Imaging")
            }
        }
    }

    mutating func serviceRequest(_ code: Concept, _ category: OrderCategory, because condition: Int? = nil) -> Int {
        let serial = begin(.serviceRequest, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-servicerequest""#)
        out.raw(#","status":"completed","intent":"order","category":["#)
        out.concept(category.concept)
        out.raw("]")
        concept("code", code)
        out.raw(subject)
        out.raw(encounter)
        moment("occurrenceDateTime", visit.at)
        moment("authoredOn", visit.at)
        out.raw(#","requester":"#)
        out.raw(plan.network.clinicians[clinician].reference)
        if let condition {
            out.raw(#","reasonReference":["#)
            reference(.condition, condition)
            out.raw("]")
        }
        finish(.serviceRequest)
        return serial
    }

    /// An X-ray: order, procedure and the radiologist's report.
    mutating func imaging(_ code: Concept, of injury: Injury, condition: Int) {
        let order = serviceRequest(code, .imaging, because: condition)
        procedure(code, because: (injury.concept, condition), site: injury.bodySite)
        begin(.diagnosticReport, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-diagnosticreport-note""#)
        out.raw(#","basedOn":["#)
        reference(.serviceRequest, order)
        out.raw(
            #"],"status":"final","category":[{"coding":[{"system":"http://loinc.org","code":"LP29684-5","display":"Radiology"}],"text":"Radiology"}]"#
        )
        concept("code", .loinc("18748-4", "Diagnostic imaging study"))
        out.raw(subject)
        out.raw(encounter)
        moment("effectiveDateTime", visit.at)
        instant("issued", end)
        out.raw(#","performer":["#)
        out.raw(plan.network.clinicians[clinician].reference)
        out.raw(#"],"conclusion":""#)
        out.raw(injury.concept.display)
        out.raw(#", in good position","presentedForm":[{"contentType":"text/plain; charset=utf-8","data":""#)
        note.clear()
        note.raw("Examination: ")
        note.raw(code.display)
        note.raw("\nReason: ")
        note.raw(injury.complaint)
        note.raw("\nFindings: The bones lie in good position. No foreign body. The soft tissue is swollen.\nImpression: ")
        note.raw(injury.concept.display)
        note.raw(".\n")
        out.base64(note.bytes)
        out.raw(#""}]"#)
        finish(.diagnosticReport)
    }
}
