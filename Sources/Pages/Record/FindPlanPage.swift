/// Finds the previous plan by part of its name, or takes the name of one that is missing.
package struct FindPlanPage: Sendable {
    package struct Found: Sendable {
        package let key: String
        package let name: String
        package init(key: String, name: String) { (self.key, self.name) = (key, name) }
    }

    private let frame: RecordFrame
    private let search: String
    private let found: [Found]
    /// There are more than are shown.
    private let isCut: Bool
    private let problems: [PortalProblem]

    package init(frame: RecordFrame, search: String, found: [Found], isCut: Bool, problems: [PortalProblem]) {
        (self.frame, self.search, self.found, self.isCut, self.problems) = (frame, search, found, isCut, problems)
    }

    package func html() -> String {
        let say = frame.language
        var blocks: [PageBlock] = [
            .form(
                PortalForm(
                    action: frame.root + "/plans",
                    fields: [
                        PortalInput(
                            .search, label: say("Name of the plan, or part of it", "Nombre del plan, o parte de él"),
                            values: [.search: search])
                    ], button: say("Search", "Buscar"), kind: found.isEmpty ? .primary : .second, isSearch: true))
        ]
        if found.isEmpty {
            blocks.append(
                .text(
                    search.isEmpty
                        ? say("No plan is listed yet.", "Todavía no hay ningún plan en la lista.")
                        : say("No plan of this name is listed.", "No hay ningún plan con ese nombre en la lista.")))
        } else {
            blocks.append(.heading(say("Choose your plan", "Elija su plan")))
            blocks.append(.links(found.map { .init($0.name, frame.root + "/plans/\($0.key)") }, quiet: true))
            if isCut { blocks.append(.text(say("There are more. Type more of the name.", "Hay más. Escriba más del nombre."))) }
        }
        blocks.append(.heading(say("My plan is not listed", "Mi plan no está en la lista")))
        blocks.append(
            .form(
                PortalForm(
                    action: frame.root + "/missing-plan",
                    fields: [
                        PortalInput(
                            .payerName, label: say("Name of the plan", "Nombre del plan"),
                            hint: say("As it stands on the card.", "Como está en la tarjeta."), problems: problems)
                    ], button: say("Tell \(frame.planName)", "Avisar a \(frame.planName)"), kind: .second)))
        return frame.page(
            say("Which plan did you have before?", "¿Qué plan tenía antes?"), back: frame.root, problems: problems, blocks)
    }
}

/// What the member reads before agreeing that their old plan is asked. Change a word, and the wording has another version.
package struct OptInPage: Sendable {
    package static let wording = "2026-11-25"

    private let frame: RecordFrame
    private let payer: String
    private let payerKey: String
    private let problem: String?

    package init(frame: RecordFrame, payer: String, payerKey: String, problem: String?) {
        (self.frame, self.payer, self.payerKey, self.problem) = (frame, payer, payerKey, problem)
    }

    package func html() -> String {
        let say = frame.language
        let plan = frame.planName
        let blocks: [PageBlock] = [
            .lead(
                say(
                    "\(plan) asks \(payer) for your health record only if you agree. You need not agree, and your coverage does not change.",
                    "\(plan) pide su expediente de salud a \(payer) solo si usted está de acuerdo. No es obligatorio y su cobertura no cambia."
                )),
            .heading(say("What happens", "Qué pasa")),
            .list([
                say(
                    "You go to the page of \(payer). There you say who you are and agree once more.",
                    "Usted va a la página de \(payer). Allí dice quién es y confirma su permiso."),
                say(
                    "Your record comes to \(plan). You look at it before it is kept.",
                    "Su expediente llega a \(plan). Usted lo revisa antes de guardarlo."),
                say("Your care team at \(plan) can then see it.", "Después su equipo de atención en \(plan) puede verlo."),
            ]),
            .heading(say("What comes", "Qué llega")),
            .text(
                say(
                    "Conditions, medicines, allergies, vaccinations, test results, visits, procedures and documents, as \(payer) has them.",
                    "Problemas de salud, medicamentos, alergias, vacunas, resultados, visitas, procedimientos y documentos, como los tiene \(payer)."
                )),
            .heading(say("What never comes", "Qué nunca llega")),
            .never([
                say("Bills and payments", "Facturas y pagos"), say("Claims", "Reclamaciones al seguro"),
                say("What your old plan covered", "Lo que cubría su plan anterior"),
            ]),
            .heading(say("If you change your mind", "Si cambia de opinión")),
            .text(
                say(
                    "You can take your permission back and remove the record at any time, on your first page here.",
                    "Puede retirar su permiso y quitar el expediente en cualquier momento, en su primera página aquí.")),
            .form(
                PortalForm(
                    action: frame.root + "/plans/\(payerKey)", fields: [],
                    button: say("Yes, go to \(payer)", "Sí, ir a \(payer)"), hidden: [("wording", Self.wording)])),
            .links([.init(say("No, go back", "No, volver"), frame.root)], quiet: true),
        ]
        return frame.page(
            say("Bring your record from \(payer)", "Traer su expediente de \(payer)"), back: frame.root + "/plans",
            problems: problem.map { [.said(nil, $0)] } ?? [], blocks)
    }
}
