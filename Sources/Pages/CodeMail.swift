/// The mail with the 6-digit code: plain text, the code alone on its line, no health data and not the member's name.
package struct CodeMail: Sendable {
    package var language: Language
    package var planName: String
    package var appName: String
    package var code: String
    package var minutes: Int
    /// `YYYY-MM-DDTHH:MM:SSZ`, when the code was asked for.
    package var askedAt: String?
    /// The address stands on the plan's roster; nobody typed it.
    package var isRosterAddress: Bool

    package init(
        language: Language, planName: String, appName: String, code: String, minutes: Int, askedAt: String? = nil,
        isRosterAddress: Bool = false
    ) {
        self.language = language
        self.planName = planName
        self.appName = appName
        self.code = code
        self.minutes = minutes
        self.askedAt = askedAt
        self.isRosterAddress = isRosterAddress
    }

    /// One line; a line break in a name cannot start another header (RFC 5322 §2.2).
    package var subject: String {
        PageText.oneLine(language("Your code for \(planName)", "Su código para \(planName)"))
    }

    /// Lines end with `\n`.
    package var text: String {
        let plan = PageText.oneLine(planName)
        let app = PageText.oneLine(appName)
        let when = askedAt.map { DayWords.instant($0, in: language) }
        let asked = when.map { language("It was asked for on \($0).", "Se pidió el \($0).") + "\n" } ?? ""
        let reason =
            isRosterAddress
            ? language(
                "This is the e-mail address the health plan has for you.",
                "Este es el correo electrónico que el plan de salud tiene de usted.")
            : language(
                "Someone typed this e-mail address to confirm it.", "Alguien escribió este correo electrónico para confirmarlo.")
        return language(
            """
            Your code for \(plan) is:

            \(code)

            Type it on the page that asks for it. It works for \(minutes) minutes.

            Why you got this mail
            \(app) asked to receive a health record from \(plan).
            \(reason)
            \(asked)
            If it was not you
            Do nothing. Without the code, nothing is shared.
            Never give this code to anyone, not even to us on the phone.

            \(plan)

            """,
            """
            Su código para \(plan) es:

            \(code)

            Escríbalo en la página que lo pide. Sirve durante \(minutes) minutos.

            Por qué recibió este mensaje
            \(app) pidió recibir un historial médico de \(plan).
            \(reason)
            \(asked)
            Si no fue usted
            No haga nada. Sin el código, no se comparte nada.
            No dé este código a nadie, ni siquiera a nosotros por teléfono.

            \(plan)

            """)
    }
}
