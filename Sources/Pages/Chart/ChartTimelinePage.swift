/// What happened, day by day, the newest first.
package struct ChartTimelinePage: Sendable {
    /// One line of a day: an entry, or many results of one kind gathered under their number.
    package enum Line: Sendable {
        case entry(ChartEntry)
        case gathered(ChartSection, [ChartEntry])
    }

    package struct Day: Sendable {
        /// A FHIR date of day, month or year.
        package let date: String
        package let lines: [Line]

        package init(date: String, lines: [Line]) { (self.date, self.lines) = (date, lines) }
    }

    package var frame: ChartFrame
    package var days: [Day]
    /// Every year of the record with its address, newest first.
    package var years: [(year: String, address: String)]
    /// The year that is shown; nil for all.
    package var year: String?
    package var paging: ChartPaging

    package init(
        frame: ChartFrame, days: [Day], years: [(year: String, address: String)], year: String?, paging: ChartPaging
    ) {
        (self.frame, self.days, self.years, self.year, self.paging) = (frame, days, years, year, paging)
    }

    /// The days cut into pages of at least so many lines, the last aside; a day is never torn apart.
    package static func pages(of days: [Day], lines: Int) -> [[Day]] {
        var pages: [[Day]] = []
        var count = lines
        for day in days {
            if count >= lines {
                pages.append([])
                count = 0
            }
            pages[pages.count - 1].append(day)
            count += day.lines.count
        }
        return pages
    }

    package func html() -> String {
        let say = frame.say
        var byYear: [(year: String, days: [Day])] = []
        for day in days {
            let year = String(day.date.prefix(4))
            if byYear.last?.year != year { byYear.append((year, [])) }
            byYear[byYear.count - 1].days.append(day)
        }
        var view: View = [
            "years": byYear.map { year in ["yearTitle": year.year, "days": year.days.map(dayView)] as View },
            "yearLinks": years.map { ["yearAddress": $0.address, "yearName": $0.year, "yearIsShown": $0.year == year] as View },
            "yearsWord": say("Years", "Años"), "allYears": year == nil ? false : frame.addresses.timeline as Any,
            "allYearsWord": say("All years", "Todos los años"), "isEmpty": days.isEmpty,
            "emptyWord": say("Nothing with a date was sent.", "No se envió nada con fecha."),
        ]
        view.merge(paging.view(in: say)) { own, _ in own }
        return frame.render("chart-timeline", title: say("Timeline", "Línea de tiempo"), back: frame.toChart, view)
    }

    private func dayView(_ day: Day) -> View {
        let say = frame.say
        return [
            "dayWords": DayWords.partial(day.date, in: say), "dayDate": day.date,
            "dayLines": day.lines.map { line -> View in
                switch line {
                case .entry(let entry):
                    return [
                        "lineEntry": entry.view(for: frame.reader, in: say), "lineGathered": false,
                        "lineKind": entry.section.title(for: frame.reader, in: say),
                    ]
                case .gathered(let section, let entries):
                    return [
                        "lineEntry": false, "lineKind": section.title(for: frame.reader, in: say),
                        "lineGathered": [
                            "gatheredCount": say("\(grouped(entries.count)) results", "\(grouped(entries.count)) resultados"),
                            "gatheredEntries": entries.map { $0.view(for: frame.reader, in: say) },
                        ] as View,
                    ]
                }
            },
        ]
    }
}
