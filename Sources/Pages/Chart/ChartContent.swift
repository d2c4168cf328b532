/// One section's entries, or its beginning.
package struct ChartContent: Sendable {
    package enum Body: Sendable {
        case entries([ChartEntry])
        /// Gathered by what they are about.
        case results([ChartResults])

        var count: Int {
            switch self {
            case .entries(let entries): entries.count
            case .results(let results): results.count
            }
        }
    }

    package let section: ChartSection
    /// Of all records of the section, shown or not.
    package let records: Int
    /// Of all entries the section would have on pages of its own.
    package let total: Int
    package let body: Body
    /// The section's own page; nil where pages cannot lead on.
    package let address: String?

    package init(section: ChartSection, records: Int, total: Int, body: Body, address: String?) {
        (self.section, self.records, self.total, self.body, self.address) = (section, records, total, body, address)
    }

    func view(_ frame: ChartFrame, _ history: ChartResults.History = .folded) -> View {
        let say = frame.say
        var view: View = [
            "sTitle": section.title(for: frame.reader, in: say), "sID": section.rawValue, "sCount": grouped(records), "sEmpty": false,
            "sEntries": [View](), "sResults": [View](), "sHasEntries": false, "sHasResults": false, "sMore": false, "sMoreWord": "",
        ]
        switch body {
        case .entries(let entries):
            view["sEntries"] = entries.map { $0.view(for: frame.reader, in: say) }
            view["sHasEntries"] = !entries.isEmpty
        case .results(let results):
            view["sResults"] = results.enumerated().map { index, results in
                results.view(name: "\(section.rawValue)-\(index)", history, for: frame.reader, in: say)
            }
            view["sHasResults"] = !results.isEmpty
        }
        if body.count == 0 { view["sEmpty"] = section.empty(in: say) }
        if let address, total > body.count {
            view["sMore"] = address
            view["sMoreWord"] = say("See all \(grouped(total))", "Ver los \(grouped(total))")
            view["sMoreAbout"] = section.title(for: frame.reader, in: say)
        }
        return view
    }
}

/// Where in a long list a page stands; pages are counted from 1.
package struct ChartPaging: Sendable {
    package let page: Int
    package let pages: Int
    /// The address of each page but for its number at the end, such as `/record/visit?page=`.
    package let address: String

    package init(page: Int, pages: Int, address: String) { (self.page, self.pages, self.address) = (page, pages, address) }

    func view(in say: Language) -> View {
        [
            "hasPages": pages > 1, "pagesWord": say("Pages", "Páginas"),
            "pageWords": say("Page \(page) of \(pages)", "Página \(page) de \(pages)"),
            "newer": page > 1 ? address + String(page - 1) : false as Any, "newerWord": say("Newer", "Más recientes"),
            "older": page < pages ? address + String(page + 1) : false as Any, "olderWord": say("Older", "Anteriores"),
        ]
    }
}
