import Exchange
import Server
import TestSupport
import Testing

/// The tests that are made from the table of roles and routes.
@Suite("Roles and routes of the portal")
struct PortalRoutesTests {
    private enum Role: String, CaseIterable { case stranger, developer, reviewer, planOperator, careManager }

    /// What each row must answer to each role: the page itself, the way to sign in, or no.
    private static func isAdmitted(_ role: Role, _ admission: Admission) -> Bool {
        switch admission {
        case .anyone: true
        case .halfSignedIn(.portal): role == .developer
        case .halfSignedIn(.review), .staff: role == .reviewer || role == .planOperator || role == .careManager
        case .developer: role == .developer
        case .reviewer: role == .reviewer
        case .planSide: role == .reviewer || role == .planOperator
        case .planOperator: role == .planOperator
        case .careManager: role == .careManager
        }
    }

    @Test("Every row of the table admits whom it names and nobody else; every form asks for its token")
    func table() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let table = PortalDoor(site: site.site, portal: try #require(site.site.portal)).table
            #expect(table.count > 30)
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let visitors: [Role: PortalVisitor] = [
                .stranger: PortalVisitor(site), .developer: developer, .reviewer: try await site.planSide(),
                .planOperator: try await site.planSide(.planOperator, plan: site.demo),
                .careManager: try await site.planSide(.careManager, plan: site.demo),
            ]
            for row in table where !row.path.hasSuffix("/sign-out") {
                let path = row.path.replacing(":client", with: "app-none").replacing(":case", with: "999").replacing(
                    ":link", with: "p2pl_none"
                )
                .replacing(":file", with: "none").replacing(":session", with: "999").replacing(":payer", with: "999")
                .replacing(":transfer", with: "none").replacing(":action", with: "undo").replacing(":member", with: "999")
                .replacing(":run", with: "none")
                for (role, visitor) in visitors {
                    let name = "\(row.method) \(row.path) as \(role)"
                    let headers = visitor.cookieHeader + [("Content-Type", "application/x-www-form-urlencoded")]
                    let answer = try await site.web.send(
                        row.method, site.absolute(path), headers: headers, body: row.method == "POST" ? Array("x=1".utf8) : nil)
                    if row.method == "POST", path.hasSuffix("/production/evidence") || path.hasSuffix("/logo") {
                        // It reads its own token, after it was found whose the application is.
                        #expect([303, 404].contains(answer.status), "\(name): \(answer.status)")
                        continue
                    }
                    if row.method == "POST" {
                        #expect(answer.status == 403 && answer.text.contains("This form is too old"), "\(name): \(answer.status)")
                        continue
                    }
                    let location = answer.header("Location") ?? ""
                    let isSentOff = answer.text.contains("This page is not for you") || location.contains("/sign-in")
                    #expect(isSentOff != Self.isAdmitted(role, row.admission), "\(name): \(answer.status) \(location)")
                    let isPage = answer.header("Content-Type")?.hasPrefix("text/html") == true
                    let policy = isPage ? "script-src 'self';" : "default-src 'none';"
                    #expect(answer.header("Content-Security-Policy")?.contains(policy) != false, "\(name)")
                }
            }
        }
    }

    @Test("A form with its token is still refused to the wrong role")
    func postsByRole() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let table = PortalDoor(site: site.site, portal: try #require(site.site.portal)).table
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let wrong: [(PortalVisitor, String)] = [
                (PortalVisitor(site), "/portal/sign-in"), (PortalVisitor(site), "/review/sign-in"),
                (try await site.planSide(.planOperator, plan: site.demo), "/review/account"),
            ]
            for (visitor, page) in wrong {
                try await visitor.open(page)
                guard let token = visitor.markup.forms.first?.values.first(where: { $0.name == "form_token" })?.value else { continue }
                let isOperator = page == "/review/account"
                for row in table where row.method == "POST" && row.admission.realm == (page.hasPrefix("/portal") ? .portal : .review) {
                    if case .anyone = row.admission { continue }
                    if case .halfSignedIn = row.admission, isOperator { continue }
                    if [.planSide, .planOperator, .staff].contains(row.admission), isOperator { continue }
                    let path = row.path.replacing(":client", with: "app-none").replacing(":case", with: "999")
                    let answer = try await site.web.send(
                        "POST", site.absolute(path),
                        headers: visitor.cookieHeader + [("Content-Type", "application/x-www-form-urlencoded")],
                        body: Array(WebForm.encoded([("form_token", token)]).utf8))
                    #expect(answer.status == (isOperator ? 403 : 303), "\(row.path) \(answer.status)")
                }
            }
        }
    }

    @Test("A developer sees another's application as little as one that is not there")
    func others() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let ana = PortalVisitor(site)
            try await ana.signUp("ana@lakeside.example")
            let app = try await ana.createApp()
            let ben = PortalVisitor(site)
            try await ben.signUp("ben@prairie.example", name: "Ben Hill")
            for path in ["", "/edit", "/verification"] {
                try await ben.open("/portal/applications/\(app.clientID)\(path)")
                let (status, text) = (ben.page.status, ben.text)
                try await ben.open("/portal/applications/app-none\(path)")
                #expect(status == 404 && ben.page.status == 404 && text == ben.text, "\(path)")
            }
        }
    }

    @Test("What is not there below the portal, the console and the documentation is a page, for whoever asks")
    func nothingThere() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            for path in ["/portal/nothing/here", "/review/nothing", "/docs/guide/a/b", "/portal/applications/app-none/none/x"] {
                let answer = try await site.get(path)
                #expect(answer.status == 404 && answer.text.contains("There is nothing here"), "\(path): \(answer.status)")
                #expect(answer.header("Content-Type") == "text/html; charset=utf-8", "\(path)")
            }
            #expect(try await site.get("/api/portal/nothing").header("Content-Type") != "text/html; charset=utf-8")
        }
    }

    @Test("A redirect URI with a query of its own stands encoded in the collections")
    func collections() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let ana = PortalVisitor(site)
            try await ana.signUp("ana@lakeside.example")
            let app = try await ana.createApp(redirectURIs: "https://app.lakeside.example/back?fixed=1&more=2")
            let encoded = "https%3A%2F%2Fapp.lakeside.example%2Fback%3Ffixed%3D1%26more%3D2"
            for file in ["postman.json", "requests.http"] {
                try await ana.open("/portal/applications/\(app.clientID)/\(file)")
                #expect(ana.text.contains(encoded), "\(file)")
                #expect(ana.text.contains("redirect_uri={{redirect_uri_encoded}}&state"), "\(file)")
            }
            #expect(ana.text.contains("code={{code}}&redirect_uri={{redirect_uri_encoded}}"))
        }
    }

    @Test("A form sent from another site is refused even with its token")
    func foreign() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let ana = PortalVisitor(site)
            try await ana.signUp("ana@lakeside.example")
            try await ana.open("/portal/applications/new")
            let token = try #require(ana.markup.forms.last?.values.first { $0.name == "form_token" }?.value)
            try await ana.post("/portal/applications/new", [("form_token", token)], [("Sec-Fetch-Site", "cross-site")])
            #expect(ana.page.status == 403)
            try await ana.post("/portal/applications/new", [("form_token", token)], [("Sec-Fetch-Site", "same-origin")])
            #expect(ana.page.status == 422)
        }
    }
}
