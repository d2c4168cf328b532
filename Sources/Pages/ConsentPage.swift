/// Step 4: the decision. It says who asks, what is shared, what never is, how far back, how long, and how to stop it.
package struct ConsentPage: Sendable {
    package var frame: PageFrame
    package var action: String
    package var cancelAction: String
    package var token: FormToken
    package var app: AskingApp
    package var memberName: String
    package var shared: [SharedKind]
    /// `YYYY-MM-DD`, the first day of service that is shared; nil when every date is.
    package var from: String?
    /// The plan keeps records at home that carry a label of special protection.
    package var holdsBackProtected: Bool
    package var accessDays: Int
    /// `decider` is `member` or `representative`; `relationship` is `parent`, `guardian`, `power_of_attorney` or `other`.
    package var values: [Field: String]
    package var problems: [FormProblem]
    package var step: Step

    package init(
        frame: PageFrame, action: String, cancelAction: String, token: FormToken, app: AskingApp, memberName: String, shared: [SharedKind],
        from: String?, holdsBackProtected: Bool, accessDays: Int, values: [Field: String] = [:], problems: [FormProblem] = [],
        step: Step = Step(4, of: 4)
    ) {
        self.frame = frame
        self.action = action
        self.cancelAction = cancelAction
        self.token = token
        self.app = app
        self.memberName = memberName
        self.shared = shared
        self.from = from
        self.holdsBackProtected = holdsBackProtected
        self.accessDays = accessDays
        self.values = values
        self.problems = problems
        self.step = step
    }

    package func html() -> String {
        let say = frame.language
        let form = MemberForm(action: action, cancelAction: cancelAction, token: token, step: step)
        return frame.render(
            "consent", title: say("Share the record of \(memberName)?", "¿Compartir el historial de \(memberName)?"), problems: problems,
            view: form.view(in: say).adding(app.view(in: say)).adding(terms(say)).adding(decision(say)))
    }

    private func terms(_ say: Language) -> View {
        let plan = frame.planName
        let sums = RecordGroup.sums(of: shared)
        let total = sums.reduce(0) { $0 + $1.count }
        return [
            "lead": say(
                "\(app.name) asks \(plan) for this health record.", "\(app.name) pide este historial médico a \(plan)."),
            "sharedTitle": say("What will be shared", "Lo que se compartirá"),
            "hasShared": !sums.isEmpty,
            "kinds": sums.map { ["kind": $0.group.words(in: say), "count": grouped($0.count)] as View },
            "totalWord": say("All records", "Total"),
            "total": grouped(total),
            "noShared": say(
                "\(plan) holds no health records yet. Records that come later are shared.",
                "\(plan) no tiene datos de salud todavía. Los que lleguen después se compartirán."),
            "neverTitle": say("What is never shared", "Lo que nunca se comparte"),
            "never": [
                say("Claims and bills", "Reclamaciones y facturas"),
                say("Payments and what care cost", "Pagos y costos de la atención"),
                say("Coverage details", "Detalles de la cobertura"),
            ]
                + (holdsBackProtected
                    ? [say("Records marked as specially protected", "Datos marcados como especialmente protegidos")] : []),
            "rangeTitle": say("How far back", "Desde cuándo"),
            "range": from.map {
                say(
                    "Care since \(DayWords.long($0, in: say)), and records without a date",
                    "La atención desde el \(DayWords.long($0, in: say)) y los datos sin fecha")
            } ?? say("From the first record \(plan) holds", "Desde el primer dato que tiene \(plan)"),
            "lengthTitle": say("How long", "Por cuánto tiempo"),
            "length": accessDays == 1
                ? say("\(app.name) can read the record for 1 day.", "\(app.name) puede leer el historial durante 1 día.")
                : say(
                    "\(app.name) can read the record for \(grouped(accessDays)) days.",
                    "\(app.name) puede leer el historial durante \(grouped(accessDays)) días."),
            "stopTitle": say("How to stop", "Cómo detenerlo"),
            "stop": say(
                "Call \(plan) at the number on the member ID card, at any time. What was already shared stays shared.",
                "Llame a \(plan) al número de la tarjeta de miembro, cuando quiera. Lo que ya se compartió no se puede recuperar."),
        ]
    }

    private func decision(_ say: Language) -> View {
        let relationship = values[.relationship] ?? ""
        let options = [
            ("", say("Choose one", "Elija una opción")),
            ("parent", say("Parent", "Madre o padre")),
            ("guardian", say("Legal guardian", "Tutor legal")),
            ("power_of_attorney", say("I hold a power of attorney", "Tengo un poder notarial")),
            ("other", say("Other", "Otra")),
        ]
        func message(_ field: Field) -> String? { problems.first { $0.field == field }?.words(in: say) }
        var view: View = [
            "deciderTitle": Field.decider.label(in: say),
            "memberWord": say("I am the member", "Soy el miembro"),
            "memberChosen": values[.decider] == "member",
            "representativeWord": say("I decide for the member", "Decido por el miembro"),
            "representativeChosen": values[.decider] == "representative",
            "fields": [FieldView(field: .representativeName).view(in: say, values: values, problems: problems)],
            "relationshipWord": Field.relationship.label(in: say),
            "options": options.map { ["choice": $0.0, "words": $0.1, "chosen": $0.0 == relationship] as View },
            "errorWord": say("Error:", "Error:"),
            "allowWord": say("Share my record", "Compartir mi historial"),
            "denyWord": say("Do not share", "No compartir"),
            "cancelWord": say("Leave without deciding", "Salir sin decidir"),
        ]
        view["deciderMessage"] = message(.decider)
        view["relationshipMessage"] = message(.relationship)
        return view
    }
}
