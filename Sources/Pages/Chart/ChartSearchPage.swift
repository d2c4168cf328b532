/// What was looked for, as the form shows it again.
package struct ChartSearchForm: Sendable {
    package var words = ""
    package var section: ChartSection?
    package var payer: String?
    package var year: String?
    /// What there is to choose from.
    package var sections: [ChartSection] = []
    package var payers: [String] = []
    package var years: [String] = []

    package init() {}

    func view(_ frame: ChartFrame) -> View {
        let say = frame.say
        func option(_ value: String, _ words: String, _ isChosen: Bool) -> View {
            ["optionValue": value, "optionWords": words, "optionChosen": isChosen]
        }
        return [
            "searchURL": frame.addresses.search, "searchWords": words,
            "searchLabel": say("Search this record", "Buscar en este expediente"), "searchButton": say("Search", "Buscar"),
            "kindLabel": say("Kind", "Tipo"), "payerLabel": say("From", "De"), "yearLabel": say("Year", "Año"),
            "kindOptions": [option("", say("All", "Todos"), section == nil)]
                + sections.map { option($0.rawValue, $0.title(for: frame.reader, in: say), $0 == section) },
            "hasPayers": payers.count > 1,
            // A value of its own tells "all" from the plan's own record, whose name is empty.
            "payerOptions": [option("", say("All", "Todos"), payer == nil)]
                + payers.map { option("from:\($0)", ChartWords.origin($0, for: frame.reader, say), $0 == payer) },
            "yearOptions": [option("", say("All", "Todos"), year == nil)] + years.map { option($0, $0, $0 == year) },
        ]
    }
}

/// The entries that a search found.
package struct ChartSearchPage: Sendable {
    package var frame: ChartFrame
    package var form: ChartSearchForm
    /// Nil before anything was asked.
    package var total: Int?
    package var entries: [ChartEntry]
    package var paging: ChartPaging

    package init(frame: ChartFrame, form: ChartSearchForm, total: Int?, entries: [ChartEntry], paging: ChartPaging) {
        (self.frame, self.form, self.total, self.entries, self.paging) = (frame, form, total, entries, paging)
    }

    package func html() -> String {
        let say = frame.say
        var view = form.view(frame)
        view["found"] = false
        if let total {
            view["found"] =
                switch total {
                case 0:
                    say(
                        "Nothing was found. Try fewer words, or another year.", "No se encontró nada. Pruebe con menos palabras u otro año."
                    )
                case 1: say("1 entry", "1 resultado")
                default: say("\(grouped(total)) entries", "\(grouped(total)) resultados")
                }
        }
        view["hasEntries"] = !entries.isEmpty
        view["entries"] = entries.map { entry in
            entry.view(for: frame.reader, in: say).adding(["eKind": entry.section.title(for: frame.reader, in: say)])
        }
        view.merge(paging.view(in: say)) { own, _ in own }
        return frame.render("chart-search", title: say("Search", "Buscar"), back: frame.toChart, view)
    }
}
