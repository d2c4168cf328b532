/// The resource types of FHIR R4 (4.0.1), each with the number under which a store keeps it.
///
/// R4 is closed, so the alphabet is a stable numbering; a number is never reused.
package enum ResourceType: UInt8, Sendable, CaseIterable, Hashable {
    case account = 1, activityDefinition, adverseEvent, allergyIntolerance, appointment, appointmentResponse, auditEvent, basic
    case binary, biologicallyDerivedProduct, bodyStructure, bundle, capabilityStatement, carePlan, careTeam, catalogEntry, chargeItem
    case chargeItemDefinition, claim, claimResponse, clinicalImpression, codeSystem, communication, communicationRequest
    case compartmentDefinition, composition, conceptMap, condition, consent, contract, coverage, coverageEligibilityRequest
    case coverageEligibilityResponse, detectedIssue, device, deviceDefinition, deviceMetric, deviceRequest, deviceUseStatement
    case diagnosticReport, documentManifest, documentReference, effectEvidenceSynthesis, encounter, endpoint, enrollmentRequest
    case enrollmentResponse, episodeOfCare, eventDefinition, evidence, evidenceVariable, exampleScenario, explanationOfBenefit
    case familyMemberHistory, flag, goal, graphDefinition, group, guidanceResponse, healthcareService, imagingStudy, immunization
    case immunizationEvaluation, immunizationRecommendation, implementationGuide, insurancePlan, invoice, library, linkage, list
    case location, measure, measureReport, media, medication, medicationAdministration, medicationDispense, medicationKnowledge
    case medicationRequest, medicationStatement, medicinalProduct, medicinalProductAuthorization, medicinalProductContraindication
    case medicinalProductIndication, medicinalProductIngredient, medicinalProductInteraction, medicinalProductManufactured
    case medicinalProductPackaged, medicinalProductPharmaceutical, medicinalProductUndesirableEffect, messageDefinition, messageHeader
    case molecularSequence, namingSystem, nutritionOrder, observation, observationDefinition, operationDefinition, operationOutcome
    case organization, organizationAffiliation, parameters, patient, paymentNotice, paymentReconciliation, person, planDefinition
    case practitioner, practitionerRole, procedure, provenance, questionnaire, questionnaireResponse, relatedPerson, requestGroup
    case researchDefinition, researchElementDefinition, researchStudy, researchSubject, riskAssessment, riskEvidenceSynthesis
    case schedule, searchParameter, serviceRequest, slot, specimen, specimenDefinition, structureDefinition, structureMap
    case subscription, substance, substanceNucleicAcid, substancePolymer, substanceProtein, substanceReferenceInformation
    case substanceSourceMaterial, substanceSpecification, supplyDelivery, supplyRequest, task, terminologyCapabilities, testReport
    case testScript, valueSet, verificationResult, visionPrescription

    /// The type's name as it stands in `resourceType` and in addresses.
    package var name: String { Self.names[Int(rawValue) - 1] }

    package init?(_ name: String) {
        guard let type = Self.byName[name] else { return nil }
        self = type
    }

    /// The type named by these bytes; the quick way while reading a resource.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count < Self.byLength.count,
            let known = Self.byLength[bytes.count].first(where: { bytes.elementsEqual($0.name) })
        else { return nil }
        self = known.type
    }

    private static let names: [String] = allCases.map { type in
        let name = String(describing: type)
        return name.prefix(1).uppercased() + name.dropFirst()
    }
    /// The names of each length.
    private static let byLength: [[(name: [UInt8], type: ResourceType)]] = {
        var lists: [[(name: [UInt8], type: ResourceType)]] = []
        for (name, type) in zip(names, allCases) {
            let name = Array(name.utf8)
            while lists.count <= name.count { lists.append([]) }
            lists[name.count].append((name, type))
        }
        return lists
    }()
    private static let byName = Dictionary(uniqueKeysWithValues: zip(names, allCases))
}
