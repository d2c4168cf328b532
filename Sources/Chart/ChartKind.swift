import FHIR

/// What an entry of the chart is to its reader; the order is the order on the page.
package enum ChartKind: String, Sendable, CaseIterable, Hashable {
    case problem, medication, allergy, immunization, vitalSign, laboratory, finding, habit, report, visit, diagnosis, procedure, document
    case carePlan, goal, careTeam, device, order, specimen, contact, other
    /// Who and what the others point at: the patient, clinicians, places, medicines, files, notes on origin.
    case supporting

    /// Whether the kind is a measurement or an answer, of which one day brings many.
    package var isResult: Bool {
        switch self {
        case .vitalSign, .laboratory, .finding, .habit: true
        case .problem, .medication, .allergy, .immunization, .report, .visit, .diagnosis, .procedure, .document, .carePlan, .goal,
            .careTeam, .device, .order, .specimen, .contact, .other, .supporting:
            false
        }
    }

    /// Whether the kind happened to the member on a day and so stands in the timeline.
    package var isEvent: Bool {
        switch self {
        case .specimen, .contact, .supporting, .careTeam: false
        case .problem, .medication, .allergy, .immunization, .vitalSign, .laboratory, .finding, .habit, .report, .visit, .diagnosis,
            .procedure, .document, .carePlan, .goal, .device, .order, .other:
            true
        }
    }

    /// The kind of a type whose content does not decide it; nil for what a chart never shows: coverage, bills, payments.
    init?(_ type: ResourceType) {
        switch type {
        case .coverage, .coverageEligibilityRequest, .coverageEligibilityResponse, .claim, .claimResponse, .explanationOfBenefit, .account,
            .chargeItem, .chargeItemDefinition, .invoice, .paymentNotice, .paymentReconciliation, .contract, .enrollmentRequest,
            .enrollmentResponse, .insurancePlan:
            return nil
        case .condition: self = .problem
        case .medicationRequest, .medicationStatement, .medicationDispense, .medicationAdministration: self = .medication
        case .allergyIntolerance: self = .allergy
        case .immunization: self = .immunization
        case .observation: self = .finding
        case .diagnosticReport: self = .report
        case .encounter: self = .visit
        case .procedure: self = .procedure
        case .documentReference: self = .document
        case .carePlan: self = .carePlan
        case .goal: self = .goal
        case .careTeam: self = .careTeam
        case .device: self = .device
        case .serviceRequest: self = .order
        case .specimen: self = .specimen
        case .relatedPerson: self = .contact
        case .patient, .practitioner, .practitionerRole, .organization, .location, .medication, .binary, .provenance, .endpoint,
            .healthcareService:
            self = .supporting
        default: self = .other
        }
    }
}
