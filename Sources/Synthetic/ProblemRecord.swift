/// Condition and AllergyIntolerance.
extension MemberRecord {
    /// An illness that passes: an encounter diagnosis, resolved after some days if those have gone by.
    mutating func condition(_ concept: Concept, onset: Moment, days: Int) -> Int {
        let onset = max(onset, Moment(day: persona.birth, second: 0))
        let over = Moment(day: onset.day.adding(days: days), second: onset.second)
        let isOver = over.day < persona.lastDay
        let serial = beginCondition(concept, isActive: !isOver, isProblem: false)
        moment("onsetDateTime", onset)
        if isOver { moment("abatementDateTime", over) }
        moment("recordedDate", visit.at)
        finish(.condition)
        log.reasons.append((concept, serial))
        return serial
    }

    /// The illnesses that stay, each at the first visit after it began, with its care plan.
    mutating func newProblems() {
        let day = visit.at.day
        for complaint in persona.complaints where complaint.onset <= day {
            guard !problems.contains(where: { $0.illness == complaint.illness }) else { continue }
            let illness = complaint.illness.illness
            let serial = beginCondition(illness.concept, isActive: true, isProblem: true)
            moment("onsetDateTime", min(Moment(day: complaint.onset, second: 34_200), visit.at))
            moment("recordedDate", visit.at)
            finish(.condition)
            problems.append((complaint.illness, serial))
            log.reasons.append((illness.concept, serial))
            if let plan = illness.plan { carePlan(plan, because: (illness.concept, serial), days: nil) }
        }
    }

    private mutating func beginCondition(_ concept: Concept, isActive: Bool, isProblem: Bool) -> Int {
        let serial = begin(
            .condition,
            isProblem
                ? #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition","http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition-problems-health-concerns""#
                : #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition","http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition-encounter-diagnosis""#
        )
        out.raw(#","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":""#)
        out.raw(isActive ? "active" : "resolved")
        out.raw(
            #""}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]}"#
        )
        out.raw(#","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"#)
        out.raw(
            isProblem
                ? #""problem-list-item","display":"Problem List Item"}],"text":"Problem List Item"}]"#
                : #""encounter-diagnosis","display":"Encounter Diagnosis"}],"text":"Encounter Diagnosis"}]"#)
        self.concept("code", concept)
        out.raw(subject)
        out.raw(encounter)
        return serial
    }

    mutating func writeAllergies() {
        hasAllergies = true
        for index in persona.allergies {
            let allergy = Allergy.all[index]
            begin(.allergyIntolerance, #""http://hl7.org/fhir/us/core/StructureDefinition/us-core-allergyintolerance""#)
            out.raw(
                #","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]}"#
            )
            out.raw(#","verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","#)
            out.raw(#""code":"confirmed"}]},"type":"allergy","category":[""#)
            out.raw(allergy.category)
            out.raw(#""],"criticality":""#)
            out.raw(index == 0 ? "high" : "low")
            out.byte(34)
            concept("code", allergy.concept)
            out.raw(patient)
            moment("recordedDate", visit.at)
            out.raw(#","recorder":"#)
            out.raw(plan.network.clinicians[clinician].reference)
            out.raw(#","reaction":[{"manifestation":["#)
            out.concept(allergy.reaction)
            out.raw(#"],"severity":""#)
            out.raw(allergy.severity)
            out.raw(#""}]"#)
            finish(.allergyIntolerance)
        }
    }
}
