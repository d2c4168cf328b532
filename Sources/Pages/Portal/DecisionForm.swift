/// With what the plan's side decides about a case: a choice, and the words that the developer reads.
struct DecisionForm {
    let action: String
    /// The choices as the domain names them; none when there is nothing to decide.
    let actions: [String]
    /// Of the case as it was shown: a decision about an older one is not taken.
    let revision: Int
    let values: [PortalField: String]
    let problems: [PortalProblem]
    var label = "Reason"
    var hint = "The developer reads it. It may be empty only for an approval."
    var button = "Decide"

    var blocks: [PageBlock] {
        [
            .heading("Decide"),
            .form(
                PortalForm(
                    action: action,
                    fields: [
                        PortalInput(
                            .decision, .choice([("", "Choose…")] + actions.map { ($0, CaseWords.choice($0)) }), values: values,
                            problems: problems),
                        PortalInput(.message, .area(rows: 4), label: label, hint: hint, values: values, problems: problems),
                    ], button: button, hidden: [("revision", String(revision))])),
        ]
    }
}
