/// A member's first page: what has been brought, what is on its way, and who was allowed.
package struct RecordHomePage: Sendable {
    package struct Permission: Sendable {
        package let payer: String
        package let payerKey: String
        /// YYYY-MM-DD.
        package let since: String
        package init(payer: String, payerKey: String, since: String) { (self.payer, self.payerKey, self.since) = (payer, payerKey, since) }
    }

    private let frame: RecordFrame
    private let firstName: String
    private let transfers: [TransferCard]
    private let permissions: [Permission]
    private let hasRecord: Bool

    package init(frame: RecordFrame, firstName: String, transfers: [TransferCard], permissions: [Permission], hasRecord: Bool) {
        (self.frame, self.firstName, self.transfers) = (frame, firstName, transfers)
        (self.permissions, self.hasRecord) = (permissions, hasRecord)
    }

    package func html() -> String {
        let say = frame.language
        var blocks: [PageBlock] = []
        if transfers.isEmpty {
            blocks += [
                .lead(
                    say(
                        "Bring the record of your care from the health plan you had before. Then it need not be asked for again.",
                        "Traiga el expediente de su atención desde el plan de salud que tenía antes. Así no hay que volver a pedirlo.")),
                .list([
                    say("You choose the plan.", "Usted elige el plan."),
                    say("You agree there, on its own page.", "Usted da su permiso allí, en la página de ese plan."),
                    say("It arrives in minutes. You look, then you keep it.", "Llega en minutos. Usted lo revisa y lo guarda."),
                ]),
            ]
        }
        let find = PortalFrame.Link(say("Bring a record from another plan", "Traer un expediente de otro plan"), frame.root + "/plans")
        if hasRecord {
            blocks.append(.links([.init(say("See my record", "Ver mi expediente"), frame.root + "/chart"), find]))
        } else {
            blocks.append(.links([find]))
        }
        if !transfers.isEmpty {
            blocks.append(.heading(say("From other plans", "De otros planes")))
            blocks.append(
                .table(
                    columns: [say("Plan", "Plan"), say("How it stands", "Cómo va"), say("Since", "Desde"), say("Items", "Elementos")],
                    rows: transfers.map { card in
                        [
                            .link(card.payer, card.address), .tag(card.tag(say)), .time(card.movedAt),
                            .text(card.total == 0 ? "–" : grouped(card.total)),
                        ]
                    }))
        }
        if hasRecord {
            blocks.append(.heading(say("Take it with you", "Llévelo con usted")))
            blocks.append(
                .links(
                    [
                        .init(say("A summary to read and print", "Un resumen para leer e imprimir"), frame.root + "/chart/summary.html"),
                        .init(say("All of it, for a program (FHIR)", "Todo, para un programa (FHIR)"), frame.root + "/record.ndjson"),
                    ], quiet: true))
        }
        if !permissions.isEmpty {
            blocks.append(.heading(say("Your permissions", "Sus permisos")))
            blocks.append(
                .text(
                    say(
                        "You can take a permission back. Then we do not ask that plan again. What is in your record stays until you remove it.",
                        "Usted puede retirar un permiso. Entonces no pedimos nada más a ese plan. Lo que está en su expediente queda hasta que usted lo quite."
                    )))
            for permission in permissions {
                blocks.append(
                    .form(
                        PortalForm(
                            action: frame.root + "/withdraw", fields: [],
                            button: say(
                                "Take back: \(permission.payer), since \(DayWords.long(permission.since, in: say))",
                                "Retirar: \(permission.payer), desde \(DayWords.long(permission.since, in: say))"), kind: .second,
                            hidden: [("payer", permission.payerKey)])))
            }
        }
        return frame.page(say("Hello, \(firstName)", "Hola, \(firstName)"), blocks)
    }
}
