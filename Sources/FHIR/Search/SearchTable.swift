/// Every search parameter that the API offers, by type: the one table from which the index, the search and the CapabilityStatement come.
///
/// Paths are those of the FHIR R4 search parameter registry. A row's place within its type is its number in the stored index, so new rows
/// are added at the end of a type; `fingerprint` tells a store that its index was made from another table.
package enum SearchTable {
    package static func parameters(of type: ResourceType) -> [SearchParameter] { byType[type] ?? [] }

    package static func parameter(_ name: String, of type: ResourceType) -> (number: UInt8, parameter: SearchParameter)? {
        guard let index = parameters(of: type).firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return nil }
        return (UInt8(index), parameters(of: type)[index])
    }

    /// A text that changes whenever the index made from this table would.
    package static let fingerprint: String = byType.keys.sorted { $0.rawValue < $1.rawValue }.map { type in
        type.name + ":"
            + parameters(of: type).map { "\($0.name)/\($0.kind.rawValue)/\($0.paths.map { $0.joined(separator: ".") })" }.joined(
                separator: ";")
    }.joined(separator: "\n")

    private typealias P = SearchParameter

    private static let byType: [ResourceType: [SearchParameter]] = [
        .allergyIntolerance: [
            .member("patient", "patient"), P("clinical-status", .token, "clinicalStatus"), P("code", .token, "code", "reaction.substance"),
            P("date", .date, "recordedDate"), P("category", .token, "category"), P("verification-status", .token, "verificationStatus"),
        ],
        .carePlan: [
            .member("patient", "subject"), .member("subject", "subject"), P("category", .token, "category"), P("date", .date, "period"),
            P("status", .token, "status"), P("encounter", .reference, "encounter"),
        ],
        .careTeam: [
            .member("patient", "subject"), .member("subject", "subject"), P("status", .token, "status"), P("category", .token, "category"),
            P("date", .date, "period"), P("role", .token, "participant.role"),
        ],
        .condition: [
            .member("patient", "subject"), .member("subject", "subject"), P("category", .token, "category"), P("code", .token, "code"),
            P("clinical-status", .token, "clinicalStatus"), P("verification-status", .token, "verificationStatus"),
            P("onset-date", .date, "onsetDateTime", "onsetPeriod"), P("abatement-date", .date, "abatementDateTime", "abatementPeriod"),
            P("recorded-date", .date, "recordedDate"), P("encounter", .reference, "encounter"),
        ],
        .device: [
            .member("patient", "patient"), P("type", .token, "type"), P("status", .token, "status"), P("identifier", .token, "identifier"),
        ],
        .diagnosticReport: [
            .member("patient", "subject"), .member("subject", "subject"), P("category", .token, "category"), P("code", .token, "code"),
            P("date", .date, "effectiveDateTime", "effectivePeriod"), P("status", .token, "status"),
            P("encounter", .reference, "encounter"),
            P("issued", .date, "issued"),
        ],
        .documentReference: [
            .member("patient", "subject"), .member("subject", "subject"), P("category", .token, "category"), P("type", .token, "type"),
            P("date", .date, "date"), P("period", .date, "context.period"), P("status", .token, "status"),
            P("identifier", .token, "masterIdentifier", "identifier"),
        ],
        .encounter: [
            .member("patient", "subject"), .member("subject", "subject"), P("class", .token, "class"), P("date", .date, "period"),
            P("identifier", .token, "identifier"), P("status", .token, "status"), P("type", .token, "type"),
            P("location", .reference, "location.location"), P("discharge-disposition", .token, "hospitalization.dischargeDisposition"),
        ],
        .goal: [
            .member("patient", "subject"), .member("subject", "subject"), P("lifecycle-status", .token, "lifecycleStatus"),
            P("target-date", .date, "target.dueDate"), P("description", .token, "description"), P("category", .token, "category"),
            P("start-date", .date, "startDate"),
        ],
        .immunization: [
            .member("patient", "patient"), P("date", .date, "occurrenceDateTime"), P("status", .token, "status"),
            P("vaccine-code", .token, "vaccineCode"),
        ],
        .location: [
            P("name", .string, "name", "alias"), P("address", .string, "address"), P("address-city", .string, "address.city"),
            P("address-state", .string, "address.state"), P("address-postalcode", .string, "address.postalCode"),
            P("identifier", .token, "identifier"), P("status", .token, "status"),
        ],
        .medication: [P("code", .token, "code"), P("status", .token, "status"), P("identifier", .token, "identifier")],
        .medicationDispense: [
            .member("patient", "subject"), .member("subject", "subject"), P("status", .token, "status"), P("type", .token, "type"),
            P("code", .token, "medicationCodeableConcept"), P("whenhandedover", .date, "whenHandedOver"),
        ],
        .medicationRequest: [
            .member("patient", "subject"), .member("subject", "subject"), P("status", .token, "status"), P("intent", .token, "intent"),
            P("encounter", .reference, "encounter"), P("authoredon", .date, "authoredOn"), P("code", .token, "medicationCodeableConcept"),
            P("category", .token, "category"), P("medication", .reference, "medicationReference"),
            P("date", .date, "dosageInstruction.timing.event"),
        ],
        .observation: [
            .member("patient", "subject"), .member("subject", "subject"), P("category", .token, "category"), P("code", .token, "code"),
            P("date", .date, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming.event"),
            P("status", .token, "status"), P("encounter", .reference, "encounter"),
        ],
        .organization: [
            P("name", .string, "name", "alias"), P("address", .string, "address"), P("identifier", .token, "identifier"),
            P("active", .token, "active"), P("type", .token, "type"),
        ],
        .patient: [
            P("identifier", .token, "identifier"), P("name", .string, "name"), P("family", .string, "name.family"),
            P("given", .string, "name.given"), P("birthdate", .date, "birthDate"), P("gender", .token, "gender"),
            P("death-date", .date, "deceasedDateTime"),
        ],
        .practitioner: [
            P("name", .string, "name"), P("identifier", .token, "identifier"), P("family", .string, "name.family"),
            P("given", .string, "name.given"),
        ],
        .practitionerRole: [
            P("specialty", .token, "specialty"), P("practitioner", .reference, "practitioner"),
            P("organization", .reference, "organization"),
            P("role", .token, "code"), P("location", .reference, "location"),
        ],
        .procedure: [
            .member("patient", "subject"), .member("subject", "subject"), P("status", .token, "status"), P("code", .token, "code"),
            P("date", .date, "performedDateTime", "performedPeriod"), P("category", .token, "category"),
            P("encounter", .reference, "encounter"),
        ],
        .provenance: [.member("patient", "target"), P("recorded", .date, "recorded"), P("agent-type", .token, "agent.type")],
        .relatedPerson: [
            .member("patient", "patient"), P("name", .string, "name"), P("identifier", .token, "identifier"),
            P("relationship", .token, "relationship"),
        ],
        .serviceRequest: [
            .member("patient", "subject"), .member("subject", "subject"), P("status", .token, "status"), P("category", .token, "category"),
            P("code", .token, "code"), P("authored", .date, "authoredOn"), P("intent", .token, "intent"),
            P("encounter", .reference, "encounter"),
        ],
        .specimen: [
            .member("patient", "subject"), .member("subject", "subject"), P("type", .token, "type"), P("status", .token, "status"),
        ],
    ]
}
