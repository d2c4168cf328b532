/// What a line of particulars is about.
package enum ChartLabel: String, Sendable, CaseIterable {
    case dose, route, reason, reaction, severity, criticality, category, location, lot, manufacturer, site, method, specimen, ended
    case recorded, discharge, quantity, supply, refills, note, conclusion, activity, target, member, relationship, phone, address
    case serial, expires, priority, visitClass, statusReason, results, author, custodian, replaces, doseNumber, stage, dateAsSent,
        unreadable
    case description, period

    func words(in say: Language) -> String {
        switch self {
        case .dose: say("How to take it", "Cómo tomarlo")
        case .route: say("Route", "Vía")
        case .reason: say("Reason", "Motivo")
        case .reaction: say("Reaction", "Reacción")
        case .severity: say("Severity", "Gravedad")
        case .criticality: say("Risk", "Riesgo")
        case .category: say("Category", "Categoría")
        case .location: say("Place", "Lugar")
        case .lot: say("Lot number", "Número de lote")
        case .manufacturer: say("Maker", "Fabricante")
        case .site: say("Part of the body", "Parte del cuerpo")
        case .method: say("Method", "Método")
        case .specimen: say("Sample", "Muestra")
        case .ended: say("Ended", "Terminó")
        case .recorded: say("Recorded", "Anotado")
        case .discharge: say("Went on to", "Salida")
        case .quantity: say("Amount", "Cantidad")
        case .supply: say("Lasts for", "Dura")
        case .refills: say("Refills", "Repeticiones")
        case .note: say("Note", "Nota")
        case .conclusion: say("Conclusion", "Conclusión")
        case .activity: say("Activities", "Actividades")
        case .target: say("Target", "Objetivo")
        case .member: say("Member", "Integrante")
        case .relationship: say("Relationship", "Relación")
        case .phone: say("Phone or e-mail", "Teléfono o correo")
        case .address: say("Address", "Dirección")
        case .serial: say("Serial number", "Número de serie")
        case .expires: say("Expires", "Vence")
        case .priority: say("Priority", "Prioridad")
        case .visitClass: say("Kind of visit", "Tipo de consulta")
        case .statusReason: say("Why", "Por qué")
        case .results: say("Results", "Resultados")
        case .author: say("Author", "Autor")
        case .custodian: say("Kept by", "Guardado por")
        case .replaces: say("Replaces", "Sustituye a")
        case .doseNumber: say("Dose number", "Número de dosis")
        case .stage: say("Stage", "Etapa")
        case .dateAsSent: say("Date as it was sent", "Fecha como se envió")
        case .unreadable: say("Could not be read", "No se pudo leer")
        case .description: say("Description", "Descripción")
        case .period: say("Period", "Periodo")
        }
    }

    /// Whether the line helps in a list, where there is room for what matters only.
    var isBrief: Bool {
        switch self {
        case .dose, .reaction, .severity, .criticality, .ended, .conclusion, .activity, .target, .location, .relationship, .phone, .reason,
            .visitClass, .dateAsSent, .statusReason, .unreadable, .member:
            true
        case .route, .category, .lot, .manufacturer, .site, .method, .specimen, .recorded, .discharge, .quantity, .supply, .refills, .note,
            .address, .serial, .expires, .priority, .results, .author, .custodian, .replaces, .doseNumber, .stage, .description, .period:
            false
        }
    }
}

/// Which date of a record is shown.
package enum ChartDateRole: String, Sendable, CaseIterable {
    case onset, recorded, taken, ordered, given, performed, began, written, started, collected, made

    func words(in say: Language) -> String {
        switch self {
        case .onset: say("Since", "Desde")
        case .recorded: say("Recorded", "Anotado")
        case .taken: say("Date", "Fecha")
        case .ordered: say("Ordered", "Pedido")
        case .given: say("Given", "Dado")
        case .performed: say("Done", "Hecho")
        case .began: say("Began", "Comenzó")
        case .written: say("Written", "Escrito")
        case .started: say("Started", "Comenzó")
        case .collected: say("Collected", "Tomada")
        case .made: say("Made", "Fabricado")
        }
    }
}
