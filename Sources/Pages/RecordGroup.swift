/// A kind of record in a member's words, gathering FHIR types; the order is the order on the page.
enum RecordGroup: Int, CaseIterable {
    case conditions, medicines, allergies, vaccinations, results, reports, visits, procedures, carePlans, documents, images, devices
    case orders, history, questionnaires, risks, about, contacts, providers, origins, other

    init(type: String) {
        self =
            switch type {
            case "Condition", "ClinicalImpression": .conditions
            case "Medication", "MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration",
                "MedicationKnowledge":
                .medicines
            case "AllergyIntolerance": .allergies
            case "Immunization", "ImmunizationRecommendation", "ImmunizationEvaluation": .vaccinations
            case "Observation", "Specimen", "MolecularSequence": .results
            case "DiagnosticReport": .reports
            case "Encounter", "EpisodeOfCare", "Appointment", "AppointmentResponse": .visits
            case "Procedure", "BodyStructure": .procedures
            case "CarePlan", "CareTeam", "Goal", "NutritionOrder", "RequestGroup", "ActivityDefinition", "PlanDefinition": .carePlans
            case "DocumentReference", "DocumentManifest", "Composition", "Binary", "Communication", "CommunicationRequest", "List":
                .documents
            case "ImagingStudy", "Media": .images
            case "Device", "DeviceUseStatement", "DeviceMetric", "DeviceDefinition": .devices
            case "ServiceRequest", "DeviceRequest", "VisionPrescription", "Task", "SupplyRequest", "SupplyDelivery": .orders
            case "FamilyMemberHistory": .history
            case "QuestionnaireResponse", "Questionnaire": .questionnaires
            case "AdverseEvent", "DetectedIssue", "Flag", "RiskAssessment": .risks
            case "Patient", "Person", "Consent": .about
            case "RelatedPerson": .contacts
            case "Organization", "Practitioner", "PractitionerRole", "Location", "HealthcareService", "Endpoint": .providers
            case "Provenance", "AuditEvent": .origins
            default: .other
            }
    }

    func words(in language: Language) -> String {
        switch self {
        case .conditions: language("Health conditions", "Problemas de salud")
        case .medicines: language("Medicines", "Medicamentos")
        case .allergies: language("Allergies", "Alergias")
        case .vaccinations: language("Vaccinations", "Vacunas")
        case .results: language("Test results and vital signs", "Resultados de pruebas y signos vitales")
        case .reports: language("Lab and imaging reports", "Informes de laboratorio y de imágenes")
        case .visits: language("Visits and hospital stays", "Consultas y hospitalizaciones")
        case .procedures: language("Procedures and surgeries", "Procedimientos y cirugías")
        case .carePlans: language("Care plans, goals and care teams", "Planes, metas y equipos de atención")
        case .documents: language("Documents and notes", "Documentos y notas")
        case .images: language("X-rays and other images", "Radiografías y otras imágenes")
        case .devices: language("Implants and medical devices", "Implantes y aparatos médicos")
        case .orders: language("Orders and referrals", "Órdenes y derivaciones")
        case .history: language("Family health history", "Historial médico de la familia")
        case .questionnaires: language("Answers to health questions", "Respuestas a preguntas de salud")
        case .risks: language("Health warnings and risks", "Avisos y riesgos de salud")
        case .about: language("Name, birthdate and contact details", "Nombre, fecha de nacimiento y datos de contacto")
        case .contacts: language("Family and other contacts", "Familiares y otros contactos")
        case .providers: language("Names of doctors, clinics and places", "Nombres de médicos, clínicas y lugares")
        case .origins: language("Notes on where records came from", "Notas sobre el origen de los datos")
        case .other: language("Other health records", "Otros datos de salud")
        }
    }

    /// The groups that hold anything, in page order, with the sum of their counts.
    static func sums(of kinds: [SharedKind]) -> [(group: RecordGroup, count: Int)] {
        var sums: [RecordGroup: Int] = [:]
        for kind in kinds where kind.count > 0 {
            sums[RecordGroup(type: kind.type), default: 0] += kind.count
        }
        return allCases.compactMap { group in sums[group].map { (group, $0) } }
    }
}
