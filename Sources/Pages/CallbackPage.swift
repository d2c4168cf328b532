/// The sandbox's own redirect target: shows a developer what came back and what to run next (RFC 6749 §4.1.2).
package struct CallbackPage: Sendable {
    package enum Kind: Sendable {
        case success
        case failure
    }

    package var frame: PageFrame
    /// Names and values of the query, in the order they came.
    package var values: [(String, String)]
    package var kind: Kind
    /// The command that spends the code, ready to copy.
    package var nextCommand: String?

    package init(frame: PageFrame, values: [(String, String)], kind: Kind, nextCommand: String? = nil) {
        self.frame = frame
        self.values = values
        self.kind = kind
        self.nextCommand = nextCommand
    }

    package func html() -> String {
        let say = frame.language
        let title: String
        var view: View = [
            "hasValues": !values.isEmpty,
            "values": values.map { ["name": $0.0, "content": $0.1] as View },
            "valuesTitle": say("What came back", "Lo que llegó"),
        ]
        switch kind {
        case .success:
            title = say("The code is here", "Llegó el código")
            view["isGood"] = true
            view["stateWord"] = say("Approved", "Aprobado")
            view["lead"] = say(
                "The member said yes. The code works once, within 5 minutes.",
                "El miembro aceptó. El código sirve una vez, durante 5 minutos.")
        case .failure:
            title = say("No code came back", "No llegó ningún código")
            view["isGood"] = false
            view["stateWord"] = say("Not approved", "No aprobado")
            view["lead"] = cause(in: say)
        }
        if let nextCommand {
            view["nextTitle"] = say("Run this next", "Ejecute esto ahora")
            view["nextCommand"] = nextCommand
        }
        return frame.render("callback", title: title, voice: .developer, view: view)
    }

    /// The error's cause and cure (RFC 6749 §4.1.2.1).
    private func cause(in say: Language) -> String {
        switch values.first(where: { $0.0 == "error" })?.1 {
        case "access_denied":
            say(
                "The member said no, or left. Your app should explain this and offer to start again.",
                "El miembro no aceptó o salió. Su aplicación debe explicarlo y ofrecer empezar de nuevo.")
        case "invalid_request":
            say(
                "A parameter is missing, doubled or malformed. Read error_description and correct the authorize link.",
                "Falta un parámetro, está repetido o tiene mala forma. Lea error_description y corrija el enlace.")
        case "invalid_scope":
            say(
                "The app asked for a scope it may not have. Ask for fewer, or for none.",
                "La aplicación pidió un alcance que no puede tener. Pida menos, o ninguno.")
        case "unauthorized_client":
            say(
                "This app may not use this way to ask. Check its registration.",
                "Esta aplicación no puede pedir datos de esta manera. Revise su registro.")
        case "unsupported_response_type":
            say("Only response_type=code works here.", "Aquí solo sirve response_type=code.")
        case "server_error", "temporarily_unavailable":
            say(
                "The plan could not answer. Wait a little, then start again.",
                "El plan no pudo responder. Espere un poco y empiece de nuevo.")
        case .some:
            say("Read error and error_description below.", "Lea error y error_description abajo.")
        case nil:
            say(
                "Nothing came with this request. Start at the authorize link.",
                "No llegó nada con esta solicitud. Empiece por el enlace de autorización.")
        }
    }
}
