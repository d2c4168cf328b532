/// The first page of the member's way: who asks, what happens next, and the choice between a new account and an old one.
package struct StartPage: Sendable {
    package var frame: PageFrame
    package var app: AskingApp
    package var accountURL: String
    package var signInURL: String
    package var cancelAction: String
    package var token: FormToken
    package var isSandbox: Bool

    package init(
        frame: PageFrame, app: AskingApp, accountURL: String, signInURL: String, cancelAction: String, token: FormToken, isSandbox: Bool
    ) {
        self.frame = frame
        self.app = app
        self.accountURL = accountURL
        self.signInURL = signInURL
        self.cancelAction = cancelAction
        self.token = token
        self.isSandbox = isSandbox
    }

    package func html() -> String {
        let say = frame.language
        let plan = frame.planName
        var view: View = [
            "accountURL": accountURL,
            "signInURL": signInURL,
            "lead": say(
                "\(app.name) asks \(plan) for the health record of a member who is changing health plans.",
                "\(app.name) pide a \(plan) el historial médico de un miembro que cambia de plan de salud."),
            "promise": say(
                "Nothing is shared until you say yes on the last page.", "No se comparte nada hasta que usted acepte en la última página."),
            "needTitle": say("What you need", "Lo que necesita"),
            "needs": [
                say("The member ID card of \(plan)", "La tarjeta de miembro de \(plan)"),
                say("An e-mail address you can read now", "Un correo electrónico que pueda leer ahora"),
                say("About 3 minutes", "Unos 3 minutos"),
            ],
            "createWord": say("Create an account", "Crear una cuenta"),
            "signInWord": say("Sign in", "Iniciar sesión"),
            "signInHint": say(
                "Choose “Sign in” if you have shared a record here before.", "Elija «Iniciar sesión» si ya compartió un historial aquí."),
        ]
        view["sandboxNote"] = isSandbox ? SandboxNote.words(in: say) : nil
        let form = MemberForm(cancelAction: cancelAction, token: token)
        return frame.render(
            "start", title: say("Share a health record", "Compartir un historial médico"),
            view: form.view(in: say).adding(app.view(in: say)).adding(view))
    }
}
