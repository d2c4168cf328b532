/// What every page needs around its content: the language, whose page it is, and where the assets lie.
package struct PageFrame: Sendable {
    package var language: Language
    package var planName: String
    /// Path the assets are mounted at, without a slash at the end: `/assets`.
    package var assetBase: String
    /// Where the language switch leads, one address per other language; empty hides the switch.
    package var languageLinks: [Language: String]
    /// Address of the sandbox's front page; when set, every page carries a "Sandbox" tag that leads there.
    package var sandboxHome: String?

    package init(
        language: Language, planName: String, assetBase: String, languageLinks: [Language: String] = [:], sandboxHome: String? = nil
    ) {
        self.language = language
        self.planName = planName
        self.assetBase = assetBase
        self.languageLinks = languageLinks
        self.sandboxHome = sandboxHome
    }

    /// Width and type size: members read 18 px in one column, developers 16 px on a wider page.
    enum Voice {
        case member
        case developer
    }

    func render(_ template: String, title: String, voice: Voice = .member, problems: [FormProblem] = [], view: View) -> String {
        let lines = problems.map { (anchor: $0.anchor, words: $0.words(in: language)) }
        return render(template, title: title, voice: voice, lines: lines, view: view)
    }

    /// `lines` stand in the error summary, each with the field it leads to.
    func render(_ template: String, title: String, voice: Voice, lines: [(anchor: String?, words: String)], view given: View) -> String {
        var view: View = [:]
        view["lang"] = language.rawValue
        view["title"] = (lines.isEmpty ? "" : language("Error: ", "Error: ")) + "\(title) - \(planName)"
        view["heading"] = title
        view["voice"] = voice == .member ? "member" : "developer"
        view["assets"] = assetBase
        view["styleTag"] = Asset.version(of: "style.css")
        view["scriptTag"] = Asset.version(of: "page.js")
        view["planName"] = planName
        view["skip"] = language("Skip to main content", "Ir al contenido principal")
        view["copyWord"] = language("Copy", "Copiar")
        view["copiedWord"] = language("Copied", "Copiado")
        view["sandboxHome"] = sandboxHome
        view["sandboxWord"] = language("Sandbox", "Prueba")
        view["languageWord"] = language("Language", "Idioma")
        let languages: [View] = Language.allCases.compactMap { other in
            guard other != language, let link = languageLinks[other] else { return nil }
            return ["address": link, "code": other.rawValue, "name": other.ownName]
        }
        view["languages"] = languages
        view["hasLanguages"] = !languages.isEmpty
        view["footer"] = language("This is a page of \(planName).", "Esta es una página de \(planName).")
        view["hasProblems"] = !lines.isEmpty
        view["problemsTitle"] = language("There is a problem", "Hay un problema")
        view["problems"] = lines.map { line in
            var entry: View = ["message": line.words]
            entry["anchor"] = line.anchor
            return entry
        }
        view.merge(given) { _, own in own }
        return Templates.render(template, view)
    }
}

/// What a template sees: names to strings, booleans and lists of the same.
typealias View = [String: Any]
