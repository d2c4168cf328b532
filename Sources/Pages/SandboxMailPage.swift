/// The mail the sandbox kept, in the order given, newest first.
package struct SandboxMailPage: Sendable {
    package var frame: PageFrame
    package var messages: [SandboxMessage]
    /// The address the list is narrowed to; nil shows all mail.
    package var filter: String?

    package init(frame: PageFrame, messages: [SandboxMessage], filter: String?) {
        self.frame = frame
        self.messages = messages
        self.filter = filter
    }

    package func html() -> String {
        let say = frame.language
        var view: View = [
            "lead": say(
                "The sandbox keeps each message here, newest first.",
                "El entorno de prueba guarda cada mensaje aquí, el más reciente primero."),
            "hasMessages": !messages.isEmpty,
            "messages": messages.map { message in
                [
                    "to": message.to, "subject": message.subject, "text": message.text, "at": message.at,
                    "atWords": DayWords.instant(message.at, in: say),
                ] as View
            },
            "toWord": say("To", "Para"),
            "emptyTitle": say("No mail yet", "Todavía no hay correo"),
            "emptyHint": say(
                "When a member’s page sends a code, the message appears here. Then load this page again.",
                "Cuando una página envía un código, el mensaje aparece aquí. Luego vuelva a cargar esta página."),
            "refreshWord": say("Load again", "Volver a cargar"),
        ]
        if let filter {
            view["filterWords"] = say("Only mail to \(filter).", "Solo el correo para \(filter).")
            view["allWord"] = say("Show all mail", "Mostrar todo el correo")
        }
        return frame.render("sandbox-mail", title: say("Sandbox mail", "Correo del entorno de prueba"), voice: .developer, view: view)
    }
}
