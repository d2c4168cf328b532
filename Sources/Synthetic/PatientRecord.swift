/// The resources that say who the member is: Patient, Coverage, RelatedPerson.
extension MemberRecord {
    mutating func writePatient() {
        let member = persona.member
        begin(.patient, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient""#, serial: MemberRecord.patientSerial)
        out.raw(#","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p><b>"#)
        out.text("\(member.firstName) \(member.lastName)")
        out.raw("</b>, born ")
        out.day(persona.birth)
        out.raw("</p><p>A made-up person; member ")
        out.text(member.memberID)
        out.raw(#".</p></div>"},"extension":["#)
        demographics()
        out.raw(#"],"identifier":["#)
        memberNumber()
        out.raw(
            #",{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR","display":"Medical record number"}],"#
        )
        out.raw(#""text":"Medical Record Number"},"system":"http://hospital.example.org/medical-record-number","value":"MRN-"#)
        out.integer(1_000_000 + Int(persona.key % 8_999_999))
        out.raw(
            #""},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"SS","display":"Social Security number"}],"#
        )
        out.raw(#""text":"Social Security Number"},"system":"http://hl7.org/fhir/sid/us-ssn","value":"999-"#)
        // No number that begins with 9 was ever given to anyone.
        out.digits(10 + Int(persona.key % 89), width: 2)
        out.byte(45)
        out.digits(1000 + Int(persona.key / 97 % 8999), width: 4)
        out.raw(#""}],"active":true,"name":[{"use":"official","family":"#)
        out.string(member.lastName)
        out.raw(#","given":["#)
        out.string(member.firstName)
        out.raw("]}]")
        out.raw(#","telecom":[{"system":"phone","value":"#)
        out.string(persona.phone)
        out.raw(#","use":"home"},{"system":"email","value":"#)
        out.string(member.email)
        out.raw(persona.isWoman ? #"}],"gender":"female","birthDate":""# : #"}],"gender":"male","birthDate":""#)
        out.day(persona.birth)
        out.raw(#"","address":["#)
        writeAddress(geolocation: true)
        out.raw(#"],"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","#)
        let married = persona.age(on: persona.lastDay) > 24 && persona.key % 10 < 6
        out.raw(
            married
                ? #""code":"M","display":"Married"}],"text":"Married"}"#
                : #""code":"S","display":"Never Married"}],"text":"Never Married"}"#)
        out.raw(#","multipleBirthBoolean":false,"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":""#)
        out.raw(persona.language.code)
        out.raw(#"","display":""#)
        out.raw(persona.language.display)
        out.raw(#""}],"text":""#)
        out.raw(persona.language.display)
        out.raw(#""},"preferred":true}],"generalPractitioner":["#)
        out.raw(plan.network.clinicians[persona.physician].reference)
        out.raw("]")
        finish(.patient)
    }

    private mutating func demographics() {
        let origin = Origin.all[persona.origin]
        out.raw(#"{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"ombCategory","#)
        out.raw(#""valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":""#)
        out.raw(origin.code)
        out.raw(#"","display":""#)
        out.raw(origin.display)
        out.raw(#""}},{"url":"text","valueString":""#)
        out.raw(origin.display)
        out.raw(#""}]},{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity","extension":[{"url":"ombCategory","#)
        out.raw(#""valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":""#)
        out.raw(persona.isHispanic ? #"2135-2","display":"Hispanic or Latino"}}"# : #"2186-5","display":"Not Hispanic or Latino"}}"#)
        out.raw(#",{"url":"text","valueString":""#)
        out.raw(persona.isHispanic ? "Hispanic or Latino" : "Not Hispanic or Latino")
        out.raw(#""}]},{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":""#)
        out.raw(persona.isWoman ? "F" : "M")
        out.raw(#""},{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"city":"#)
        out.string(Place.all[Int(persona.key / 11 % UInt64(Place.all.count))].city)
        out.raw(#","state":"MA","country":"US"}}"#)
    }

    /// The plan's own number for the member, an Identifier of type MB.
    private mutating func memberNumber() {
        out.raw(#"{"use":"usual","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MB","#)
        out.raw(#""display":"Member Number"}],"text":"Member Number"},"system":"https://"#)
        out.text(plan.slug)
        out.raw(#".example.org/fhir/member-number","value":"#)
        out.string(persona.member.memberID)
        out.raw(#","assigner":"#)
        out.raw(plan.network.sites[0].organization)
        out.raw("}")
    }

    private mutating func writeAddress(geolocation: Bool) {
        out.raw("{")
        if geolocation {
            out.raw(
                #""extension":[{"url":"http://hl7.org/fhir/StructureDefinition/geolocation","extension":[{"url":"latitude","valueDecimal":"#
            )
            out.decimal(persona.place.latitude, places: 5)
            out.raw(#"},{"url":"longitude","valueDecimal":"#)
            out.decimal(persona.place.longitude, places: 5)
            out.raw("}]}],")
        }
        out.raw(#""use":"home","line":["#)
        out.string(persona.street)
        out.raw(#"],"city":"#)
        out.string(persona.place.city)
        out.raw(#","state":"MA","postalCode":"#)
        out.string(persona.place.postalCode)
        out.raw(#","country":"US"}"#)
    }

    mutating func writeCoverage() {
        coverage = begin(.coverage, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-coverage""#)
        out.raw(#","identifier":["#)
        memberNumber()
        out.raw(persona.member.coverageEnd == nil ? #"],"status":"active""# : #"],"status":"cancelled""#)
        out.raw(#","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIP","#)
        out.raw(#""display":"health insurance plan policy"}],"text":"Health insurance plan policy"},"subscriberId":"#)
        out.string(persona.member.memberID)
        out.raw(#","beneficiary""#)
        out.raw(patient.dropFirst(10))
        out.raw(#","relationship":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/subscriber-relationship","#)
        out.raw(
            persona.age(on: persona.lastDay) < 18
                ? #""code":"child","display":"Child"}],"text":"Child"}"# : #""code":"self","display":"Self"}],"text":"Self"}"#)
        out.raw(#","period":{"start":""#)
        out.day(persona.coverageStart)
        if persona.member.coverageEnd != nil {
            out.raw(#"","end":""#)
            out.day(persona.lastDay)
        }
        out.raw(#""},"payor":["#)
        out.raw(plan.network.sites[0].organization)
        out.raw(#"],"class":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/coverage-class","code":"group","#)
        out.raw(#""display":"Group"}],"text":"Group"},"value":"GRP-"#)
        out.integer(1000 + Int(persona.key % 97))
        out.raw(
            #"","name":"Made-up employers' group"},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/coverage-class","#)
        out.raw(#""code":"plan","display":"Plan"}],"text":"Plan"},"value":"PPO-1","name":"#)
        out.string(plan.name)
        out.raw("}]")
        finish(.coverage)
    }

    /// The parent of a member who is a minor.
    mutating func writeRelatedPerson() {
        var chance = Chance(seed: persona.key ^ 0x504152)
        let isMother = persona.key % 3 != 0
        begin(.relatedPerson, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-relatedperson""#)
        out.raw(#","active":true"#)
        out.raw(patient)
        out.raw(#","relationship":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-RoleCode","#)
        out.raw(
            isMother ? #""code":"MTH","display":"mother"}],"text":"Mother"}]"# : #""code":"FTH","display":"father"}],"text":"Father"}]"#)
        out.raw(#","name":[{"use":"official","family":"#)
        out.string(persona.member.lastName)
        out.raw(#","given":["#)
        out.string(PersonName.numbered(chance.pick(isMother ? PersonName.women : PersonName.men), &chance))
        out.raw(#"]}],"telecom":[{"system":"phone","value":"#)
        out.string(persona.phone)
        out.raw(isMother ? #","use":"home"}],"gender":"female","address":["# : #","use":"home"}],"gender":"male","address":["#)
        writeAddress(geolocation: false)
        out.raw("]")
        finish(.relatedPerson)
    }
}
