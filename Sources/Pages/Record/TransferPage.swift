/// One transfer, from the way to the old plan to what was kept: says what goes on, and asks when it is the member's turn.
package struct TransferPage: Sendable {
    private let frame: RecordFrame
    private let card: TransferCard
    /// The person in the record that came, when it is known.
    private let person: Person?

    package struct Person: Sendable {
        package let name: String
        /// YYYY-MM-DD, or less.
        package let birthDate: String
        package init(name: String, birthDate: String) { (self.name, self.birthDate) = (name, birthDate) }
    }

    package init(frame: RecordFrame, card: TransferCard, person: Person?) { (self.frame, self.card, self.person) = (frame, card, person) }

    private var say: Language { frame.language }
    private var home: PortalFrame.Link { .init(say("Back to my record", "Volver a mi expediente"), frame.root) }

    package func html() -> String {
        let (title, blocks) = content
        let isMoving = ["receiving", "keeping", "undoing"].contains(card.state)
        return frame.page(title, back: frame.root, tag: card.tag(say), refreshes: isMoving, blocks)
    }

    private var content: (String, [PageBlock]) {
        switch card.state {
        case "authorizing": (say("Waiting for your answer", "Esperamos su respuesta"), authorizing)
        case "receiving": (say("Your record is on its way", "Su expediente está en camino"), receiving)
        case "ready": (say("Is this your record?", "¿Es este su expediente?"), ready)
        case "differs": (say("Someone is checking this record", "Alguien está revisando este expediente"), differs)
        case "keeping": (say("Your record is being added", "Se está agregando su expediente"), moving)
        case "kept": (say("It is part of your record", "Ya es parte de su expediente"), kept)
        case "undoing": (say("It is being removed", "Se está quitando"), moving)
        case "undone": (say("It was removed", "Se quitó"), ended)
        case "discarded": (say("It was not kept", "No se guardó"), ended)
        case "failed": (say("The record could not be brought", "No se pudo traer el expediente"), failed)
        default: (say("This was stopped", "Esto se detuvo"), ended)
        }
    }

    private func form(_ action: String, _ words: String, _ kind: PortalForm.Kind = .primary) -> PageBlock {
        .form(PortalForm(action: "\(card.address)/\(action)", fields: [], button: words, kind: kind))
    }

    private var authorizing: [PageBlock] {
        [
            .lead(say("We sent you to \(card.payer) and have no answer yet.", "Lo enviamos a \(card.payer) y todavía no hay respuesta.")),
            .links([.init(say("Go there again", "Ir allí otra vez"), frame.root + "/plans")]),
            form("stop", say("Stop", "Detener"), .second),
        ]
    }

    private var receiving: [PageBlock] {
        var blocks: [PageBlock] = [
            .lead(
                card.isWaiting
                    ? say(
                        "\(card.payer) does not answer just now. We try again by ourselves. You can close this page.",
                        "\(card.payer) no responde en este momento. Lo intentaremos de nuevo. Puede cerrar esta página.")
                    : say(
                        "It comes from \(card.payer). This takes a few minutes at most. You can close this page.",
                        "Viene de \(card.payer). Tarda unos minutos como máximo. Puede cerrar esta página."))
        ]
        if card.kinds.isEmpty {
            blocks.append(.text(say("Nothing has arrived yet.", "Todavía no ha llegado nada.")))
        } else {
            blocks += [.heading(say("Here so far", "Ya está aquí")), .kinds(card.kinds)]
        }
        blocks.append(.links([.init(say("Look again", "Mirar otra vez"), card.address)], quiet: true))
        blocks.append(form("stop", say("Stop and throw it away", "Detener y descartar"), .second))
        return blocks
    }

    private var ready: [PageBlock] {
        var blocks: [PageBlock] = [
            .lead(
                say(
                    "This came from \(card.payer). Nothing is kept before you say so.",
                    "Esto vino de \(card.payer). Nada se guarda hasta que usted lo diga."))
        ]
        if let person {
            blocks.append(
                .pairs([
                    .init(say("Name", "Nombre"), .text(person.name)),
                    .init(say("Birth date", "Fecha de nacimiento"), .text(DayWords.long(person.birthDate, in: say))),
                ]))
        }
        blocks.append(.kinds(card.kinds))
        blocks += left
        blocks.append(form("keep", say("Keep this record", "Guardar este expediente")))
        blocks.append(form("discard", say("This is not mine", "Esto no es mío"), .second))
        return blocks
    }

    /// What did not come in.
    private var left: [PageBlock] {
        var lines: [String] = []
        if card.notTaken > 0 {
            lines.append(
                say(
                    "\(grouped(card.notTaken)) items could not be used and were left out.",
                    "\(grouped(card.notTaken)) elementos no se pudieron usar y se dejaron fuera."))
        }
        if card.brokenOff {
            lines.append(
                say(
                    "Some kinds did not arrive in full. You can bring the record again later.",
                    "Algunos tipos no llegaron completos. Puede traer el expediente otra vez más tarde."))
        }
        return lines.isEmpty ? [] : [.inset(title: say("Good to know", "Para su información"), text: lines.joined(separator: "\n"))]
    }

    private var differs: [PageBlock] {
        [
            .lead(
                say(
                    "The name or birth date in it is not the same as ours. Someone at \(frame.planName) looks at it first.",
                    "El nombre o la fecha de nacimiento no es igual a lo que tenemos. Alguien de \(frame.planName) lo revisa primero.")),
            .text(say("Nothing of it is in your record.", "Nada de esto está en su expediente.")),
            form("discard", say("This is not mine", "Esto no es mío"), .second),
            .links([home], quiet: true),
        ]
    }

    private var moving: [PageBlock] {
        [
            .lead(say("This takes a moment.", "Esto tarda un momento.")),
            .links([.init(say("Look again", "Mirar otra vez"), card.address)], quiet: true),
        ]
    }

    private var kept: [PageBlock] {
        var blocks: [PageBlock] = []
        if card.added == 0, card.updated == 0, card.disappeared == 0 {
            blocks.append(
                .lead(
                    say(
                        "\(card.payer) sent what you have already. Nothing changed.",
                        "\(card.payer) envió lo que usted ya tiene. Nada cambió.")))
        } else {
            var lines: [String] = []
            if card.added > 0 { lines.append(say("\(grouped(card.added)) items are new.", "\(grouped(card.added)) elementos son nuevos.")) }
            if card.updated > 0 {
                lines.append(say("\(grouped(card.updated)) items have changed.", "\(grouped(card.updated)) elementos cambiaron."))
            }
            if card.unchanged > 0 {
                lines.append(say("\(grouped(card.unchanged)) items are as before.", "\(grouped(card.unchanged)) elementos siguen igual."))
            }
            if card.disappeared > 0 {
                lines.append(
                    say(
                        "\(grouped(card.disappeared)) items were not sent this time. They stay, with a note.",
                        "\(grouped(card.disappeared)) elementos no se enviaron esta vez. Se quedan, con una nota."))
            }
            blocks += [.lead(say("It came from \(card.payer).", "Vino de \(card.payer).")), .list(lines)]
        }
        blocks.append(.kinds(card.kinds))
        blocks += left
        blocks.append(.links([.init(say("See my record", "Ver mi expediente"), frame.root + "/chart")]))
        if card.mayUndo {
            blocks += [
                .heading(say("Remove it again", "Quitarlo")),
                .text(
                    say(
                        "What this transfer brought from \(card.payer) is taken out of your record.",
                        "Se quita de su expediente lo que trajo este envío de \(card.payer).")),
                form("undo", say("Remove what came from \(card.payer)", "Quitar lo que vino de \(card.payer)"), .second),
            ]
        }
        return blocks
    }

    private var ended: [PageBlock] {
        [
            .lead(say("Nothing of it is in your record.", "Nada de esto está en su expediente.")),
            .links([.init(say("Bring a record", "Traer un expediente"), frame.root + "/plans"), home]),
        ]
    }

    private var failed: [PageBlock] {
        var blocks: [PageBlock] = [.lead(reason), .text(say("Nothing of it is in your record.", "Nada de esto está en su expediente."))]
        if card.mayTryAgain {
            blocks.append(form("retry", say("Try again", "Intentar de nuevo")))
        } else {
            blocks.append(.links([.init(say("Start again", "Empezar de nuevo"), frame.root + "/plans")]))
        }
        blocks.append(.links([home], quiet: true))
        return blocks
    }

    private var reason: String {
        switch card.problem {
        case "declined": say("\(card.payer) told us that you said no.", "\(card.payer) nos dijo que usted no aceptó.")
        case "wrongAnswer":
            say("The answer did not come from \(card.payer). We did not use it.", "La respuesta no vino de \(card.payer). No la usamos.")
        case "refused":
            say(
                "\(card.payer) does not let us in any more. Please agree there once more.",
                "\(card.payer) ya no nos permite entrar. Dé su permiso allí otra vez.")
        case "noPatient":
            say(
                "\(card.payer) did not say whose record it is, so we asked for nothing.",
                "\(card.payer) no dijo de quién es el expediente. Por eso no pedimos nada.")
        case "otherPerson": say("The record seems to be another person’s.", "El expediente parece ser de otra persona.")
        case "unreachable":
            say(
                "\(card.payer) did not answer, though we tried many times.",
                "\(card.payer) no respondió, aunque lo intentamos muchas veces.")
        case "unusable":
            say(
                "What \(card.payer) sends cannot be used. We have told our people.",
                "Lo que envía \(card.payer) no se puede usar. Ya avisamos a nuestro equipo.")
        default: say("Something went wrong on our side.", "Algo falló de nuestro lado.")
        }
    }
}
