/// Which types the plan shares, which belong to a member, and which belong to no member.
///
/// Source: FHIR R4 CompartmentDefinition/patient; Device is bound to the member through `Device.patient` although the definition leaves it out.
package enum ReleasedTypes {
    /// The clinical list: what a member's grant may reach.
    package static let clinical: [ResourceType] = [
        .allergyIntolerance, .carePlan, .careTeam, .condition, .device, .diagnosticReport, .documentReference, .encounter, .endpoint, .goal,
        .immunization, .location, .media, .medication, .medicationDispense, .medicationRequest, .observation, .organization, .patient,
        .practitioner, .practitionerRole, .procedure, .provenance, .questionnaireResponse, .relatedPerson, .serviceRequest, .specimen,
    ]

    /// Never shared in this exchange, whatever is stored.
    package static let neverShared: [ResourceType] = [.explanationOfBenefit, .coverage, .claim, .claimResponse]

    /// Types that belong to no member; any grant of the plan may read them.
    package static let shared: [ResourceType] = [
        .organization, .practitioner, .practitionerRole, .location, .medication, .endpoint, .healthcareService, .substance, .insurancePlan,
    ]

    private static let clinicalSet = Set(clinical)
    private static let sharedSet = Set(shared)

    package static func isClinical(_ type: ResourceType) -> Bool { clinicalSet.contains(type) }
    package static func isNeverShared(_ type: ResourceType) -> Bool {
        type == .explanationOfBenefit || type == .coverage || type == .claim || type == .claimResponse
    }
    package static func isShared(_ type: ResourceType) -> Bool { sharedSet.contains(type) }
}
