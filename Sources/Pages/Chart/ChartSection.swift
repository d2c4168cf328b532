/// A section of a chart; the order is the order on the page.
package enum ChartSection: String, Sendable, CaseIterable {
    case problem, medication, allergy, immunization, vitalSign, laboratory, finding, habit, report, visit, diagnosis, procedure, document
    case carePlan, goal, careTeam, device, order, specimen, contact, other, supporting

    /// A care manager reads the words of the trade, a member those of the kitchen table.
    func title(for reader: ChartReader, in say: Language) -> String {
        switch (self, reader) {
        case (.problem, .careManager): say("Problems", "Problemas")
        case (.problem, .member): say("Health conditions", "Problemas de salud")
        case (.medication, .careManager): say("Medications", "Medicamentos")
        case (.medication, .member): say("Medicines", "Medicamentos")
        case (.allergy, _): say("Allergies", "Alergias")
        case (.immunization, .careManager): say("Immunizations", "Vacunas")
        case (.immunization, .member): say("Vaccinations", "Vacunas")
        case (.vitalSign, .careManager): say("Vital signs", "Signos vitales")
        case (.vitalSign, .member): say("Measurements of the body", "Medidas del cuerpo")
        case (.laboratory, .careManager): say("Laboratory results", "Resultados de laboratorio")
        case (.laboratory, .member): say("Lab test results", "Resultados de laboratorio")
        case (.finding, .careManager): say("Other findings", "Otros hallazgos")
        case (.finding, .member): say("Other test results", "Otros resultados")
        case (.habit, .careManager): say("Social history and surveys", "Historia social y cuestionarios")
        case (.habit, .member): say("Habits and health questions", "Hábitos y preguntas de salud")
        case (.report, .careManager): say("Diagnostic reports", "Informes diagnósticos")
        case (.report, .member): say("Test reports", "Informes de pruebas")
        case (.visit, .careManager): say("Encounters", "Consultas")
        case (.visit, .member): say("Visits and hospital stays", "Consultas y hospitalizaciones")
        case (.diagnosis, .careManager): say("Diagnoses from encounters", "Diagnósticos de las consultas")
        case (.diagnosis, .member): say("What visits were for", "Motivos de las consultas")
        case (.procedure, .careManager): say("Procedures", "Procedimientos")
        case (.procedure, .member): say("Procedures and surgeries", "Procedimientos y cirugías")
        case (.document, _): say("Documents and notes", "Documentos y notas")
        case (.carePlan, _): say("Care plans", "Planes de atención")
        case (.goal, _): say("Goals", "Metas")
        case (.careTeam, _): say("Care teams", "Equipos de atención")
        case (.device, .careManager): say("Devices", "Dispositivos")
        case (.device, .member): say("Implants and medical devices", "Implantes y aparatos médicos")
        case (.order, _): say("Orders and referrals", "Órdenes y derivaciones")
        case (.specimen, .careManager): say("Specimens", "Muestras")
        case (.specimen, .member): say("Samples that were tested", "Muestras analizadas")
        case (.contact, _): say("Family and other contacts", "Familiares y otros contactos")
        case (.other, _): say("Other records", "Otros datos")
        case (.supporting, _): say("People, places and origins", "Personas, lugares y origen")
        }
    }

    /// What one entry of the section is when nothing in it gives a name.
    func unnamed(in say: Language) -> String {
        switch self {
        case .problem, .diagnosis: say("Condition without a name", "Problema sin nombre")
        case .medication: say("Medicine without a name", "Medicamento sin nombre")
        case .allergy: say("Allergy without a name", "Alergia sin nombre")
        case .immunization: say("Vaccine without a name", "Vacuna sin nombre")
        case .vitalSign, .laboratory, .finding, .habit: say("Result without a name", "Resultado sin nombre")
        case .report: say("Report without a name", "Informe sin nombre")
        case .visit: say("Visit", "Consulta")
        case .procedure: say("Procedure without a name", "Procedimiento sin nombre")
        case .document: say("Document without a name", "Documento sin nombre")
        case .carePlan: say("Care plan", "Plan de atención")
        case .goal: say("Goal", "Meta")
        case .careTeam: say("Care team", "Equipo de atención")
        case .device: say("Device", "Aparato")
        case .order: say("Order", "Orden")
        case .specimen: say("Sample", "Muestra")
        case .contact: say("Contact", "Contacto")
        case .other, .supporting: say("Record without a name", "Dato sin nombre")
        }
    }

    /// The three that a reader looks at first always stand on the page, even empty: "none was sent" is an answer.
    var isAlwaysShown: Bool { self == .problem || self == .medication || self == .allergy }

    func empty(in say: Language) -> String {
        switch self {
        case .problem: say("No problem list was sent.", "No se envió una lista de problemas.")
        case .medication: say("No medicines were sent.", "No se enviaron medicamentos.")
        case .allergy:
            say("No allergies were sent. That does not mean there are none.", "No se enviaron alergias. Eso no significa que no haya.")
        case .immunization, .vitalSign, .laboratory, .finding, .habit, .report, .visit, .diagnosis, .procedure, .document, .carePlan, .goal,
            .careTeam, .device, .order, .specimen, .contact, .other, .supporting:
            say("Nothing was sent.", "No se envió nada.")
        }
    }

    /// How many entries the whole chart shows before "See all".
    package var shownFirst: Int {
        switch self {
        case .problem, .allergy: 20
        case .medication, .laboratory, .vitalSign: 10
        case .immunization, .visit: 8
        case .finding, .habit, .report, .diagnosis, .procedure, .document, .carePlan, .device, .other: 5
        case .goal, .careTeam, .order, .specimen, .contact: 3
        case .supporting: 0
        }
    }
}

/// Who reads a chart.
package enum ChartReader: Sendable {
    case careManager, member
}
