/// How a member comes in: in a sandbox by choosing one, otherwise by a code that is mailed to the address the plan has.
package struct RecordEntrancePage: Sendable {
    package struct Choice: Sendable {
        package let memberID: String
        package let name: String
        /// YYYY-MM-DD.
        package let birthDate: String
        package init(memberID: String, name: String, birthDate: String) {
            (self.memberID, self.name, self.birthDate) = (memberID, name, birthDate)
        }
    }

    private let frame: RecordFrame
    private let choices: [Choice]
    private let values: [PortalField: String]
    private let problems: [PortalProblem]

    package init(frame: RecordFrame, choices: [Choice], values: [PortalField: String], problems: [PortalProblem]) {
        (self.frame, self.choices, self.values, self.problems) = (frame, choices, values, problems)
    }

    package func html() -> String {
        let say = frame.language
        var blocks: [PageBlock] = [
            .lead(
                say(
                    "Did you have another health plan before? \(frame.planName) can bring your health record from there, if you say so.",
                    "¿Tuvo antes otro plan de salud? \(frame.planName) puede traer su expediente de salud desde allí, si usted lo permite.")
            )
        ]
        if choices.isEmpty {
            blocks.append(
                .form(
                    PortalForm(
                        action: frame.root + "/sign-in",
                        fields: [
                            PortalInput(
                                .memberID, label: say("Member ID", "Número de miembro"),
                                hint: say("It is on your \(frame.planName) card.", "Está en su tarjeta de \(frame.planName)."),
                                values: values,
                                problems: problems),
                            PortalInput(
                                .birthDate, label: say("Birth date", "Fecha de nacimiento"),
                                hint: say("For example 01/04/1980", "Por ejemplo 01/04/1980 (mes/día/año)"), values: values,
                                problems: problems),
                        ], button: say("Send me a code", "Enviarme un código"))))
        } else {
            blocks.append(.heading(say("Who are you today?", "¿Quién es usted hoy?")))
            blocks.append(
                .text(
                    say(
                        "This is a sandbox. These members are made up, and you may be any of them.",
                        "Este es un entorno de prueba. Estos miembros son inventados y usted puede ser cualquiera.")))
            for (index, choice) in choices.enumerated() {
                blocks.append(
                    .form(
                        PortalForm(
                            action: frame.root + "/choose", fields: [],
                            button: say(
                                "\(choice.name), born \(DayWords.long(choice.birthDate, in: say))",
                                "\(choice.name), nacimiento: \(DayWords.long(choice.birthDate, in: say))"),
                            kind: index == 0 ? .primary : .second, hidden: [("member_id", choice.memberID)])))
            }
        }
        return frame.page(say("Your health record, with you", "Su expediente de salud, con usted"), problems: problems, blocks)
    }
}

/// Where the mailed code is typed. It looks the same whether or not there was anyone to send it to.
package struct RecordCodePage: Sendable {
    private let frame: RecordFrame
    /// Names the sign-in; goes back with the form.
    private let signIn: String
    private let mailURL: String?
    private let problems: [PortalProblem]

    package init(frame: RecordFrame, signIn: String, mailURL: String?, problems: [PortalProblem]) {
        (self.frame, self.signIn, self.mailURL, self.problems) = (frame, signIn, mailURL, problems)
    }

    package func html() -> String {
        let say = frame.language
        var blocks: [PageBlock] = [
            .lead(
                say(
                    "If these details are right, we sent a code to the e-mail address that \(frame.planName) has for you.",
                    "Si los datos son correctos, enviamos un código al correo electrónico que \(frame.planName) tiene de usted.")),
            .form(
                PortalForm(
                    action: frame.root + "/code",
                    fields: [
                        PortalInput(
                            .code, .code, label: say("6-digit code", "Código de 6 dígitos"),
                            hint: say("It works for 10 minutes.", "Sirve por 10 minutos."), problems: problems)
                    ], button: say("Go on", "Continuar"), hidden: [("sign_in", signIn)])),
            .links([.init(say("Start again", "Empezar de nuevo"), frame.root)], quiet: true),
        ]
        if let mailURL {
            blocks.append(.links([.init(say("See the mail in the sandbox", "Ver el correo de prueba"), mailURL)], quiet: true))
        }
        return frame.page(say("Check your e-mail", "Revise su correo"), back: frame.root, problems: problems, blocks)
    }
}

/// The mail with the code.
package struct RecordCodeMail: Sendable {
    package let subject: String
    package let text: String

    package init(language say: Language, planName: String, code: String, minutes: Int) {
        let plan = PageText.oneLine(planName)
        subject = say("Your code for \(plan)", "Su código para \(plan)")
        text = say(
            """
            Your code is

            \(code)

            It works for \(minutes) minutes on the page of \(plan) where you asked for it.

            If you did not ask for it, do nothing: without the code nobody gets in.
            """,
            """
            Su código es

            \(code)

            Sirve por \(minutes) minutos en la página de \(plan) donde lo pidió.

            Si usted no lo pidió, no haga nada: sin el código nadie puede entrar.
            """)
    }
}
