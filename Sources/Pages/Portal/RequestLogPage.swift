/// What an application asked the plans of the sandbox in the last days, with the exact errors.
package struct RequestLogPage: Sendable {
    package struct Row: Sendable {
        package let at: String
        package let method: String
        package let route: String
        package let status: Int
        package let microseconds: Int
        package let id: String
        package let error: String?
        package let explanation: String?
        package let isTried: Bool

        package init(
            at: String, method: String, route: String, status: Int, microseconds: Int, id: String, error: String?, explanation: String?,
            isTried: Bool
        ) {
            (self.at, self.method, self.route, self.status) = (at, method, route, status)
            (self.microseconds, self.id, self.error) = (microseconds, id, error)
            (self.explanation, self.isTried) = (explanation, isTried)
        }
    }

    package var frame: PortalFrame
    package var root: String
    package var back: String
    package var rows: [Row]
    /// How many were too many to be noted.
    package var dropped: Int
    /// The address of the next page; nil on the last.
    package var older: String?
    /// Only a part is shown.
    package var isFiltered: Bool
    package var values: [PortalField: String]
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, root: String, back: String, rows: [Row], dropped: Int, older: String?, isFiltered: Bool,
        values: [PortalField: String], problems: [PortalProblem] = []
    ) {
        (self.frame, self.root, self.back, self.rows, self.dropped) = (frame, root, back, rows, dropped)
        (self.older, self.isFiltered, self.values, self.problems) = (older, isFiltered, values, problems)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [
            .lead("What this application asked the Demo Health Plan in the last 7 days, and what went wrong."),
            .text("Each answer carries its request ID in the header X-Request-Id. No record, token or query is kept here."), .form(filter),
        ]
        if dropped > 0 {
            blocks.append(
                .inset(title: "Not all of them are here", text: "\(dropped) requests came too fast to be noted. They were answered."))
        }
        if rows.isEmpty {
            blocks.append(
                .empty(
                    title: isFiltered ? "No request is like that" : "No request yet",
                    text: isFiltered ? "Leave a field empty, or choose another time." : "Send one, then load this page again."))
        } else {
            blocks.append(
                .table(columns: ["Time", "Request", "Answer", "Request ID"], rows: rows.map(\.cells)))
        }
        if let older { blocks.append(.links([.init("Older requests", older)], quiet: true)) }
        return frame.page("Request log", back: .init("The application", back), problems: problems, blocks)
    }

    private var filter: PortalForm {
        let kinds = [
            ("", "All"), ("authorize", "Authorize"), ("token", "Token"), ("revoke", "Revoke"), ("introspect", "Introspect"),
            ("fhir", "FHIR"),
        ]
        let classes = [("", "All"), ("2", "2xx: done"), ("3", "3xx: sent on"), ("4", "4xx: refused"), ("5", "5xx: our fault")]
        var form = PortalForm(
            action: root,
            fields: [
                PortalInput(.kind, .choice(kinds.map { (value: $0.0, words: $0.1) }), values: values),
                PortalInput(.status, .choice(classes.map { (value: $0.0, words: $0.1) }), values: values),
                PortalInput(.from, values: values, problems: problems), PortalInput(.to, values: values, problems: problems),
                PortalInput(.requestID, values: values),
            ], button: "Show", kind: .second, label: "Choose requests")
        form.shape = .filter
        return form
    }
}

extension RequestLogPage.Row {
    fileprivate var cells: [PageBlock.Cell] {
        let tone: StateTag.Tone = status < 400 ? .good : .warn
        var answer: [PageBlock.Cell] = [.tag(StateTag(String(status), tone)), .text(Self.duration(microseconds))]
        if let error { answer.append(.text(error + (explanation.map { ": " + $0 } ?? ""))) }
        return [
            .time(at), isTried ? .lines([.text("\(method) \(route)"), .tag(StateTag("Try it"))]) : .text("\(method) \(route)"),
            .lines(answer), .code(id),
        ]
    }

    private static func duration(_ microseconds: Int) -> String {
        microseconds < 1000 ? "under 1 ms" : "\((microseconds + 500) / 1000) ms"
    }
}
