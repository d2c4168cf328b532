/// All results of one test, or all orders of one medicine: the latest, how many there are, and how they went.
package struct ChartResults: Sendable {
    package let latest: ChartEntry
    package let count: Int
    package let plot: ChartPlot?
    /// Newest first; the whole of it or its beginning.
    package let rows: [ChartEntry]

    package init(latest: ChartEntry, count: Int, plot: ChartPlot?, rows: [ChartEntry]) {
        (self.latest, self.count, self.plot, self.rows) = (latest, count, plot, rows)
    }

    /// How much of the history a page shows beside the latest.
    package enum History: Sendable {
        /// The newest in a fold, by date and value.
        case folded
        /// All of it, with each one's source.
        case open
    }

    /// `name` makes the ids of the drawing unique on its page.
    func view(name: String, _ history: History, for reader: ChartReader, in say: Language) -> View {
        var view = latest.view(for: reader, in: say)
        view["rPlot"] = plot?.view(.small, name: name, in: say) ?? false as Any
        view["rRange"] = latest.range.map { say("Usual: \($0)", "Lo habitual: \($0)") } ?? false as Any
        view["rTable"] = count > 1 && !rows.isEmpty ? table(history, for: reader, in: say) : false as Any
        view["rTimes"] = count > 1 && rows.isEmpty ? say("\(grouped(count)) times", "\(grouped(count)) veces") : false as Any
        return view
    }

    func table(_ history: History, for reader: ChartReader, in say: Language) -> View {
        let isOpen =
            switch history {
            case .folded: false
            case .open: true
            }
        return [
            "tableOpen": isOpen, "tableHasFrom": isOpen,
            "tableTitle": say("\(grouped(count)) results", "\(grouped(count)) resultados"),
            "tableName": latest.name(in: say),
            "dateWord": say("Date", "Fecha"), "valueWord": say("Result", "Resultado"), "originWord": say("From", "De"),
            "tableRows": rows.map { row in
                let view = row.view(for: reader, in: say)
                return view.adding([
                    "eHasLines": row.valueWords(in: say) == nil, "rowAddress": isOpen ? row.address ?? false as Any : false,
                ])
            },
            "tableMore": rows.count < count ? latest.address ?? false as Any : false,
            "tableMoreWord": say("All \(grouped(count)) results", "Los \(grouped(count)) resultados"),
        ]
    }
}
