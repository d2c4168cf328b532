/// The bills of a visit: Claim and ClaimResponse, with the ExplanationOfBenefit beside this. None of them is clinical, and none is ever shared.
extension MemberRecord {
    struct ClaimItem {
        let concept: Concept
        /// Cents; nil for a diagnosis, which costs nothing by itself.
        let cents: Int?
        let diagnosis: Int?
        let procedure: Int?
        let information: Int?
    }

    mutating func writeClaims() {
        var items = [
            ClaimItem(concept: visit.type, cents: visit.minutes > 1000 ? 842_150 : 12_916, diagnosis: nil, procedure: nil, information: nil)
        ]
        for (index, vaccine) in log.vaccines.enumerated() {
            items.append(ClaimItem(concept: vaccine.concept, cents: 14_052, diagnosis: nil, procedure: nil, information: index + 1))
        }
        for (index, reason) in log.reasons.enumerated() {
            items.append(ClaimItem(concept: reason.concept, cents: nil, diagnosis: index + 1, procedure: nil, information: nil))
        }
        for (index, procedure) in log.procedures.enumerated() {
            items.append(
                ClaimItem(
                    concept: procedure.concept, cents: chance.between(4_000, 98_000), diagnosis: nil, procedure: index + 1, information: nil
                ))
        }
        let total = items.reduce(0) { $0 + ($1.cents ?? 0) }
        let claim = self.claim(items, total)
        if isLastVisit || chance.hit(percent: 30) { claimResponse(claim, total) }
        explanationOfBenefit(items, total, claim: claim)
        for medicine in log.medicines where chance.hit(percent: 60) { pharmacyClaim(medicine) }
    }

    static let claimHead: StaticString =
        #","status":"active","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"#

    private mutating func claim(_ items: [ClaimItem], _ total: Int) -> Int {
        let serial = begin(.claim, nil)
        out.raw(MemberRecord.claimHead)
        out.raw(#""institutional","display":"Institutional"}]},"use":"claim""#)
        out.raw(patient)
        period("billablePeriod", visit.at, end)
        moment("created", end)
        out.raw(#","insurer":"#)
        out.raw(plan.network.sites[0].organization)
        out.raw(#","provider":"#)
        out.raw(plan.network.sites[site].organization)
        out.raw(#","priority":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/processpriority","code":"normal"}]}"#)
        lists()
        out.raw(#","insurance":[{"sequence":1,"focal":true,"coverage":"#)
        reference(.coverage, coverage)
        out.raw(#"}],"item":["#)
        for (index, item) in items.enumerated() {
            if index > 0 { out.byte(44) }
            out.raw(#"{"sequence":"#)
            out.integer(index + 1)
            links(item)
            concept("productOrService", item.concept)
            if let cents = item.cents, index > 0 { money("net", cents) }
            if index == 0 {
                out.raw(#","encounter":["#)
                reference(.encounter, encounterSerial)
                out.raw("]")
            }
            out.byte(125)
        }
        out.raw("]")
        money("total", total)
        finish(.claim)
        return serial
    }

    /// What the items of the claim point to: immunizations, diagnoses and procedures, numbered from 1.
    mutating func lists() {
        if !log.vaccines.isEmpty {
            out.raw(#","supportingInfo":["#)
            for (index, vaccine) in log.vaccines.enumerated() {
                if index > 0 { out.byte(44) }
                out.raw(#"{"sequence":"#)
                out.integer(index + 1)
                out.raw(
                    #","category":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claiminformationcategory","code":"info"}]}"#)
                key("valueReference")
                reference(.immunization, vaccine.serial)
                out.byte(125)
            }
            out.raw("]")
        }
        if !log.reasons.isEmpty {
            out.raw(#","diagnosis":["#)
            for (index, reason) in log.reasons.enumerated() {
                if index > 0 { out.byte(44) }
                out.raw(#"{"sequence":"#)
                out.integer(index + 1)
                key("diagnosisReference")
                reference(.condition, reason.serial)
                if index == 0 {
                    out.raw(
                        #","type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/ex-diagnosistype","code":"principal"}]}]"#)
                }
                out.byte(125)
            }
            out.raw("]")
        }
        if !log.procedures.isEmpty {
            out.raw(#","procedure":["#)
            for (index, procedure) in log.procedures.enumerated() {
                if index > 0 { out.byte(44) }
                out.raw(#"{"sequence":"#)
                out.integer(index + 1)
                key("procedureReference")
                reference(.procedure, procedure.serial)
                out.byte(125)
            }
            out.raw("]")
        }
    }

    mutating func links(_ item: ClaimItem) {
        func link(_ name: StaticString, _ number: Int?) {
            guard let number else { return }
            key(name)
            out.byte(91)
            out.integer(number)
            out.byte(93)
        }
        link("diagnosisSequence", item.diagnosis)
        link("procedureSequence", item.procedure)
        link("informationSequence", item.information)
    }

    mutating func money(_ name: StaticString, _ cents: Int) {
        key(name)
        out.raw(#"{"value":"#)
        out.decimal(cents, places: 2)
        out.raw(#","currency":"USD"}"#)
    }

    private mutating func claimResponse(_ claim: Int, _ total: Int) {
        begin(.claimResponse, nil)
        out.raw(MemberRecord.claimHead)
        out.raw(#""institutional","display":"Institutional"}]},"use":"claim""#)
        out.raw(patient)
        moment("created", end.adding(minutes: 60 * 52))
        out.raw(#","insurer":"#)
        out.raw(plan.network.sites[0].organization)
        out.raw(#","requestor":"#)
        out.raw(plan.network.sites[site].organization)
        key("request")
        reference(.claim, claim)
        out.raw(#","outcome":"complete","disposition":"Paid in full","total":[{"category":{"coding":[{"#)
        out.raw(#""system":"http://terminology.hl7.org/CodeSystem/adjudication","code":"submitted","display":"Submitted Amount"}]}"#)
        money("amount", total)
        out.raw(
            #"}],"payment":{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/ex-paymenttype","code":"complete"}]},"date":""#
        )
        out.day(end.day.adding(days: 6))
        out.byte(34)
        money("amount", total * 4 / 5)
        out.byte(125)
        finish(.claimResponse)
    }

    /// The pharmacy's own bill for a medicine.
    private mutating func pharmacyClaim(_ medicine: Concept) {
        begin(.claim, nil)
        out.raw(MemberRecord.claimHead)
        out.raw(#""pharmacy","display":"Pharmacy"}]},"use":"claim""#)
        out.raw(patient)
        period("billablePeriod", visit.at, end)
        moment("created", end)
        out.raw(#","insurer":"#)
        out.raw(plan.network.sites[0].organization)
        out.raw(#","provider":"#)
        out.raw(plan.network.sites[Network.pharmacy].organization)
        out.raw(#","priority":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/processpriority","code":"normal"}]}"#)
        out.raw(#","insurance":[{"sequence":1,"focal":true,"coverage":"#)
        reference(.coverage, coverage)
        out.raw(#"}],"item":[{"sequence":1"#)
        concept("productOrService", medicine)
        out.raw(#","encounter":["#)
        reference(.encounter, encounterSerial)
        out.raw("]}]")
        money("total", chance.between(300, 26_000))
        finish(.claim)
    }
}
