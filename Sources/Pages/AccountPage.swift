/// Step 1: the five details that find the member.
package struct AccountPage: Sendable {
    package var frame: PageFrame
    package var action: String
    package var backURL: String
    package var cancelAction: String
    package var token: FormToken
    package var values: [Field: String]
    package var problems: [FormProblem]
    package var isSandbox: Bool
    package var step: Step

    package init(
        frame: PageFrame, action: String, backURL: String, cancelAction: String, token: FormToken, values: [Field: String] = [:],
        problems: [FormProblem] = [], isSandbox: Bool, step: Step = Step(1, of: 4)
    ) {
        self.frame = frame
        self.action = action
        self.backURL = backURL
        self.cancelAction = cancelAction
        self.token = token
        self.values = values
        self.problems = problems
        self.isSandbox = isSandbox
        self.step = step
    }

    package func html() -> String {
        let say = frame.language
        let fields = [
            FieldView(field: .firstName),
            FieldView(field: .lastName),
            FieldView(
                field: .birthDate, hint: say("Month, day, year: 01/04/2011", "Mes, día, año: 01/04/2011 es el 4 de enero"), width: "medium",
                inputMode: "numeric"),
            FieldView(field: .memberID, hint: say("On the front of the member ID card", "Está en el frente de la tarjeta de miembro")),
            FieldView(field: .postalCode, hint: say("5 digits, like 02116", "5 dígitos, como 02116"), width: "short", inputMode: "numeric"),
        ]
        var view: View = [
            "lead": say(
                "Use the details \(frame.planName) has, as they are on the member ID card.",
                "Use los datos que tiene \(frame.planName), como están en la tarjeta de miembro."),
            "fields": fields.map { $0.view(in: say, values: values, problems: problems) },
            "continueWord": say("Continue", "Continuar"),
        ]
        view["sandboxNote"] = isSandbox ? SandboxNote.words(in: say) : nil
        let form = MemberForm(action: action, backURL: backURL, cancelAction: cancelAction, token: token, step: step)
        return frame.render(
            "account", title: say("Who is the member?", "¿Quién es el miembro?"), problems: problems, view: form.view(in: say).adding(view))
    }
}
