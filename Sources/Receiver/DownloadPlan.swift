import FHIR

/// Which types are asked for, and how: the Patient and every search in alphabetical order, then the types that only references lead to.
struct DownloadPlan: Sendable, Equatable {
    /// By `Type?patient=id`.
    var searched: [ResourceType]
    /// Type by type, one read for each reference.
    var referred: [ResourceType]

    /// One type of a CapabilityStatement.
    struct Declared {
        let type: ResourceType
        let canRead: Bool
        let canSearch: Bool
        let hasPatientParameter: Bool
    }

    init(searched: [ResourceType], referred: [ResourceType]) {
        (self.searched, self.referred) = (searched, referred)
    }

    /// Types that say something about the server or about how FHIR is used are no one's record.
    private static let definitions: Set<ResourceType> = [
        .activityDefinition, .auditEvent, .binary, .bundle, .capabilityStatement, .codeSystem, .compartmentDefinition, .conceptMap,
        .graphDefinition, .implementationGuide, .library, .messageDefinition, .namingSystem, .operationDefinition, .operationOutcome,
        .parameters, .searchParameter, .structureDefinition, .structureMap, .subscription, .terminologyCapabilities, .testReport,
        .testScript, .valueSet,
    ]

    init(_ declared: [Declared]) {
        let byName = declared.sorted { $0.type.rawValue < $1.type.rawValue }.filter {
            !Self.definitions.contains($0.type) && $0.type != .patient
        }
        searched = byName.filter { $0.canSearch && $0.hasPatientParameter }.map(\.type)
        referred = byName.filter { $0.canRead && !($0.canSearch && $0.hasPatientParameter) }.map(\.type)
        if searched.isEmpty { self = .usual }
    }

    /// For a server that does not list its search parameters: what US Core servers have.
    static let usual = DownloadPlan(
        searched: [
            .allergyIntolerance, .carePlan, .careTeam, .condition, .device, .diagnosticReport, .documentReference, .encounter, .goal,
            .immunization, .medicationDispense, .medicationRequest, .observation, .procedure, .provenance, .relatedPerson, .serviceRequest,
            .specimen,
        ],
        referred: [.location, .medication, .organization, .practitioner, .practitionerRole])
}
