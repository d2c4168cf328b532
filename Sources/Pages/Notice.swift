/// What a full-page message is about; `detail` and `reason` are for the app's developer.
package enum Notice: Sendable, Equatable {
    /// `client_id` names no app.
    case unknownApp(detail: String)
    /// `redirect_uri` is none of the app's own.
    case redirectMismatch(detail: String)
    /// The request lacks what is needed to know the app.
    case missingClient(detail: String)
    case linkExpired
    case alreadyFinished
    case notFound
    case tooManyRequests
    /// `reference` is the number the reader can give to support.
    case somethingWentWrong(reference: String)
    case appNotReady(reason: String)
    /// The plan sends codes only to the address on its roster, and has none for this member.
    case noAddressOnRoster
    case methodNotAllowed
}

extension Notice {
    struct Words {
        var title: String
        var happened: String
        var todo: String
    }

    var detail: String? {
        switch self {
        case .unknownApp(let detail), .redirectMismatch(let detail), .missingClient(let detail), .appNotReady(let detail): detail
        case .linkExpired, .alreadyFinished, .notFound, .tooManyRequests, .somethingWentWrong, .methodNotAllowed, .noAddressOnRoster: nil
        }
    }

    func words(in say: Language) -> Words {
        switch self {
        case .unknownApp:
            Words(
                title: say("We do not know this app", "No conocemos esta aplicación"),
                happened: say(
                    "The link that brought you here comes from an app we do not know. Nothing was shared.",
                    "El enlace que lo trajo aquí es de una aplicación que no conocemos. No se compartió nada."),
                todo: say(
                    "Go back to your new health plan and start again. If this page returns, tell them.",
                    "Vuelva a su nuevo plan de salud y empiece de nuevo. Si ve esta página otra vez, avíseles."))
        case .redirectMismatch:
            Words(
                title: say("This link is not safe to follow", "No es seguro seguir este enlace"),
                happened: say(
                    "The app wants the answer sent to an address it has not registered. We stopped, and nothing was shared.",
                    "La aplicación pide enviar la respuesta a una dirección que no registró. Nos detuvimos y no se compartió nada."),
                todo: say(
                    "Go back to your new health plan and start again. If this page returns, tell them.",
                    "Vuelva a su nuevo plan de salud y empiece de nuevo. Si ve esta página otra vez, avíseles."))
        case .missingClient:
            Words(
                title: say("This link is not complete", "Este enlace está incompleto"),
                happened: say(
                    "The link that brought you here does not say who is asking. Nothing was shared.",
                    "El enlace que lo trajo aquí no dice quién pide los datos. No se compartió nada."),
                todo: say(
                    "Open the link again from your new health plan. Do not type it by hand.",
                    "Abra otra vez el enlace de su nuevo plan de salud. No lo escriba a mano."))
        case .linkExpired:
            Words(
                title: say("This page is too old", "Esta página ya venció"),
                happened: say(
                    "For your safety a page works for a short time only. Nothing was shared.",
                    "Por su seguridad, la página solo sirve por poco tiempo. No se compartió nada."),
                todo: say(
                    "Go back to your new health plan and start again. Allow cookies if your browser blocks them.",
                    "Vuelva a su nuevo plan de salud y empiece de nuevo. Permita las cookies si su navegador las bloquea."))
        case .alreadyFinished:
            Words(
                title: say("This request is finished", "Esta solicitud ya terminó"),
                happened: say("You have already given your answer, and it was sent.", "Usted ya dio su respuesta y se envió."),
                todo: say(
                    "You can close this page. To share again, start from your new health plan.",
                    "Puede cerrar esta página. Para compartir de nuevo, empiece desde su nuevo plan de salud."))
        case .notFound:
            Words(
                title: say("Page not found", "No encontramos la página"),
                happened: say("There is no page at this address.", "No hay ninguna página en esta dirección."),
                todo: say(
                    "Check the address, or start again from your new health plan.",
                    "Revise la dirección o empiece de nuevo desde su nuevo plan de salud."))
        case .tooManyRequests:
            Words(
                title: say("Too many requests", "Demasiadas solicitudes"),
                happened: say("We got too many requests from your connection.", "Recibimos demasiadas solicitudes desde su conexión."),
                todo: say("Wait a few minutes, then try again.", "Espere unos minutos e intente de nuevo."))
        case .somethingWentWrong:
            Words(
                title: say("Something went wrong on our side", "Algo falló de nuestro lado"),
                happened: say(
                    "We could not finish this step. You did nothing wrong.", "No pudimos terminar este paso. Usted no hizo nada mal."),
                todo: say(
                    "Try again in a few minutes. If it happens again, give us the reference number.",
                    "Intente de nuevo en unos minutos. Si vuelve a pasar, denos el número de referencia."))
        case .appNotReady:
            Words(
                title: say("This app cannot ask yet", "Esta aplicación todavía no puede pedir datos"),
                happened: say(
                    "The app of your new health plan is not approved here yet. Nothing was shared.",
                    "La aplicación de su nuevo plan de salud aún no está aprobada aquí. No se compartió nada."),
                todo: say("Ask your new health plan when to try again.", "Pregunte a su nuevo plan de salud cuándo intentar de nuevo."))
        case .noAddressOnRoster:
            Words(
                title: say("We have no e-mail address for you", "No tenemos un correo electrónico suyo"),
                happened: say(
                    "We send a code to the e-mail address your health plan has. It has none for you yet.",
                    "Enviamos un código al correo electrónico que tiene su plan de salud. Todavía no tiene ninguno suyo."),
                todo: say(
                    "Call the number on your member ID card and give your e-mail address. Then come back.",
                    "Llame al número de su tarjeta de miembro y dé su correo electrónico. Después vuelva."))
        case .methodNotAllowed:
            Words(
                title: say("This address works in another way", "Esta dirección funciona de otra manera"),
                happened: say("This address does not take this kind of request.", "Esta dirección no acepta este tipo de solicitud."),
                todo: say(
                    "Go back and use the button on the page before.", "Vuelva atrás y use el botón de la página anterior."))
        }
    }
}
