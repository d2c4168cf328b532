/// A message that fills the page.
package struct RecordNoticePage: Sendable {
    package enum Kind: Sendable, Equatable {
        case thanks(plan: String)
        case notFound, formExpired, linkUsed, tooMany, answerNotOurs, busyTransfer
        /// `reference` is the number the reader can give to support.
        case trouble(reference: String)
    }

    private let frame: RecordFrame
    private let kind: Kind

    package init(frame: RecordFrame, kind: Kind) { (self.frame, self.kind) = (frame, kind) }

    package func html() -> String {
        let say = frame.language
        let (title, lead): (String, String) =
            switch kind {
            case .thanks(let plan):
                (
                    say("Thank you", "Gracias"),
                    say(
                        "We have noted “\(plan)”. \(frame.planName) looks for a way to reach it.",
                        "Anotamos «\(plan)». \(frame.planName) buscará cómo contactarlo.")
                )
            case .notFound:
                (
                    say("Page not found", "No encontramos la página"),
                    say("There is no page at this address.", "No hay ninguna página en esta dirección.")
                )
            case .formExpired:
                (
                    say("This page is too old", "Esta página ya venció"),
                    say("Please go back and try once more. Nothing was changed.", "Vuelva atrás e intente otra vez. Nada cambió.")
                )
            case .linkUsed:
                (
                    say("This link does not work any more", "Este enlace ya no sirve"),
                    say(
                        "It works once, and for a few minutes. Ask for a new one.",
                        "Sirve una sola vez y por pocos minutos. Pida uno nuevo.")
                )
            case .tooMany:
                (
                    say("Too many tries", "Demasiados intentos"),
                    say("Please wait a while, then try again.", "Espere un rato e intente de nuevo.")
                )
            case .answerNotOurs:
                (
                    say("This answer does not belong here", "Esta respuesta no corresponde"),
                    say(
                        "The other plan’s answer does not fit what we asked. We did not use it. Please start again.",
                        "La respuesta del otro plan no corresponde a lo que pedimos. No la usamos. Empiece de nuevo.")
                )
            case .busyTransfer:
                (
                    say("Your record is on its way already", "Su expediente ya está en camino"),
                    say("Wait until it is here, or stop it first.", "Espere a que llegue o deténgalo primero.")
                )
            case .trouble(let reference):
                (
                    say("Something went wrong on our side", "Algo falló de nuestro lado"),
                    say(
                        "Try again in a few minutes. If it happens again, tell us this number: \(reference)",
                        "Intente de nuevo en unos minutos. Si vuelve a pasar, denos este número: \(reference)")
                )
            }
        return frame.page(title, [.lead(lead), .links([.init(say("Back to my record", "Volver a mi expediente"), frame.root)])])
    }
}
