/// Step 3: the 6-digit code from the mail, with a second form that asks for a new one.
package struct CodePage: Sendable {
    package var frame: PageFrame
    package var action: String
    package var resendAction: String
    package var backURL: String
    package var cancelAction: String
    package var token: FormToken
    /// The address as it may be shown, masked or not.
    package var sentTo: String
    package var problems: [FormProblem]
    package var minutes: Int
    package var sandboxMailURL: String?
    /// Seconds until a new code may be asked for, counted down where scripts run.
    package var resendAfter: Int
    package var step: Step

    package init(
        frame: PageFrame, action: String, resendAction: String, backURL: String, cancelAction: String, token: FormToken, sentTo: String,
        problems: [FormProblem] = [], minutes: Int = 10, sandboxMailURL: String? = nil, resendAfter: Int = 30, step: Step = Step(3, of: 4)
    ) {
        self.frame = frame
        self.action = action
        self.resendAction = resendAction
        self.backURL = backURL
        self.cancelAction = cancelAction
        self.token = token
        self.sentTo = sentTo
        self.problems = problems
        self.minutes = minutes
        self.sandboxMailURL = sandboxMailURL
        self.resendAfter = resendAfter
        self.step = step
    }

    package func html() -> String {
        let say = frame.language
        // A code that can no longer be used needs its button at once.
        let resendAtOnce = problems.contains(.codeExpired) || problems.contains(.codeUsedUp)
        var view: View = [
            "lead": say(
                "We sent a 6-digit code to \(sentTo). It works for \(minutes) minutes.",
                "Enviamos un código de 6 dígitos a \(sentTo). Sirve durante \(minutes) minutos."),
            "fields": [
                FieldView(field: .code, width: "code", inputMode: "numeric").view(in: say, values: [:], problems: problems)
            ],
            "continueWord": say("Continue", "Continuar"),
            "resendAction": resendAction,
            "resendTitle": say("No mail?", "¿No llegó el mensaje?"),
            "resendHint": say(
                "Wait a minute and look in the spam folder. A new code makes the old one useless.",
                "Espere un minuto y mire en el correo no deseado. Un código nuevo anula el anterior."),
            "resendWord": say("Send a new code", "Enviar un código nuevo"),
            "resendAfter": String(resendAtOnce ? 0 : resendAfter),
            "resendWait": say("You can ask again in #\u{A0}s", "Podrá pedir otro en #\u{A0}s"),
        ]
        if let sandboxMailURL {
            view["sandboxMailURL"] = sandboxMailURL
            view["sandboxMailWord"] = say("Read the mail in the sandbox", "Leer el mensaje en el entorno de prueba")
        }
        let form = MemberForm(action: action, backURL: backURL, cancelAction: cancelAction, token: token, step: step)
        return frame.render(
            "code", title: say("Check your e-mail", "Revise su correo"), problems: problems, view: form.view(in: say).adding(view))
    }
}
