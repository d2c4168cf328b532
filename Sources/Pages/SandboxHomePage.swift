/// The sandbox's front page, for a developer: everything needed for the first answer, each piece with a copy button.
package struct SandboxHomePage: Sendable {
    package var frame: PageFrame
    package var model: SandboxHome

    package init(frame: PageFrame, model: SandboxHome) {
        self.frame = frame
        self.model = model
    }

    package func html() -> String {
        let say = frame.language
        let words: View = [
            "lead": say(
                "A made-up health plan that shares a member’s clinical record with the plan the member moves to. "
                    + "Every person here is invented.",
                "Un plan de salud ficticio que comparte el historial clínico de un miembro con su nuevo plan. "
                    + "Todas las personas son inventadas."),
            "authorizeWord": say("Open the member’s pages", "Abrir las páginas del miembro"),
            "mailWord": say("Read the sandbox mail", "Leer el correo del entorno de prueba"),
            "portalWord": say("Open the developer portal", "Abrir el portal para desarrolladores"),
            "membersTitle": say("Test members", "Miembros de prueba"),
            "membersHint": say("Type one of them into the identify page.", "Escriba uno de ellos en la página de identificación."),
            "firstWord": Field.firstName.label(in: say), "lastWord": Field.lastName.label(in: say),
            "birthDateWord": Field.birthDate.label(in: say), "memberIDWord": Field.memberID.label(in: say),
            "postalCodeWord": Field.postalCode.label(in: say), "summaryWord": say("What to see", "Qué se ve"),
            "appsTitle": say("Ready client", "Cliente listo"),
            "clientIdWord": say("Client ID", "ID de cliente"), "clientSecretWord": say("Client secret", "Secreto de cliente"),
            "redirectUrisWord": say("Redirect URIs", "URI de redirección"),
            "plansTitle": say("Addresses", "Direcciones"),
            "authorizeTitle": say("Authorize", "Autorización"), "tokenTitle": say("Token", "Token"), "fhirTitle": say("FHIR", "FHIR"),
            "commandsTitle": say("Try next", "Pruebe ahora"),
        ]
        return frame.render(
            "sandbox-home", title: say("Payer\u{2011}to\u{2011}payer sandbox", "Entorno de prueba entre planes"), voice: .developer,
            view: words.adding(content))
    }

    private var content: View {
        [
            "authorizeLink": model.authorizeLink,
            "mailURL": model.mailURL,
            "portalURL": model.portalURL,
            "hasMembers": !model.testMembers.isEmpty,
            "members": model.testMembers.map {
                [
                    "first": $0.first, "last": $0.last, "birthDate": $0.birthDate, "memberID": $0.memberID, "postalCode": $0.postalCode,
                    "what": $0.summary,
                ] as View
            },
            "hasApps": !model.apps.isEmpty,
            "apps": model.apps.map {
                ["appName": $0.name, "clientId": $0.clientId, "clientSecret": $0.clientSecret, "redirectUris": $0.redirectUris] as View
            },
            "hasPlans": !model.plans.isEmpty,
            "plans": model.plans.map { ["name": $0.name, "authorize": $0.authorize, "endpoint": $0.token, "fhir": $0.fhir] as View },
            "hasCommands": !model.commands.isEmpty,
            "commands": model.commands.map { ["name": $0.title, "command": $0.command] as View },
        ]
    }
}
