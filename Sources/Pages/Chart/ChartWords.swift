/// FHIR's codes in words; a code that is not known here is shown as it was sent.
enum ChartWords {
    /// A status and how loudly it is said; nil for what is usual and needs no word, such as a final result.
    static func status(_ code: String, in section: ChartSection, _ say: Language) -> StateTag? {
        switch code {
        case "entered-in-error": StateTag(say("Entered in error", "Anotado por error"), .warn)
        case "refuted": StateTag(say("Ruled out", "Descartado"), .warn)
        case "not-done", "not-taken": StateTag(say("Not done", "No se hizo"), .warn)
        case "unconfirmed": StateTag(say("Not confirmed", "Sin confirmar"), .warn)
        case "provisional": StateTag(say("Provisional", "Provisional"), .warn)
        case "differential": StateTag(say("One of several possibilities", "Una de varias posibilidades"), .warn)
        case "preliminary": StateTag(say("Preliminary", "Preliminar"), .warn)
        case "registered", "partial": StateTag(say("Not complete", "Incompleto"), .warn)
        case "corrected", "amended": StateTag(say("Corrected", "Corregido"))
        case "appended": StateTag(say("Added to", "Ampliado"))
        case "active": StateTag(say("Active", "Activo"), .good)
        case "recurrence": StateTag(say("Came back", "Volvió a aparecer"), .good)
        case "relapse": StateTag(say("Relapse", "Recaída"), .good)
        case "inactive": StateTag(say("Inactive", "Inactivo"))
        case "remission": StateTag(say("In remission", "En remisión"))
        case "resolved": StateTag(say("Resolved", "Resuelto"))
        case "on-hold": StateTag(say("On hold", "En pausa"))
        case "cancelled": StateTag(say("Cancelled", "Cancelado"))
        case "stopped": StateTag(say("Stopped", "Suspendido"))
        case "revoked": StateTag(say("Withdrawn", "Anulado"))
        case "rejected": StateTag(say("Rejected", "Rechazado"))
        case "draft": StateTag(say("Draft", "Borrador"))
        case "planned", "proposed", "intended": StateTag(say("Planned", "Planeado"))
        case "in-progress", "arrived", "triaged", "onleave": StateTag(say("In progress", "En curso"), .good)
        case "superseded": StateTag(say("Replaced by a newer version", "Sustituido por otro más nuevo"))
        case "achieved": StateTag(say("Achieved", "Cumplida"), .good)
        case "not-achieved": StateTag(say("Not achieved", "No cumplida"))
        case "improving": StateTag(say("Improving", "Mejora"), .good)
        case "worsening": StateTag(say("Worsening", "Empeora"), .warn)
        case "completed": section == .medication || section == .carePlan ? StateTag(say("Completed", "Terminado")) : nil
        case "final", "confirmed", "finished", "current", "available", "unknown", "accepted", "no-change": nil
        default: StateTag(code)
        }
    }

    static var disputed: (Language) -> StateTag { { StateTag($0("Sources differ", "Las fuentes no coinciden"), .warn) } }

    /// HL7's ObservationInterpretation; nil for what is usual.
    static func interpretation(_ code: String, text: String, _ say: Language) -> StateTag? {
        switch code {
        case "N", "NEG", "ND", "NR", "S", "B", "D", "U", "W": nil
        case "H": StateTag(say("High", "Alto"), .warn)
        case "HH": StateTag(say("Critically high", "Alto crítico"), .warn)
        case "HU": StateTag(say("Very high", "Muy alto"), .warn)
        case "L": StateTag(say("Low", "Bajo"), .warn)
        case "LL": StateTag(say("Critically low", "Bajo crítico"), .warn)
        case "LU": StateTag(say("Very low", "Muy bajo"), .warn)
        case "A": StateTag(say("Not usual", "Fuera de lo normal"), .warn)
        case "AA": StateTag(say("Critical", "Crítico"), .warn)
        case "POS", "DET": StateTag(say("Positive", "Positivo"), .warn)
        case "IND", "E": StateTag(say("Not clear", "No concluyente"), .warn)
        case "R": StateTag(say("Resistant", "Resistente"), .warn)
        default: text.isEmpty && code.isEmpty ? nil : StateTag(text.isEmpty ? code : text)
        }
    }

    static func absent(_ reason: String, _ say: Language) -> String {
        switch reason {
        case "", "unknown", "asked-unknown": say("Not known", "No se sabe")
        case "asked-declined", "refused": say("Declined to answer", "No quiso responder")
        case "not-asked": say("Not asked", "No se preguntó")
        case "not-performed": say("Not done", "No se hizo")
        case "not-applicable": say("Does not apply", "No corresponde")
        case "masked": say("Hidden by the sender", "Oculto por quien lo envió")
        case "error": say("The measurement failed", "La medición falló")
        default: reason
        }
    }

    static func truth(_ truth: Bool, _ say: Language) -> String { truth ? say("Yes", "Sí") : say("No", "No") }

    /// Codes that stand in particulars and are not words.
    static func particular(_ text: String, of label: ChartLabel, _ say: Language) -> String {
        switch (label, text) {
        case (.criticality, "high"): say("High risk", "Riesgo alto")
        case (.criticality, "low"): say("Low risk", "Riesgo bajo")
        case (.criticality, "unable-to-assess"): say("Risk not known", "Riesgo desconocido")
        case (.severity, "severe"): say("Severe", "Grave")
        case (.severity, "moderate"): say("Moderate", "Moderada")
        case (.severity, "mild"): say("Mild", "Leve")
        case (.category, "food"): say("Food", "Alimento")
        case (.category, "medication"): say("Medicine", "Medicamento")
        case (.category, "environment"): say("Environment", "Ambiente")
        case (.category, "biologic"): say("Biologic", "Producto biológico")
        case (.priority, "urgent"): say("Urgent", "Urgente")
        case (.priority, "asap"): say("As soon as possible", "Lo antes posible")
        case (.priority, "stat"): say("At once", "De inmediato")
        case (.priority, "routine"): say("Routine", "De rutina")
        case (.visitClass, "AMB"): say("Office or clinic", "Consultorio o clínica")
        case (.visitClass, "EMER"): say("Emergency room", "Sala de emergencias")
        case (.visitClass, "IMP"), (.visitClass, "ACUTE"), (.visitClass, "NONAC"): say("Hospital stay", "Hospitalización")
        case (.visitClass, "OBSENC"): say("Hospital observation", "Observación en el hospital")
        case (.visitClass, "HH"): say("At home", "En casa")
        case (.visitClass, "VR"): say("By telephone or video", "Por teléfono o video")
        case (.visitClass, "SS"): say("Hospital, same day", "Hospital, el mismo día")
        case (.ended, _), (.recorded, _), (.expires, _): DayWords.partial(text, in: say)
        case (_, _): text
        }
    }

    static func origin(_ payer: String, for reader: ChartReader, _ say: Language) -> String {
        guard payer.isEmpty else { return payer }
        switch reader {
        case .careManager: return say("Our own record", "Nuestro propio registro")
        case .member: return say("This health plan", "Este plan de salud")
        }
    }

    /// The name of a code system, for those that people know by one.
    static func system(_ system: String) -> String {
        switch system {
        case "http://loinc.org": "LOINC"
        case "http://snomed.info/sct": "SNOMED CT"
        case "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm"
        case "http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10": "ICD-10"
        case "http://hl7.org/fhir/sid/icd-9-cm": "ICD-9"
        case "http://hl7.org/fhir/sid/cvx": "CVX"
        case "http://hl7.org/fhir/sid/ndc": "NDC"
        case "http://www.ama-assn.org/go/cpt": "CPT"
        default: system
        }
    }
}
