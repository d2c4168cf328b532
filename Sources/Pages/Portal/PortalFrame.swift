/// What surrounds every page of the portal and of the reviewers' console.
package struct PortalFrame: Sendable {
    /// The name in the head line.
    package var siteName: String
    package var assetBase: String
    package var sandboxHome: String?
    /// Empty for someone who is not signed in.
    package var menu: [Link]
    /// Where "Sign out" goes; nil for someone who is not signed in.
    package var signOut: String?
    package var token: FormToken

    package struct Link: Sendable {
        package let words: String
        package let address: String
        package init(_ words: String, _ address: String) { (self.words, self.address) = (words, address) }
    }

    package init(siteName: String, assetBase: String, sandboxHome: String?, menu: [Link], signOut: String?, token: FormToken) {
        (self.siteName, self.assetBase, self.sandboxHome) = (siteName, assetBase, sandboxHome)
        (self.menu, self.signOut, self.token) = (menu, signOut, token)
    }

    package static let portalName = "PayerBridge developer portal"
    package static let reviewName = "PayerBridge review"

    /// A page made of blocks below one heading. `back` leads one level up.
    func page(
        _ title: String, back: Link? = nil, tag: StateTag? = nil, problems: [PortalProblem] = [], formPrefix: String = "",
        _ blocks: [PageBlock]
    ) -> String {
        var view: View = ["blocks": blocks.map { $0.view(token: token) }]
        view["backURL"] = back?.address
        view["backWord"] = back?.words
        view["tagWord"] = tag?.word
        view["tagTone"] = tag?.tone.rawValue ?? ""
        view["menuWord"] = "Portal"
        view["menu"] = menu.map { ["address": $0.address, "menuName": $0.words] as View }
        view["hasMenu"] = !menu.isEmpty
        view["signOut"] = signOut
        view["menuToken"] = token.value
        view["signOutWord"] = "Sign out"
        view["footer"] = "PayerBridge carries a member’s record from one health plan to the next, when the member says so."
        let frame = PageFrame(language: .english, planName: siteName, assetBase: assetBase, sandboxHome: sandboxHome)
        let lines = problems.map { problem in
            (anchor: problem.field.map { "#" + formPrefix + $0.rawValue }, words: problem.words)
        }
        return frame.render("portal", title: title, voice: .developer, lines: lines, view: view)
    }
}

/// A state in a word, with a colour that is never the only sign.
package struct StateTag: Sendable, Equatable {
    package enum Tone: String, Sendable { case plain, good, warn }
    package let word: String
    package let tone: Tone
    package init(_ word: String, _ tone: Tone = .plain) { (self.word, self.tone) = (word, tone) }
}
