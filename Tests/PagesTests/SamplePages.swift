import Pages

/// Every page in every state worth looking at; `text` may replace each value that comes from outside.
struct SamplePages {
    var language: Language
    var text: (String) -> String = { $0 }

    var frame: PageFrame {
        PageFrame(
            language: language, planName: text("Demo Health Plan"), assetBase: "/assets",
            languageLinks: [.english: "?lang=en", .spanish: "?lang=es"])
    }
    var sandboxFrame: PageFrame {
        var frame = frame
        frame.sandboxHome = "/"
        return frame
    }
    var token: FormToken { FormToken(text("token-1")) }
    var app: AskingApp { AskingApp(name: text("Acme Connect"), organization: text("Acme") + " Health", verifiedSince: "2026-03-09") }

    var all: [(name: String, html: String)] { way + forms + others + sandbox }

    var way: [(name: String, html: String)] {
        [
            ("start", start(app: app, isSandbox: true, frame: sandboxFrame)),
            (
                "start-unverified",
                start(app: AskingApp(name: text("Acme Connect"), organization: nil, verifiedSince: nil), isSandbox: false, frame: frame)
            ),
            ("account", account()),
            ("sign-in", signIn()),
            ("email", email()),
            ("email-roster", email(roster: text("j•••@example.com"))),
            ("code", code()),
            ("code-sandbox", code(mail: "/sandbox/mail")),
            ("consent", consent(values: [.decider: "member"])),
            ("consent-empty", consent(shared: [], from: "2016-01-01")),
        ]
    }

    var forms: [(name: String, html: String)] {
        let typed: [Field: String] = [
            .firstName: text("Mayte822"), .lastName: "", .birthDate: text("31/31/2011"), .memberID: text("01-testmemid"),
            .postalCode: text("021"), .email: text("not-an-address"),
        ]
        return [
            (
                "account-problems",
                account(
                    values: typed,
                    problems: [.missing(field: .lastName), .invalidDate(field: .birthDate), .tooLong(field: .memberID), .invalidPostalCode])
            ),
            ("account-no-match", account(values: typed, problems: [.noMatch])),
            ("account-too-many", account(values: typed, problems: [.tooManyAttempts])),
            ("sign-in-problem", signIn(values: typed, problems: [.invalidEmail])),
            ("email-problem", email(values: typed, problems: [.invalidEmail])),
            ("code-wrong", code(problems: [.wrongCode(triesLeft: 2)])),
            ("code-expired", code(problems: [.codeExpired])),
            ("code-too-soon", code(problems: [.resendTooSoon])),
            ("consent-undecided", consent(problems: [.chooseDecider])),
            (
                "consent-representative",
                consent(
                    values: [.decider: "representative", .representativeName: text("Ana Venegas"), .relationship: "parent"],
                    problems: [.missingRepresentativeName, .missingRepresentativeRelationship])
            ),
        ]
    }

    var others: [(name: String, html: String)] {
        let detail = text("redirect_uri http://localhost:9/cb is not registered for client_id demo.")
        let notices: [(String, Notice)] = [
            ("no-address", .noAddressOnRoster),
            ("unknown-app", .unknownApp(detail: detail)), ("redirect-mismatch", .redirectMismatch(detail: detail)),
            ("missing-client", .missingClient(detail: detail)), ("link-expired", .linkExpired), ("already-finished", .alreadyFinished),
            ("not-found", .notFound), ("too-many-requests", .tooManyRequests),
            ("something-wrong", .somethingWentWrong(reference: text("7Q4M-19"))), ("app-not-ready", .appNotReady(reason: detail)),
            ("method-not-allowed", .methodNotAllowed),
        ]
        return notices.map { ("notice-" + $0.0, NoticePage(frame: frame, kind: $0.1).html()) }
    }

    var sandbox: [(name: String, html: String)] {
        let mail = CodeMail(
            language: language, planName: "Demo Health Plan", appName: "Acme Connect", code: "408112", minutes: 10,
            askedAt: "2026-11-24T02:04:50Z")
        let message = SandboxMessage(
            to: text("me@example.com"), subject: text(mail.subject), text: text(mail.text), at: text("2026-11-24T02:04:50Z"))
        let values = [
            ("code", text("Z2lyYWZmZS1pbi10aGUtc2FuZGJveC0xMjM0NTY3ODkw")), ("state", text("abc")), ("iss", text("http://127.0.0.1:8080")),
        ]
        return [
            ("sandbox-home", SandboxHomePage(frame: sandboxFrame, model: home).html()),
            ("sandbox-mail", SandboxMailPage(frame: sandboxFrame, messages: [message, message], filter: text("me@example.com")).html()),
            ("sandbox-mail-empty", SandboxMailPage(frame: sandboxFrame, messages: [], filter: nil).html()),
            (
                "callback",
                CallbackPage(
                    frame: sandboxFrame, values: values, kind: .success,
                    nextCommand: text(
                        "curl -s http://127.0.0.1:8080/oauth2/token \\\n  -d grant_type=authorization_code \\\n  -d client_id=demo -d client_secret=p2ps_example \\\n  -d code=Z2lyYWZmZS1pbi10aGUtc2FuZGJveC0xMjM0NTY3ODkw"
                    )
                ).html()
            ),
            (
                "callback-denied",
                CallbackPage(
                    frame: sandboxFrame, values: [("error", "access_denied"), (text("state"), text("abc"))], kind: .failure,
                    nextCommand: nil
                ).html()
            ),
        ]
    }

    var home: SandboxHome {
        SandboxHome(
            plans: [
                SandboxPlan(
                    name: text("Demo Health Plan"), authorize: text("http://127.0.0.1:8080/oauth2/authorize/payer2payer"),
                    token: text("http://127.0.0.1:8080/oauth2/token"), fhir: text("http://127.0.0.1:8080/r4"))
            ],
            apps: [
                SandboxApp(
                    name: text("Acme Connect"), clientId: text("sandbox-app"),
                    clientSecret: text("p2ps_made-up-secret-for-the-sandbox-only-0001"),
                    redirectUris: [text("http://127.0.0.1:8080/sandbox/callback"), text("http://localhost:3000/callback")])
            ],
            testMembers: [
                SandboxMember(
                    first: text("Mayte822"), last: text("Venegas795"), birthDate: text("01/04/2011"), memberID: text("01-testmemid"),
                    postalCode: text("02116"), summary: text("A child: vaccinations, visits, an allergy")),
                SandboxMember(
                    first: text("Tomas436"), last: text("Quiroz12"), birthDate: text("07/19/1968"), memberID: text("02-testmemid"),
                    postalCode: text("02118"), summary: text("Diabetes, many lab results and medicines")),
            ],
            commands: [
                SandboxCommand(
                    title: text("Get a token"),
                    command: text("curl -s http://127.0.0.1:8080/oauth2/token -d grant_type=authorization_code -d code=CODE")),
                SandboxCommand(
                    title: text("Read the member"),
                    command: text("curl -s http://127.0.0.1:8080/r4/Patient -H 'Authorization: Bearer TOKEN'")),
                SandboxCommand(title: text("Run the whole way"), command: text("bin/sandbox try")),
            ],
            mailURL: "/sandbox/mail", authorizeLink: "/oauth2/authorize/payer2payer?client_id=sandbox-app&state=abc")
    }

    func start(app: AskingApp, isSandbox: Bool, frame: PageFrame) -> String {
        StartPage(
            frame: frame, app: app, accountURL: "/account", signInURL: "/sign-in", cancelAction: "/cancel", token: token,
            isSandbox: isSandbox
        ).html()
    }

    func account(values: [Field: String] = [:], problems: [FormProblem] = []) -> String {
        AccountPage(
            frame: frame, action: "/account", backURL: "/start", cancelAction: "/cancel", token: token, values: values, problems: problems,
            isSandbox: false
        ).html()
    }

    func signIn(values: [Field: String] = [:], problems: [FormProblem] = []) -> String {
        SignInPage(
            frame: frame, action: "/sign-in", backURL: "/start", cancelAction: "/cancel", token: token, values: values, problems: problems
        ).html()
    }

    func email(values: [Field: String] = [:], problems: [FormProblem] = [], roster: String? = nil) -> String {
        EmailPage(
            frame: frame, action: "/email", backURL: "/account", cancelAction: "/cancel", token: token, values: values, problems: problems,
            rosterAddress: roster
        ).html()
    }

    func code(problems: [FormProblem] = [], mail: String? = nil) -> String {
        CodePage(
            frame: frame, action: "/code", resendAction: "/resend", backURL: "/email", cancelAction: "/cancel", token: token,
            sentTo: text("me@example.com"), problems: problems, sandboxMailURL: mail
        ).html()
    }

    func consent(
        shared: [SharedKind] = SamplePages.kinds, from: String? = nil, holdsBackProtected: Bool = true, values: [Field: String] = [:],
        problems: [FormProblem] = []
    ) -> String {
        ConsentPage(
            frame: frame, action: "/consent", cancelAction: "/cancel", token: token, app: app, memberName: text("Mayte Venegas"),
            shared: shared,
            from: from, holdsBackProtected: holdsBackProtected, accessDays: 90, values: values, problems: problems
        ).html()
    }

    static let kinds = [
        SharedKind(type: "Patient", count: 1), SharedKind(type: "Immunization", count: 14), SharedKind(type: "Observation", count: 1_204),
        SharedKind(type: "MedicationRequest", count: 6), SharedKind(type: "Medication", count: 2),
        SharedKind(type: "AllergyIntolerance", count: 1),
        SharedKind(type: "Encounter", count: 22), SharedKind(type: "Practitioner", count: 9), SharedKind(type: "Goal", count: 0),
        SharedKind(type: "Condition", count: 5),
    ]
}
