/// Writes the resources of a `Network`.
struct SharedRecords {
    let network: Network
    private var out = ResourceBytes()

    init(network: Network) { self.network = network }

    mutating func organization(_ index: Int) -> [UInt8] {
        let site = network.sites[index]
        begin("Organization", site.organizationID, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-organization""#)
        npi(site.npi)
        out.raw(#","active":true,"type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/organization-type","#)
        out.raw(
            index == 0
                ? #""code":"pay","display":"Payer"}],"text":"Payer"}]"#
                : #""code":"prov","display":"Healthcare Provider"}],"text":"Healthcare Provider"}]"#)
        out.raw(#","name":"#)
        out.string(site.name)
        phone(site.phone)
        out.raw(#","address":["#)
        address(site)
        out.raw("]}")
        return out.bytes
    }

    mutating func location(_ index: Int) -> [UInt8] {
        let site = network.sites[index]
        begin("Location", site.locationID, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-location""#)
        out.raw(#","status":"active","name":"#)
        out.string(site.name)
        phone(site.phone)
        out.raw(#","address":"#)
        address(site)
        out.raw(#","position":{"longitude":"#)
        out.decimal(site.place.longitude, places: 5)
        out.raw(#","latitude":"#)
        out.decimal(site.place.latitude, places: 5)
        out.raw(#"},"managingOrganization":"#)
        out.raw(site.organization)
        out.raw("}")
        return out.bytes
    }

    mutating func practitioner(_ index: Int) -> [UInt8] {
        let clinician = network.clinicians[index]
        let site = network.sites[clinician.site]
        begin("Practitioner", clinician.id, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitioner""#)
        npi(clinician.npi)
        out.raw(#","active":true,"name":[{"use":"official","family":"#)
        out.string(clinician.family)
        out.raw(#","given":["#)
        out.string(clinician.given)
        out.raw(#"],"prefix":["Dr."]}],"telecom":["#)
        email(clinician)
        out.raw(#"],"address":["#)
        address(site)
        out.raw(clinician.isWoman ? #"],"gender":"female"}"# : #"],"gender":"male"}"#)
        return out.bytes
    }

    mutating func practitionerRole(_ index: Int) -> [UInt8] {
        let clinician = network.clinicians[index]
        let site = network.sites[clinician.site]
        begin("PractitionerRole", clinician.roleID, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitionerrole""#)
        out.raw(#","active":true,"practitioner":"#)
        out.raw(clinician.reference)
        out.raw(#","organization":"#)
        out.raw(site.organization)
        out.raw(#","code":["#)
        out.concept(clinician.specialty)
        out.raw(#"],"specialty":["#)
        out.concept(clinician.specialty)
        out.raw(#"],"location":["#)
        out.raw(site.location)
        out.raw(#"],"telecom":[{"system":"phone","value":"#)
        out.string(site.phone)
        out.raw(#"},"#)
        email(clinician)
        out.raw("]}")
        return out.bytes
    }

    mutating func medication(_ index: Int) -> [UInt8] {
        begin("Medication", network.medicineIDs[index], #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-medication""#)
        out.raw(#","code":"#)
        out.concept(Medicine.all[index].code)
        out.raw(#","status":"active"}"#)
        return out.bytes
    }

    private mutating func begin(_ type: StaticString, _ id: RecordID, _ profile: StaticString) {
        out.clear()
        out.raw(#"{"resourceType":""#)
        out.raw(type)
        out.raw(#"","id":""#)
        out.id(id)
        out.raw(#"","meta":{"profile":["#)
        out.raw(profile)
        out.raw("]}")
    }

    private mutating func npi(_ number: String) {
        out.raw(#","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"#)
        out.string(number)
        out.raw("}]")
    }

    private mutating func phone(_ number: String) {
        out.raw(#","telecom":[{"system":"phone","value":"#)
        out.string(number)
        out.raw(#","use":"work"}]"#)
    }

    private mutating func email(_ clinician: Network.Clinician) {
        out.raw(#"{"system":"email","value":"#)
        out.string(clinician.email)
        out.raw(#","use":"work"}"#)
    }

    private mutating func address(_ site: Network.Site) {
        out.raw(#"{"line":["#)
        out.string(site.street)
        out.raw(#"],"city":"#)
        out.string(site.place.city)
        out.raw(#","state":"MA","postalCode":"#)
        out.string(site.place.postalCode)
        out.raw(#","country":"US"}"#)
    }
}
