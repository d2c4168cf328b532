/// CareTeam, Goal and CarePlan, always together.
extension MemberRecord {
    /// `days` nil is a plan without an end.
    mutating func carePlan(_ shape: CarePlanShape, because cause: (concept: Concept, serial: Int), days: Int?) {
        let over = days.map { Moment(day: visit.at.day.adding(days: $0), second: visit.at.second) }
        let isOver = over.map { $0.day < persona.lastDay } ?? false
        let last = isOver ? over : nil
        let team = careTeam(cause.concept, last)
        let goal = self.goal(shape, cause.serial, isOver)

        begin(.carePlan, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-careplan""#)
        out.raw(#","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>"#)
        out.raw(shape.category.display)
        out.raw(" for ")
        out.raw(cause.concept.display)
        out.raw("</p><ul>")
        for activity in shape.activities {
            out.raw("<li>")
            out.raw(activity.display)
            out.raw("</li>")
        }
        out.raw(#"</ul></div>"},"status":"#)
        out.raw(isOver ? #""completed","intent":"order""# : #""active","intent":"order""#)
        out.raw(#","category":[{"coding":[{"system":"http://hl7.org/fhir/us/core/CodeSystem/careplan-category","code":"assess-plan","#)
        out.raw(#""display":"Assessment and Plan of Treatment"}]},"#)
        out.concept(shape.category)
        out.raw("]")
        out.raw(subject)
        out.raw(encounter)
        period("period", visit.at, last)
        out.raw(#","careTeam":["#)
        reference(.careTeam, team)
        out.raw(#"],"addresses":["#)
        reference(.condition, cause.serial)
        out.raw(#"],"goal":["#)
        reference(.goal, goal)
        out.raw(#"],"activity":["#)
        for (index, activity) in shape.activities.enumerated() {
            if index > 0 { out.byte(44) }
            out.raw(#"{"detail":{"code":"#)
            out.concept(activity)
            out.raw(isOver ? #","status":"completed","location":"# : #","status":"in-progress","location":"#)
            out.raw(plan.network.sites[site].location)
            out.raw("}}")
        }
        out.raw("]")
        finish(.carePlan)
    }

    private mutating func careTeam(_ reason: Concept, _ last: Moment?) -> Int {
        let serial = begin(.careTeam, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-careteam""#)
        out.raw(last == nil ? #","status":"active""# : #","status":"inactive""#)
        out.raw(subject)
        out.raw(encounter)
        period("period", visit.at, last)
        out.raw(#","participant":[{"role":["#)
        out.concept(.snomed("116154003", "Patient"))
        out.raw(#"],"member":"#)
        reference(.patient, MemberRecord.patientSerial)
        out.raw(#"},{"role":["#)
        out.concept(.snomed("223366009", "Healthcare professional (occupation)"))
        out.raw(#"],"member":"#)
        out.raw(plan.network.clinicians[clinician].reference)
        out.raw(#"},{"role":["#)
        out.concept(.snomed("224891009", "Healthcare services (qualifier value)"))
        out.raw(#"],"member":"#)
        out.raw(plan.network.sites[site].organization)
        out.raw(#"}],"reasonCode":["#)
        out.concept(reason)
        out.raw(#"],"managingOrganization":["#)
        out.raw(plan.network.sites[site].organization)
        out.raw("]")
        finish(.careTeam)
        return serial
    }

    private mutating func goal(_ shape: CarePlanShape, _ condition: Int, _ isReached: Bool) -> Int {
        let serial = begin(.goal, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-goal""#)
        out.raw(isReached ? #","lifecycleStatus":"completed""# : #","lifecycleStatus":"active""#)
        out.raw(#","achievementStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/goal-achievement","code":"#)
        out.raw(isReached ? #""achieved","display":"Achieved"}]}"# : #""in-progress","display":"In Progress"}]}"#)
        out.raw(#","description":{"text":""#)
        out.raw(shape.goal)
        out.raw(#""}"#)
        out.raw(subject)
        out.raw(#","startDate":""#)
        out.day(visit.at.day)
        out.raw(#"","target":[{"dueDate":""#)
        out.day(visit.at.day.adding(months: 12))
        out.raw(#""}],"addresses":["#)
        reference(.condition, condition)
        out.raw("]")
        finish(.goal)
        return serial
    }
}
