/// Who wrote the clinical record and who sent it: one Provenance over all of it.
extension MemberRecord {
    mutating func provenance() {
        begin(.provenance, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance""#)
        out.raw(#","target":["#)
        for (index, target) in targets.enumerated() {
            if index > 0 { out.byte(44) }
            reference(target.type, target.serial)
        }
        out.raw("]")
        instant("recorded", Moment(day: persona.lastDay, second: 43_200))
        out.raw(#","agent":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/provenance-participant-type","#)
        out.raw(#""code":"author","display":"Author"}],"text":"Author"},"who":"#)
        out.raw(plan.network.clinicians[persona.physician].reference)
        out.raw(#","onBehalfOf":"#)
        out.raw(plan.network.sites[persona.clinic].organization)
        out.raw(#"},{"type":{"coding":[{"system":"http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type","#)
        out.raw(#""code":"transmitter","display":"Transmitter"}],"text":"Transmitter"},"who":"#)
        out.raw(plan.network.sites[0].organization)
        out.raw("}]")
        finish(.provenance)
    }
}
