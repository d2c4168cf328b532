/// The chart: problems, medicines and allergies at a glance, then everything else by section.
package struct ChartPage: Sendable {
    package enum Mode: Sendable {
        case screen
        /// Everything on one page, for paper.
        case print
    }

    package var frame: ChartFrame
    package var mode: Mode
    package var senders: [ChartSender]
    package var contents: [ChartContent]

    package init(frame: ChartFrame, mode: Mode, senders: [ChartSender], contents: [ChartContent]) {
        (self.frame, self.mode, self.senders, self.contents) = (frame, mode, senders, contents)
    }

    package func html() -> String {
        let say = frame.say
        let title =
            switch frame.reader {
            case .careManager: frame.member.name
            case .member: say("My record", "Mi expediente")
            }
        var view = Self.view(frame, senders, contents, .folded)
        view.merge(ChartSearchForm().view(frame)) { own, _ in own }
        view["isScreen"] = mode == .screen
        view["isPrint"] = mode == .print
        view["printHint"] = say("Use your browser’s print command.", "Use la orden de imprimir de su navegador.")
        view["timelineURL"] = frame.addresses.timeline
        view["timelineWord"] = say("Timeline", "Línea de tiempo")
        view["printURL"] = frame.addresses.print
        view["printWord"] = say("Print", "Imprimir")
        view["fileURL"] = frame.addresses.file ?? false as Any
        view["fileWord"] = say("Save as a file", "Guardar como archivo")
        view["toolsWord"] = say("Ways through the record", "Formas de ver el expediente")
        return frame.render("chart", title: title, back: mode == .screen ? frame.back : frame.toChart, view)
    }

    /// What the page and the file share.
    static func view(_ frame: ChartFrame, _ senders: [ChartSender], _ contents: [ChartContent], _ history: ChartResults.History) -> View {
        let say = frame.say
        let shown = contents.filter { $0.records > 0 || $0.section.isAlwaysShown }
        let first = shown.filter(\.section.isAlwaysShown)
        let rest = shown.filter { !$0.section.isAlwaysShown }
        return [
            "firstSections": first.map { $0.view(frame, history) }, "sections": rest.map { $0.view(frame, history) },
            "jumpWord": say("Sections", "Secciones"),
            "jumps": shown.map {
                [
                    "jumpID": $0.section.rawValue, "jumpTitle": $0.section.title(for: frame.reader, in: say),
                    "jumpCount": grouped($0.records),
                ] as View
            },
            "senders": senders.map { $0.view(frame) }, "hasSenders": !senders.isEmpty,
        ]
    }
}

/// A payer that sent part of the record: how much, and when the last of it came.
package struct ChartSender: Sendable {
    package let payer: String
    package let records: Int
    package let lastReceived: String

    package init(payer: String, records: Int, lastReceived: String) {
        (self.payer, self.records, self.lastReceived) = (payer, records, lastReceived)
    }

    func view(_ frame: ChartFrame) -> View {
        let say = frame.say
        return [
            "senderName": ChartWords.origin(payer, for: frame.reader, say),
            "senderCount": records == 1 ? say("1 record", "1 dato") : say("\(grouped(records)) records", "\(grouped(records)) datos"),
            "senderTime": lastReceived, "senderTimeWords": DayWords.long(String(lastReceived.prefix(10)), in: say),
            "receivedWord": say("received", "recibidos el"),
        ]
    }
}

/// A whole section on pages of its own.
package struct ChartSectionPage: Sendable {
    package var frame: ChartFrame
    package var content: ChartContent
    package var paging: ChartPaging

    package init(frame: ChartFrame, content: ChartContent, paging: ChartPaging) {
        (self.frame, self.content, self.paging) = (frame, content, paging)
    }

    package func html() -> String {
        var view = content.view(frame)
        // The heading of the page is the section's; "See all" leads here.
        view["sMore"] = false
        view.merge(paging.view(in: frame.say)) { own, _ in own }
        let title = content.section.title(for: frame.reader, in: frame.say)
        return frame.render("chart-whole", title: title, back: frame.toChart, view)
    }
}
