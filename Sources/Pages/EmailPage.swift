/// Step 2: the address the code goes to, typed by the member or taken from the plan's own list.
package struct EmailPage: Sendable {
    package var frame: PageFrame
    package var action: String
    package var backURL: String
    package var cancelAction: String
    package var token: FormToken
    package var values: [Field: String]
    package var problems: [FormProblem]
    /// Masked, `j•••@example.com`; when set there is no field and the code goes to this address only.
    package var rosterAddress: String?
    package var step: Step

    package init(
        frame: PageFrame, action: String, backURL: String, cancelAction: String, token: FormToken, values: [Field: String] = [:],
        problems: [FormProblem] = [], rosterAddress: String? = nil, step: Step = Step(2, of: 4)
    ) {
        self.frame = frame
        self.action = action
        self.backURL = backURL
        self.cancelAction = cancelAction
        self.token = token
        self.values = values
        self.problems = problems
        self.rosterAddress = rosterAddress
        self.step = step
    }

    package func html() -> String {
        let say = frame.language
        let plan = frame.planName
        let title: String
        var view: View = ["continueWord": say("Send code", "Enviar código")]
        if let rosterAddress {
            title = say("Get a code by e-mail", "Reciba un código por correo")
            view["lead"] = say("We will send a 6-digit code to \(rosterAddress).", "Enviaremos un código de 6 dígitos a \(rosterAddress).")
            view["after"] = say(
                "This is the address \(plan) has for the member. If it is wrong, call the number on the member ID card.",
                "Es la dirección que tiene \(plan). Si no es correcta, llame al número de la tarjeta de miembro.")
            view["fields"] = [View]()
        } else {
            title = say("What is your e-mail address?", "¿Cuál es su correo electrónico?")
            view["lead"] = say(
                "We will send a 6-digit code to your own address, to make sure it is yours.",
                "Enviaremos un código de 6 dígitos a su propia dirección, para saber que es suya.")
            view["fields"] = [FieldView(field: .email, type: "email", inputMode: "email").view(in: say, values: values, problems: problems)]
        }
        let form = MemberForm(action: action, backURL: backURL, cancelAction: cancelAction, token: token, step: step)
        return frame.render("email", title: title, problems: problems, view: form.view(in: say).adding(view))
    }
}
