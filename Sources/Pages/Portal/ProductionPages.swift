/// A developer's request for production access.
package struct ProductionPage: Sendable {
    package var frame: PortalFrame
    package var root: String
    package var back: String
    package var state: String
    package var note: String
    package var evidence: [EvidenceRow]
    package var calls: [CallRow]
    package var timeline: [TimelineEntry]
    package var actions: [String]
    package var values: [PortalField: String]
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, root: String, back: String, state: String, note: String, evidence: [EvidenceRow], calls: [CallRow],
        timeline: [TimelineEntry], actions: [String], values: [PortalField: String] = [:], problems: [PortalProblem] = []
    ) {
        (self.frame, self.root, self.back, self.state, self.note) = (frame, root, back, state, note)
        (self.evidence, self.calls, self.timeline, self.actions) = (evidence, calls, timeline, actions)
        (self.values, self.problems) = (values, problems)
    }

    package func html() -> String {
        var blocks: [PageBlock] = [.lead(CaseWords.productionText(state))]
        if actions.contains("answer") {
            blocks.append(
                .form(
                    PortalForm(
                        action: root + "/answer",
                        fields: [PortalInput(.message, .area(rows: 4), label: "Your answer", values: values, problems: problems)],
                        button: "Send the answer")))
        }
        blocks.append(.heading("Pictures and recordings"))
        if evidence.isEmpty {
            blocks.append(
                .empty(
                    title: "No file yet", text: "Show your application sending a member to the Demo Health Plan, and what it got back."))
        } else {
            blocks.append(EvidenceRow.table(evidence))
        }
        // Beside what they take away, before what adds more.
        if actions.contains("removeEvidence") {
            for file in evidence {
                blocks.append(
                    .form(
                        PortalForm(
                            action: "\(root)/evidence/\(file.id)/remove", fields: [], button: "Remove \(file.title)", kind: .second,
                            label: "Remove \(file.title)")))
            }
        }
        if actions.contains("addEvidence") {
            blocks.append(
                .form(
                    PortalForm(
                        action: root + "/evidence",
                        fields: [
                            PortalInput(
                                .file, .file(accept: "image/png,image/jpeg,image/webp,application/pdf,video/mp4,video/webm"),
                                hint:
                                    "PNG, JPEG, WebP or PDF up to 10 MB; MP4 or WebM up to 200 MB. Only made-up members, never a real one.",
                                problems: problems)
                        ], button: CaseWords.choice("addEvidence"), kind: .second, takesFile: true, label: "Add a file")))
        }
        blocks.append(.heading("Calls we saw at the Demo Health Plan"))
        blocks.append(
            calls.isEmpty
                ? .text("None yet. What your application does there appears here by itself, and the reviewer sees it too.")
                : CallRow.table(calls))
        if actions.contains("submit") {
            blocks.append(.heading("Send the request"))
            blocks.append(
                .form(
                    PortalForm(
                        action: root + "/submit",
                        fields: [
                            PortalInput(.note, .area(rows: 3), hint: "In a few words (optional)", values: [.note: note], problems: problems)
                        ], button: "Send the request")))
        } else if !note.isEmpty {
            blocks.append(.inset(title: "What you said of the pictures", text: note))
        }
        if !timeline.isEmpty {
            blocks.append(.heading("What happened"))
            blocks.append(.timeline(timeline))
        }
        if actions.contains("withdraw") {
            blocks.append(
                .form(PortalForm(action: root + "/withdraw", fields: [], button: CaseWords.choice("withdraw"), kind: .second)))
        }
        return frame.page(
            "Production access", back: .init("The application", back), tag: CaseWords.production(state), problems: problems, blocks)
    }
}

/// The addresses of every production plan; closed until one of the developer's applications may use them.
package struct DirectoryPage: Sendable {
    package struct Row: Sendable {
        package let name: String
        package let authorize: String
        package let token: String
        package let fhir: String
        package init(name: String, authorize: String, token: String, fhir: String) {
            (self.name, self.authorize, self.token, self.fhir) = (name, authorize, token, fhir)
        }
    }

    package var frame: PortalFrame
    package var plans: [Row]?

    package init(frame: PortalFrame, plans: [Row]?) { (self.frame, self.plans) = (frame, plans) }

    package func html() -> String {
        guard let plans else {
            return frame.page(
                "Endpoint directory",
                [
                    .empty(
                        title: "Not open yet",
                        text: "The addresses of the health plans are here once one of your applications has production access.")
                ])
        }
        var blocks: [PageBlock] = [
            .lead("Each health plan has its own addresses. Use the client ID and secret of your application at all of them."),
            .links(
                [
                    .init("JSON", "/portal/directory.json"), .init("CSV", "/portal/directory.csv"),
                    .init("FHIR Bundle", "/portal/directory.fhir.json"),
                ],
                quiet: true),
        ]
        if plans.isEmpty { blocks.append(.empty(title: "No health plan yet", text: "The first one will appear here.")) }
        for plan in plans {
            blocks.append(.heading(plan.name))
            blocks.append(
                .pairs([
                    .init("Authorize", .copy(plan.authorize)), .init("Token", .copy(plan.token)), .init("FHIR", .copy(plan.fhir)),
                ]))
        }
        return frame.page("Endpoint directory", back: .init("Your applications", "/portal/applications"), blocks)
    }
}
