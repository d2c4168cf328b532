/// The parts every form of the member's way shares: where it goes, how to go back, how to stop.
struct MemberForm {
    var action: String?
    var backURL: String?
    var cancelAction: String
    var token: FormToken
    var step: Step?

    func view(in language: Language) -> View {
        var view: View = [
            "cancelAction": cancelAction,
            "token": token.value,
            "cancelWord": language("Cancel", "Cancelar"),
            "backWord": language("Back", "Volver"),
        ]
        view["action"] = action
        view["backURL"] = backURL
        view["step"] = step?.words(in: language)
        return view
    }
}

extension View {
    /// The same view with more names; a later one wins.
    func adding(_ other: View) -> View {
        merging(other) { _, new in new }
    }
}
