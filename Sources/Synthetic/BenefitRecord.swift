/// ExplanationOfBenefit: what the plan paid for a visit, item by item. Never shared.
extension MemberRecord {
    mutating func explanationOfBenefit(_ items: [ClaimItem], _ total: Int, claim: Int) {
        begin(.explanationOfBenefit, nil)
        out.raw(#","contained":[{"resourceType":"ServiceRequest","id":"referral","status":"completed","intent":"order""#)
        out.raw(subject)
        out.raw(#","requester":"#)
        out.raw(plan.network.clinicians[clinician].reference)
        out.raw(#","performer":["#)
        out.raw(plan.network.clinicians[clinician].reference)
        out.raw(#"]}],"identifier":[{"system":"https://"#)
        out.text(plan.slug)
        out.raw(#".example.org/fhir/claim-number","value":"C"#)
        out.digits(Int(id(claim).high % 10_000_000_000), width: 10)
        out.raw(#""}]"#)
        out.raw(MemberRecord.claimHead)
        out.raw(#""institutional","display":"Institutional"}]},"use":"claim""#)
        out.raw(patient)
        period("billablePeriod", visit.at, end)
        moment("created", end.adding(minutes: 60 * 52))
        out.raw(#","insurer":"#)
        out.raw(plan.network.sites[0].organization)
        out.raw(#","provider":"#)
        out.raw(plan.network.clinicians[clinician].reference)
        out.raw(##","referral":{"reference":"#referral"},"claim":"##)
        reference(.claim, claim)
        out.raw(#","outcome":"complete","careTeam":[{"sequence":1,"provider":"#)
        out.raw(plan.network.clinicians[clinician].reference)
        out.raw(
            #","role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claimcareteamrole","code":"primary","display":"Primary provider"}]}}]"#
        )
        lists()
        out.raw(#","insurance":[{"focal":true,"coverage":"#)
        reference(.coverage, coverage)
        out.raw(#"}],"item":["#)
        for (index, item) in items.enumerated() {
            if index > 0 { out.byte(44) }
            benefitItem(item, index)
        }
        out.raw(#"],"total":[{"category":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/adjudication","code":"submitted","#)
        out.raw(#""display":"Submitted Amount"}],"text":"Submitted Amount"}"#)
        money("amount", total)
        out.raw(#"},{"category":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/adjudication","code":"benefit","#)
        out.raw(#""display":"Benefit Amount"}],"text":"Benefit Amount"}"#)
        money("amount", total * 4 / 5)
        out.raw(#"}],"payment":{"date":""#)
        out.day(end.day.adding(days: 6))
        out.byte(34)
        money("amount", total * 4 / 5)
        out.byte(125)
        finish(.explanationOfBenefit)
    }

    private mutating func benefitItem(_ item: ClaimItem, _ index: Int) {
        out.raw(#"{"sequence":"#)
        out.integer(index + 1)
        links(item)
        out.raw(
            #","category":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/ex-benefitcategory","code":"1","display":"Medical Care"}]}"#
        )
        concept("productOrService", item.concept)
        period("servicedPeriod", visit.at, end)
        out.raw(#","locationCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/ex-serviceplace","code":"#)
        out.raw(visit.isInHospital ? #""21","display":"Inpatient Hospital"}]}"# : #""19","display":"Off Campus-Outpatient Hospital"}]}"#)
        if let cents = item.cents {
            money("net", cents)
            out.raw(#","adjudication":["#)
            adjudication("submitted", "Submitted Amount", cents)
            out.byte(44)
            adjudication("eligible", "Eligible Amount", cents)
            out.byte(44)
            adjudication("copay", "CoPay", cents / 5)
            out.byte(44)
            adjudication("benefit", "Benefit Amount", cents - cents / 5)
            out.byte(93)
        }
        if index == 0 {
            out.raw(#","encounter":["#)
            reference(.encounter, encounterSerial)
            out.raw("]")
        }
        out.byte(125)
    }

    private mutating func adjudication(_ code: StaticString, _ display: StaticString, _ cents: Int) {
        out.raw(#"{"category":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/adjudication","code":""#)
        out.raw(code)
        out.raw(#"","display":""#)
        out.raw(display)
        out.raw(#""}],"text":""#)
        out.raw(display)
        out.raw(#""}"#)
        money("amount", cents)
        out.byte(125)
    }
}
