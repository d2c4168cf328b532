/// Where a developer begins a walk as one of the sandbox's members, or puts one back to the beginning.
package struct TryPage: Sendable {
    package struct Member: Sendable {
        package let memberID: String
        package let name: String
        package let summary: String
        /// Live permissions that this member has given the application.
        package let permissions: Int
        package init(memberID: String, name: String, summary: String, permissions: Int) {
            (self.memberID, self.name, self.summary, self.permissions) = (memberID, name, summary, permissions)
        }
    }

    package var frame: PortalFrame
    package var root: String
    package var back: String
    package var members: [Member]
    package var redirectURIs: [String]
    package var wasReset: String?
    package var values: [PortalField: String]
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, root: String, back: String, members: [Member], redirectURIs: [String], wasReset: String? = nil,
        values: [PortalField: String] = [:], problems: [PortalProblem] = []
    ) {
        (self.frame, self.root, self.back, self.members) = (frame, root, back, members)
        (self.redirectURIs, self.wasReset, self.values, self.problems) = (redirectURIs, wasReset, values, problems)
    }

    package func html() -> String {
        let choices = members.map { (value: $0.memberID, words: "\($0.name) (\($0.memberID))") }
        var fields = [PortalInput(.member, .choice(choices), values: values, problems: problems)]
        if redirectURIs.count > 1 {
            fields.append(
                PortalInput(.redirectURI, .choice(redirectURIs.map { (value: $0, words: $0) }), values: values, problems: problems))
        }
        var blocks: [PageBlock] = []
        if let wasReset {
            blocks.append(.inset(title: "\(wasReset) is as new to this application", text: "The first-time journey can begin again."))
        }
        blocks += [
            .lead("Walk through the whole exchange as a made-up member, and see each request with its answer."),
            .text(
                "The sandbox plays the member: it fills in the details, reads the mailed code and agrees. Your app’s requests are sent with a secret that it lends the app for a minute. Your server is not called."
            ),
            .form(PortalForm(action: root, fields: fields, button: "Walk through it")), .heading("Test members"),
            .table(
                columns: ["Name", "Member ID", "Record", "Permissions of this app"],
                rows: members.map {
                    [
                        .text($0.name), .text($0.memberID), .text($0.summary),
                        $0.permissions == 0 ? .text("None") : .tag(StateTag(String($0.permissions), .good)),
                    ]
                }), .heading("Reset a test member"),
            .text(
                "Ends what this member has allowed your application, its walks under way, and the e-mail addresses proven in them. What others did stays."
            ),
            .form(
                PortalForm(
                    action: root + "/reset", fields: [PortalInput(.member, .choice(choices))], button: "Reset this test member",
                    kind: .second, prefix: "reset-", label: "Reset a test member")),
        ]
        return frame.page("Try it", back: .init("The application", back), problems: problems, blocks)
    }
}

/// One walk: what came of it, the token, a console for queries, and each request with its answer.
package struct TryRunPage: Sendable {
    package var frame: PortalFrame
    package var root: String
    package var back: String
    package var log: String
    package var member: String
    package var steps: [TriedRequest]
    package var problem: String?
    package var token: [(name: String, value: String)]
    package var endsAt: String
    package var isOver: Bool
    /// Nil where the walk brought no token.
    package var queries: [(path: String, words: String)]?
    package var query: TriedRequest?
    package var queryPath: String
    package var problems: [PortalProblem]

    package init(
        frame: PortalFrame, root: String, back: String, log: String, member: String, steps: [TriedRequest], problem: String?,
        token: [(name: String, value: String)], endsAt: String, isOver: Bool, queries: [(path: String, words: String)]?,
        query: TriedRequest?, queryPath: String, problems: [PortalProblem] = []
    ) {
        (self.frame, self.root, self.back, self.log, self.member) = (frame, root, back, log, member)
        (self.steps, self.problem, self.token, self.endsAt) = (steps, problem, token, endsAt)
        (self.isOver, self.queries, self.query) = (isOver, queries, query)
        (self.queryPath, self.problems) = (queryPath, problems)
    }

    package func html() -> String {
        var blocks: [PageBlock] = []
        if let problem {
            blocks.append(.inset(title: "The walk stopped", text: problem))
        } else if isOver {
            blocks.append(.lead("This walk has ended. Its token opens nothing any more; the last two requests below show it."))
        } else {
            blocks.append(.lead("\(member) has allowed your application to read the record. You have its token until the walk ends."))
        }
        blocks.append(.heading("The walk"))
        blocks += steps.enumerated().map { .tried($1, number: $0 + 1, isOpen: problem != nil && $0 == steps.count - 1) }
        if !token.isEmpty {
            blocks.append(.heading("The token"))
            blocks.append(.text("What introspection says of it. An inactive one says nothing more."))
            blocks.append(
                .pairs(token.map { .init(TokenWords.name($0.name), .text(TokenWords.value($0.name, $0.value))) }))
        }
        if let queries, !isOver { blocks += console(queries) }
        blocks.append(
            .links([.init("Walk once more", back), .init("Open the request log", log)], quiet: true))
        return frame.page("Try it as \(member)", back: .init("Try it", back), problems: problems, blocks)
    }

    private func console(_ queries: [(path: String, words: String)]) -> [PageBlock] {
        let isOwn = !queryPath.isEmpty && !queries.contains { $0.path == queryPath }
        var blocks: [PageBlock] = [
            .heading("Ask for records"),
            .form(
                PortalForm(
                    action: root + "/query",
                    fields: [
                        PortalInput(
                            .query, .choice(queries.map { (value: $0.path, words: $0.words) }), values: [.query: isOwn ? "" : queryPath]),
                        PortalInput(
                            .path, hint: "Like Observation?code=8867-4", values: [.path: isOwn ? queryPath : ""], problems: problems),
                    ], button: "Send the query")),
        ]
        if let query { blocks.append(.tried(query, number: nil, isOpen: true)) }
        blocks.append(.heading("End the walk"))
        blocks.append(.text("The token ends by itself at the end of its hour. Revoke it to see what happens when a permission is over."))
        blocks.append(.form(PortalForm(action: root + "/end", fields: [], button: "Revoke the token", kind: .second)))
        return blocks
    }
}

/// What the members of an introspection answer mean. RFC 7662 §2.2.
enum TokenWords {
    static func name(_ name: String) -> String {
        switch name {
        case "active": "Works now (active)"
        case "client_id": "Issued to (client_id)"
        case "scope": "Opens (scope)"
        case "patient": "Patient (patient)"
        case "exp": "Ends (exp)"
        case "iat": "Issued (iat)"
        case "iss": "Issuer (iss)"
        case "token_type": "Kind (token_type)"
        default: name
        }
    }

    static func value(_ name: String, _ value: String) -> String {
        switch name {
        case "active": value == "true" ? "Yes" : "No"
        case "exp", "iat": Int(value).map { "\(value), which is \(UnixTime.words($0))" } ?? value
        default: value
        }
    }
}

/// Seconds since 1970 for a person to read.
enum UnixTime {
    static func words(_ seconds: Int) -> String {
        let rest = seconds % 86_400
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60)) UTC"
    }
}
