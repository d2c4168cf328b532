/// A developer's applications, each with where it stands.
package struct ApplicationsPage: Sendable {
    package struct Row: Sendable {
        package let name: String
        package let clientID: String
        package let address: String
        /// The verification's state; nil before it began.
        package let state: String?
        package let standing: String
        package init(name: String, clientID: String, address: String, state: String?, standing: String) {
            (self.name, self.clientID, self.address, self.state, self.standing) = (name, clientID, address, state, standing)
        }
    }

    package var frame: PortalFrame
    package var rows: [Row]
    package var add: String

    package init(frame: PortalFrame, rows: [Row], add: String) { (self.frame, self.rows, self.add) = (frame, rows, add) }

    package func html() -> String {
        guard !rows.isEmpty else {
            return frame.page(
                "Your applications",
                [
                    .empty(
                        title: "No application yet",
                        text:
                            "An application is what members see when your organization asks for their record. It has a client ID and a secret."
                    ),
                    .links([.init("Create an application", add)]),
                ])
        }
        return frame.page(
            "Your applications",
            [
                .table(
                    columns: ["Name", "Client ID", "Organization"],
                    rows: rows.map { row in
                        [
                            .link(row.name, row.address), .text(row.clientID),
                            .tag(CaseWords.standing(row.standing) ?? CaseWords.verification(row.state)),
                        ]
                    }), .links([.init("Create an application", add)], quiet: true),
            ])
    }
}

/// The form for a new application and for changing one.
package struct ApplicationFormPage: Sendable {
    package var frame: PortalFrame
    package var action: String
    package var back: String
    package var isNew: Bool
    package var values: [PortalField: String]
    package var problems: [PortalProblem]
    /// What each redirect URI was found to be, in the order they were typed.
    package var checked: [CheckedURI]

    package struct CheckedURI: Sendable {
        package let text: String
        /// Nil for one that is right.
        package let problem: String?
        package init(text: String, problem: String?) { (self.text, self.problem) = (text, problem) }

        /// One by one with what is wrong with each; nothing when there is nothing to show back.
        static func table(_ checked: [CheckedURI]) -> [PageBlock] {
            if checked.isEmpty { return [] }
            return [
                .table(
                    columns: ["Redirect URI", "Result"],
                    rows: checked.map { [.text($0.text), $0.problem.map { .text($0) } ?? .tag(StateTag("Right", .good))] })
            ]
        }
    }

    package init(
        frame: PortalFrame, action: String, back: String, isNew: Bool, values: [PortalField: String] = [:], problems: [PortalProblem] = [],
        checked: [CheckedURI] = []
    ) {
        (self.frame, self.action, self.back, self.isNew) = (frame, action, back, isNew)
        (self.values, self.problems, self.checked) = (values, problems, checked)
    }

    package func html() -> String {
        var blocks = CheckedURI.table(checked)
        blocks.append(
            .form(
                PortalForm(
                    action: action,
                    fields: [
                        PortalInput(.appName, hint: "Members read it when you ask for their record", values: values, problems: problems),
                        PortalInput(
                            .description, .area(rows: 3), hint: "One or two sentences, for the reviewer", values: values, problems: problems
                        ),
                        PortalInput(.homePage, .url, hint: "Like https://www.example.com", values: values, problems: problems),
                        PortalInput(
                            .redirectURIs, .area(rows: 4),
                            hint:
                                "Where the authorization code goes. Several are separated by commas, spaces or new lines. http://localhost works in the sandbox only.",
                            values: values, problems: problems),
                    ], button: isNew ? "Create application" : "Save")))
        return frame.page(
            isNew ? "Create an application" : "Change the application", back: .init(isNew ? "Your applications" : "The application", back),
            problems: problems, blocks)
    }
}

/// Everything about one application: the next step first.
package struct ApplicationPage: Sendable {
    package struct Plan: Sendable {
        package enum State: Sendable {
            case waiting
            case synced(at: String)
            case failed(String, retriesAt: String?)
            case blocked(String)
            /// The application is suspended or revoked, so no plan knows it.
            case takenAway

            var cell: PageBlock.Cell {
                switch self {
                case .waiting: .tag(StateTag("Waiting"))
                case .synced(let at): .tag(StateTag("Synced " + DayWords.instant(at, in: .english), .good))
                case .failed(let reason, let retriesAt):
                    .text("Failed: \(reason)" + (retriesAt.map { " Tried again \(DayWords.instant($0, in: .english))." } ?? ""))
                case .blocked(let reason): .text("Blocked by the plan: \(reason)")
                case .takenAway: .tag(StateTag("Taken away", .warn))
                }
            }
        }
        package let name: String
        package let isProduction: Bool
        package let state: State
        package init(name: String, isProduction: Bool, state: State) {
            (self.name, self.isProduction, self.state) = (name, isProduction, state)
        }
    }

    package struct Secret: Sendable {
        package let mark: String
        package let createdAt: String
        package let lastUsedAt: String?
        package let retiresAt: String?
        package init(mark: String, createdAt: String, lastUsedAt: String?, retiresAt: String?) {
            (self.mark, self.createdAt, self.lastUsedAt, self.retiresAt) = (mark, createdAt, lastUsedAt, retiresAt)
        }
    }

    package var frame: PortalFrame
    package var root: String
    package var name: String
    package var clientID: String
    /// Shown once, right after it was made.
    package var newSecret: String?
    package var secrets: [Secret]
    package var description: String
    package var homePage: String
    package var redirectURIs: [String]
    package var organization: String?
    package var standing: String
    package var verification: String?
    package var sponsor: String
    /// Nil where no production step exists.
    package var production: String??
    package var plans: [Plan]
    package var timeline: [TimelineEntry]
    /// The authorize link with this client, once a plan of the sandbox knows it.
    package var authorize: String?
    /// Where it can be tried; nil outside a sandbox.
    package var tryIt: String?
    /// The address of the logo; nil for none.
    package var logo: String?
    package var mayChange: Bool
    /// Approved redirect URIs are changed with a reviewer.
    package var mayAskForRedirects: Bool
    package var mayReplaceSecret: Bool
    package var directory: String?

    package init(
        frame: PortalFrame, root: String, name: String, clientID: String, newSecret: String?, secrets: [Secret], description: String,
        homePage: String, redirectURIs: [String], organization: String?, standing: String, verification: String?, sponsor: String,
        production: String??, plans: [Plan], timeline: [TimelineEntry], authorize: String?, tryIt: String?, logo: String?, mayChange: Bool,
        mayAskForRedirects: Bool,
        mayReplaceSecret: Bool, directory: String?
    ) {
        (self.frame, self.root, self.name, self.clientID, self.newSecret) = (frame, root, name, clientID, newSecret)
        (self.secrets, self.description, self.homePage, self.redirectURIs) = (secrets, description, homePage, redirectURIs)
        (self.organization, self.standing, self.verification, self.sponsor) = (organization, standing, verification, sponsor)
        (self.production, self.plans, self.timeline, self.authorize, self.tryIt) = (production, plans, timeline, authorize, tryIt)
        (self.logo, self.mayAskForRedirects) = (logo, mayAskForRedirects)
        (self.mayChange, self.mayReplaceSecret, self.directory) = (mayChange, mayReplaceSecret, directory)
    }

    package func html() -> String {
        var blocks: [PageBlock] = []
        if let newSecret {
            blocks.append(.inset(title: "Copy the client secret now", text: "It is shown this once. Only its hash is kept here."))
            blocks.append(.pairs([.init("Client ID", .copy(clientID)), .init("Client secret", .copy(newSecret))]))
        }
        if standing != "active" {
            blocks.append(
                .inset(
                    title: standing == "suspended" ? "This application is suspended" : "This application was revoked",
                    text: standing == "suspended"
                        ? "It works at no health plan until a reviewer reinstates it. The reason is below."
                        : "It works at no health plan any more. The reason is below."))
        }
        blocks.append(.heading("The road to production"))
        blocks.append(.road(road))
        blocks.append(.heading("Credentials"))
        blocks.append(.pairs([.init("Client ID", .copy(clientID))]))
        if !secrets.isEmpty {
            blocks.append(
                .table(
                    columns: ["Secret", "Made", "Last used", "Works until"],
                    rows: secrets.map { secret in
                        [
                            .text("…" + secret.mark), .time(secret.createdAt), secret.lastUsedAt.map { .time($0) } ?? .text("Never"),
                            secret.retiresAt.map { .time($0) } ?? .text("You replace it"),
                        ]
                    }))
        }
        if mayReplaceSecret { blocks.append(.links([.init("Replace the secret", root + "/secret")], quiet: true)) }
        blocks.append(.heading("Health plans"))
        blocks.append(plans.isEmpty ? .text("Your credentials are at no health plan yet.") : planTable)
        if plans.contains(where: { if case .failed = $0.state { true } else { false } }) {
            blocks.append(.form(PortalForm(action: root + "/sync", fields: [], button: "Try the failed ones now", kind: .second)))
        }
        let mine = authorize.map { [PortalFrame.Link("Open the authorize page", $0)] } ?? []
        blocks.append(.links([.init("Open the request log", root + "/requests")] + (tryIt == nil ? [] : mine), quiet: true))
        blocks.append(.heading("Take it into your tools"))
        blocks.append(
            .pairs([
                .init(
                    "With your client ID in them", .link("Postman collection", root + "/postman.json"),
                    .link("Requests as an .http file", root + "/requests.http")),
                .init("For tools that read OpenAPI", .link("OpenAPI document", "/docs/openapi.json")),
            ]))
        blocks.append(.heading("What you told us"))
        if let logo { blocks.append(.picture(logo, words: "The logo of \(name)")) }
        blocks.append(
            .pairs([
                .init("Organization", .text(organization ?? "Not verified yet")), .init("What it does", .text(description)),
                .init("Home page", .text(homePage)), .init("Redirect URIs", redirectURIs.map { .copy($0) }),
            ]))
        if mayChange {
            blocks.append(
                .links(
                    [.init("Change these", root + "/edit"), .init(logo == nil ? "Add a logo" : "Change the logo", root + "/logo")],
                    quiet: true))
        } else if standing == "active" {
            blocks.append(.text("A reviewer judges these for production access, so they stay as they are."))
            if mayAskForRedirects {
                blocks.append(.links([.init("Ask for other redirect URIs", root + "/redirects")], quiet: true))
            }
        }
        if !timeline.isEmpty {
            blocks.append(.heading("Decisions about this application"))
            blocks.append(.timeline(timeline))
        }
        return frame.page(name, back: .init("Your applications", "/portal/applications"), tag: CaseWords.standing(standing), blocks)
    }

    private var planTable: PageBlock {
        .table(
            columns: ["Health plan", "Kind", "State"],
            rows: plans.map { [.text($0.name), .text($0.isProduction ? "Production" : "Sandbox"), $0.state.cell] })
    }

    private var road: [RoadStep] {
        let isVerified = verification == "approved"
        let sandboxPlans = plans.filter { !$0.isProduction }
        let isSynced = sandboxPlans.contains { if case .synced = $0.state { true } else { false } }
        var steps = [
            RoadStep("Create the application", StateTag("Done", .good), "It has a client ID and a secret."),
            RoadStep(
                "Verify your organization", CaseWords.verification(verification),
                CaseWords.verificationText(verification, sponsor: sponsor),
                link: .init(verification == nil ? "Begin the verification" : "Open the verification", root + "/verification")),
            build(isVerified: isVerified, isSynced: isSynced),
        ]
        if let production {
            steps.append(
                RoadStep(
                    "Ask for production access", isVerified || production != nil ? CaseWords.production(production) : StateTag("Later"),
                    isVerified || production != nil
                        ? CaseWords.productionText(production) : "Opens when your organization is verified.",
                    link: isVerified || production != nil ? .init("Open the production request", root + "/production") : nil))
            if let directory {
                steps.append(
                    RoadStep(
                        "Connect to health plans", StateTag("Open", .good), "Every plan’s addresses are in the directory.",
                        link: .init("Open the endpoint directory", directory)))
            }
        }
        return steps
    }

    private func build(isVerified: Bool, isSynced: Bool) -> RoadStep {
        let title = "Build against the Demo Health Plan"
        if standing != "active" { return RoadStep(title, StateTag("Taken away", .warn), "Your credentials work at no health plan now.") }
        if isSynced {
            return RoadStep(
                title, StateTag("Ready", .good),
                "The Demo Health Plan knows your client ID. Walk through the authorization as one of its made-up members.",
                link: tryIt.map { .init("Try it", $0) } ?? authorize.map { .init("Open the authorize page", $0) })
        }
        return isVerified
            ? RoadStep(title, StateTag("Waiting"), "Your credentials are on their way, which takes seconds. Load this page again.")
            : RoadStep(title, StateTag("Later"), "Opens when your organization is verified.")
    }
}
