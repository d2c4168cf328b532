/// A few numbers over time as a small drawing, made here so that no script has to.
///
/// The drawing says what the table beside it says; its description says it to those who cannot see it.
package struct ChartPlot: Sendable {
    package struct Point: Sendable {
        /// A FHIR date, and its first moment in milliseconds since 1970.
        package let date: String
        package let at: Int64
        /// As it was sent.
        package let text: String
        package let number: Double

        package init(date: String, at: Int64, text: String, number: Double) {
            (self.date, self.at, self.text, self.number) = (date, at, text, number)
        }
    }

    package struct Line: Sendable {
        package let name: String
        /// Oldest first.
        package let points: [Point]
        /// The ends of what is usual, as far as they were stated.
        package let low: Double?
        package let high: Double?

        package init(name: String, points: [Point], low: Double?, high: Double?) {
            (self.name, self.points, self.low, self.high) = (name, points, low, high)
        }
    }

    package let title: String
    package let unit: String
    package let lines: [Line]
    package let range: String?

    package init(title: String, unit: String, lines: [Line], range: String?) {
        (self.title, self.unit, self.lines, self.range) = (title, unit, lines, range)
    }

    enum Size {
        case small, large

        var width: Double { self == .small ? 200 : 440 }
        var height: Double { self == .small ? 56 : 220 }
        var left: Double { self == .small ? 4 : 52 }
        var right: Double { self == .small ? 6 : 10 }
        var top: Double { self == .small ? 6 : 12 }
        var bottom: Double { self == .small ? 6 : 30 }
    }

    /// The drawing for a page; `name` makes its ids unique. Nil when there is nothing to draw, or numbers that no paper holds.
    func view(_ size: Size, name: String, in say: Language) -> View? {
        let all = lines.flatMap(\.points)
        guard all.count >= 2, let first = all.map(\.at).min(), let last = all.map(\.at).max() else { return nil }
        // The range is drawn with the line it belongs to; two bands over each other would say nothing.
        let low = lines.count == 1 ? lines[0].low : nil
        let high = lines.count == 1 ? lines[0].high : nil
        let numbers = all.map(\.number)
        guard let least = numbers.min(), let most = numbers.max(), abs(least) < 1e9, abs(most) < 1e9 else { return nil }
        var bottom = least
        var top = most
        // A range far from every value would flatten the line.
        let reach = max(most - least, abs(most) * 0.1, 0.000_001) * 3
        if let low, low > least - reach, low < most + reach { (bottom, top) = (min(bottom, low), max(top, low)) }
        if let high, high < most + reach, high > least - reach { (bottom, top) = (min(bottom, high), max(top, high)) }
        let margin = max(top - bottom, abs(top) * 0.02, 0.000_001) * 0.08
        (bottom, top) = (bottom - margin, top + margin)
        let paper = Paper(size: size, bottom: bottom, top: top, first: first, last: last)

        var view: View = [
            "plotID": name, "plotTitle": title, "plotText": description(in: say), "plotWidth": paper.number(size.width),
            "plotHeight": paper.number(size.height), "plotClass": size == .small ? "plot" : "plot large",
            "plotLines": lines.enumerated().map { index, line in
                [
                    "linePoints": line.points.map { "\(paper.x($0.at)),\(paper.y($0.number))" }.joined(separator: " "),
                    "lineClass": index == 0 ? "trend" : "trend other",
                    "dots": (size == .large && line.points.count <= 60 ? line.points : line.points.suffix(1)).map { point in
                        ["dotX": paper.x(point.at), "dotY": paper.y(point.number)] as View
                    },
                ] as View
            },
            "plotBand": false, "plotTicks": [View](), "plotDays": [View](),
        ]
        if low != nil || high != nil {
            let upper = min(max(high ?? top, bottom), top)
            let lower = min(max(low ?? bottom, bottom), top)
            if upper > lower {
                view["plotBand"] =
                    [
                        "bandX": paper.number(size.left), "bandWidth": paper.number(size.width - size.left - size.right),
                        "bandY": paper.y(upper), "bandHeight": paper.number(paper.height(upper - lower)),
                    ] as View
            }
        }
        if size == .large {
            view["plotTicks"] = paper.ticks.map { tick in
                [
                    "tickY": paper.y(tick.value), "tickText": tick.words, "tickX": paper.number(size.left - 8),
                    "tickFrom": paper.number(size.left), "tickTo": paper.number(size.width - size.right),
                ] as View
            }
            let days = all.sorted { $0.at < $1.at }
            view["plotDays"] =
                [
                    [
                        "dayText": DayWords.short(days[0].date), "dayX": paper.number(size.left), "dayY": paper.number(size.height - 8),
                        "dayAnchor": "start",
                    ],
                    [
                        "dayText": DayWords.short(days[days.count - 1].date), "dayX": paper.number(size.width - size.right),
                        "dayY": paper.number(size.height - 8), "dayAnchor": "end",
                    ],
                ] as [View]
        }
        return view
    }

    /// `12 results from March 2014 to May 23, 2019. Lowest 88, highest 140, latest 98 mg/dL. Usual: 70 – 99 mg/dL.`
    func description(in say: Language) -> String {
        lines.map { line -> String in
            guard let first = line.points.first, let last = line.points.last,
                let least = line.points.min(by: { $0.number < $1.number }), let most = line.points.max(by: { $0.number < $1.number })
            else { return "" }
            let name = line.name.isEmpty ? "" : line.name + ": "
            let (from, to) = (DayWords.partial(first.date, in: say), DayWords.partial(last.date, in: say))
            return name
                + say(
                    "\(line.points.count) results from \(from) to \(to). Lowest \(least.text), highest \(most.text), latest \(last.text) \(unit).",
                    "\(line.points.count) resultados del \(from) al \(to). Mínimo \(least.text), máximo \(most.text), último \(last.text) \(unit)."
                )
        }.joined(separator: " ") + (range.map { say(" Usual: \($0).", " Lo habitual: \($0).") } ?? "")
    }
}

/// Where a time and a number lie on the paper.
private struct Paper {
    let size: ChartPlot.Size
    let bottom: Double
    let top: Double
    let first: Int64
    let last: Int64

    func x(_ at: Int64) -> String {
        let width = size.width - size.left - size.right
        let share = last > first ? Double(at - first) / Double(last - first) : 0.5
        return number(size.left + width * share)
    }

    func y(_ value: Double) -> String { number(size.top + height(top - value)) }

    func height(_ span: Double) -> Double { span / (top - bottom) * (size.height - size.top - size.bottom) }

    /// One decimal, which is finer than a screen.
    func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// Three to six round numbers between the ends.
    var ticks: [(value: Double, words: String)] {
        let span = top - bottom
        var step = 1.0
        var decimals = 0
        while step > span { (step, decimals) = (step / 10, decimals + 1) }
        while step * 10 <= span { step *= 10 }
        for part in [0.1, 0.2, 0.5, 1, 2] where span / (step * part) <= 5 {
            if part < 1, step <= 1 { decimals += 1 }
            step *= part
            break
        }
        var ticks: [(value: Double, words: String)] = []
        var at = (bottom / step).rounded(.up)
        while at * step <= top, ticks.count < 8 {
            ticks.append((at * step, words(at * step, decimals)))
            at += 1
        }
        return ticks
    }

    private func words(_ value: Double, _ decimals: Int) -> String {
        let decimals = min(decimals, 8)
        var scale = 1
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int((value * Double(scale)).rounded())
        guard decimals > 0 else { return String(whole) }
        let rest = String(abs(whole) % scale)
        return "\(whole < 0 ? "-" : "")\(abs(whole) / scale).\(String(repeating: "0", count: decimals - rest.count))\(rest)"
    }
}
