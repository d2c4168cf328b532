/// The resource types of a member's record.
enum RecordType: Sendable {
    case patient, coverage, relatedPerson, allergyIntolerance, carePlan, careTeam, condition, device, diagnosticReport
    case documentReference, encounter, goal, immunization, medicationRequest, medicationDispense, observation, procedure
    case serviceRequest, specimen, provenance, claim, claimResponse, explanationOfBenefit

    var name: StaticString {
        switch self {
        case .patient: "Patient"
        case .coverage: "Coverage"
        case .relatedPerson: "RelatedPerson"
        case .allergyIntolerance: "AllergyIntolerance"
        case .carePlan: "CarePlan"
        case .careTeam: "CareTeam"
        case .condition: "Condition"
        case .device: "Device"
        case .diagnosticReport: "DiagnosticReport"
        case .documentReference: "DocumentReference"
        case .encounter: "Encounter"
        case .goal: "Goal"
        case .immunization: "Immunization"
        case .medicationRequest: "MedicationRequest"
        case .medicationDispense: "MedicationDispense"
        case .observation: "Observation"
        case .procedure: "Procedure"
        case .serviceRequest: "ServiceRequest"
        case .specimen: "Specimen"
        case .provenance: "Provenance"
        case .claim: "Claim"
        case .claimResponse: "ClaimResponse"
        case .explanationOfBenefit: "ExplanationOfBenefit"
        }
    }

    /// False for what a plan keeps to itself: the types that carry coverage, bills and payments.
    var isClinical: Bool {
        switch self {
        case .coverage, .claim, .claimResponse, .explanationOfBenefit: false
        case .patient, .relatedPerson, .allergyIntolerance, .carePlan, .careTeam, .condition, .device, .diagnosticReport,
            .documentReference, .encounter, .goal, .immunization, .medicationRequest, .medicationDispense, .observation, .procedure,
            .serviceRequest, .specimen, .provenance:
            true
        }
    }
}
