/// The app of the new health plan that asks for the record; all of it is written by others and shown as text only.
package struct AskingApp: Sendable {
    package var name: String
    package var organization: String?
    /// `YYYY-MM-DD`, the day the organisation was verified; nil shows "not verified yet".
    package var verifiedSince: String?
    /// The address of its logo on the plan's own host; nil for none.
    package var logo: String?

    package init(name: String, organization: String?, verifiedSince: String?, logo: String? = nil) {
        self.name = name
        self.organization = organization
        self.verifiedSince = verifiedSince
        self.logo = logo
    }

    /// The lines of the box "Who is asking", for the partial `asking`.
    func view(in language: Language) -> View {
        var view: View = [
            "askingTitle": language("Who is asking", "Quién lo pide"),
            "askingName": name,
            "isVerified": verifiedSince != nil, "askingLogo": false,
        ]
        if let logo { view["askingLogo"] = logo }
        view["askingOrganization"] = organization == name ? nil : organization
        if let verifiedSince {
            let day = DayWords.long(verifiedSince, in: language)
            view["askingState"] = language("Verified since \(day)", "Organización verificada desde el \(day)")
        } else {
            view["askingState"] = language("Not verified yet", "Todavía no verificada")
        }
        return view
    }
}
