/// Sign-in by e-mail code; the page says the same whether or not the address is known.
package struct SignInPage: Sendable {
    package var frame: PageFrame
    package var action: String
    package var backURL: String
    package var cancelAction: String
    package var token: FormToken
    package var values: [Field: String]
    package var problems: [FormProblem]
    package var step: Step

    package init(
        frame: PageFrame, action: String, backURL: String, cancelAction: String, token: FormToken, values: [Field: String] = [:],
        problems: [FormProblem] = [], step: Step = Step(1, of: 3)
    ) {
        self.frame = frame
        self.action = action
        self.backURL = backURL
        self.cancelAction = cancelAction
        self.token = token
        self.values = values
        self.problems = problems
        self.step = step
    }

    package func html() -> String {
        let say = frame.language
        let view: View = [
            "lead": say(
                "If there is an account with this address, we will send a 6-digit code to it.",
                "Si hay una cuenta con esta dirección, le enviaremos un código de 6 dígitos."),
            "fields": [FieldView(field: .email, type: "email", inputMode: "email").view(in: say, values: values, problems: problems)],
            "continueWord": say("Send code", "Enviar código"),
        ]
        let form = MemberForm(action: action, backURL: backURL, cancelAction: cancelAction, token: token, step: step)
        return frame.render("email", title: say("Sign in", "Iniciar sesión"), problems: problems, view: form.view(in: say).adding(view))
    }
}
