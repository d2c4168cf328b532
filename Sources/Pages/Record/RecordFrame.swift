/// What surrounds every page on which a member brings and sees their record.
package struct RecordFrame: Sendable {
    package var language: Language
    package var planName: String
    package var assetBase: String
    package var sandboxHome: String?
    /// Where the language switch leads.
    package var languageLinks: [Language: String]
    /// Where these pages begin, such as `http://localhost:8080/new/record`.
    package var root: String
    package var isSignedIn: Bool
    package var token: FormToken

    package init(
        language: Language, planName: String, assetBase: String, sandboxHome: String?, languageLinks: [Language: String], root: String,
        isSignedIn: Bool, token: FormToken
    ) {
        (self.language, self.planName, self.assetBase, self.sandboxHome) = (language, planName, assetBase, sandboxHome)
        (self.languageLinks, self.root, self.isSignedIn, self.token) = (languageLinks, root, isSignedIn, token)
    }

    /// `refreshes`: the page brings itself up to date while something goes on.
    func page(
        _ title: String, back: String? = nil, tag: StateTag? = nil, problems: [PortalProblem] = [], refreshes: Bool = false,
        _ blocks: [PageBlock]
    ) -> String {
        var view: View = ["blocks": blocks.map { $0.view(token: token, in: language) }, "refresh": refreshes]
        view["backURL"] = back
        view["backWord"] = language("Back", "Volver")
        view["tagWord"] = tag?.word
        view["tagTone"] = tag?.tone.rawValue ?? ""
        view["menuWord"] = language("My record", "Mi expediente")
        view["hasMenu"] = isSignedIn
        view["menu"] = isSignedIn ? [["address": root, "menuName": language("My record", "Mi expediente")] as View] : []
        view["signOut"] = isSignedIn ? root + "/sign-out" : nil
        view["menuToken"] = token.value
        view["signOutWord"] = language("Sign out", "Salir")
        let frame = PageFrame(
            language: language, planName: planName, assetBase: assetBase, languageLinks: languageLinks, sandboxHome: sandboxHome)
        let lines = problems.map { (anchor: $0.field.map { "#" + $0.rawValue }, words: $0.words) }
        return frame.render("portal", title: title, voice: .member, lines: lines, view: view)
    }
}
