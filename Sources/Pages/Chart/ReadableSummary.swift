/// The whole chart as one file that a member can keep: no script, no link, nothing that is fetched.
package struct ReadableSummary: Sendable {
    package var frame: ChartFrame
    package var senders: [ChartSender]
    package var contents: [ChartContent]
    /// A FHIR instant: when the file was made.
    package var madeAt: String

    package init(frame: ChartFrame, senders: [ChartSender], contents: [ChartContent], madeAt: String) {
        (self.frame, self.senders, self.contents, self.madeAt) = (frame, senders, contents, madeAt)
    }

    package func html() -> String {
        let say = frame.say
        var view = ChartPage.view(frame, senders, contents, .open)
        view["madeWords"] = say(
            "Made by \(frame.page.planName) on \(DayWords.instant(madeAt, in: say)).",
            "Hecho por \(frame.page.planName) el \(DayWords.instant(madeAt, in: say)).")
        view["keepWords"] = say(
            "This file holds health data. Keep it where only you can open it.",
            "Este archivo contiene datos de salud. Guárdelo donde solo usted pueda abrirlo.")
        return frame.render(
            "chart-file", title: say("Health record of \(frame.member.name)", "Expediente médico de \(frame.member.name)"), back: nil, view)
    }
}
