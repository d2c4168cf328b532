package import Exchange
import Server
import Storage
import Trust

/// Someone with a browser at the portal or at the console: keeps cookies, follows redirects, fills in the forms of the page that came.
package final class PortalVisitor {
    package let site: RunningSite
    package private(set) var cookies: [String: String] = [:]
    package private(set) var page = WebAnswer(status: 0, headers: [], body: [])
    package private(set) var path = ""

    package struct Lost: Error { package let what: String }

    package init(_ site: RunningSite) { self.site = site }

    package var markup: Markup { Markup(page.text) }
    package var text: String { page.text }
    package var cookieHeader: [(String, String)] {
        cookies.isEmpty ? [] : [("Cookie", cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; "))]
    }

    package func open(_ address: String) async throws { try await send("GET", address) }

    /// Fills the form whose address ends so and sends it.
    package func submit(_ ending: String, _ values: [String: String] = [:], index: Int = 0) async throws {
        let forms = markup.forms.filter { $0.action.hasSuffix(ending) }
        guard index < forms.count else { throw Lost(what: "no form \(ending) at \(path) (\(page.status)): \(page.text.suffix(1500))") }
        let form = forms[index]
        for name in values.keys where !form.fields.contains(name) { throw Lost(what: "no field \(name) at \(path)") }
        var fields = form.values.filter { values[$0.name] == nil }.map { ($0.name, $0.value) }
        for name in form.fields { if let value = values[name] { fields.append((name, value)) } }
        try await post(form.action, fields)
    }

    package func post(_ address: String, _ fields: [(String, String)], _ headers: [(String, String)] = []) async throws {
        try await send(
            "POST", address, [("Content-Type", "application/x-www-form-urlencoded")] + headers, Array(WebForm.encoded(fields).utf8))
    }

    package func send(_ method: String, _ address: String, _ headers: [(String, String)] = [], _ body: [UInt8]? = nil) async throws {
        var (method, address, headers, body) = (method, address, headers, body)
        for _ in 0..<10 {
            page = try await site.web.send(method, site.absolute(address), headers: headers + cookieHeader, body: body)
            path = address.hasPrefix(site.address) ? String(address.dropFirst(site.address.count)) : address
            for line in page.all("Set-Cookie") {
                let parts = line.split(separator: ";")
                let pair = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if pair.count == 2 { cookies[String(pair[0])] = String(pair[1]) }
            }
            guard let next = page.header("Location") else { return }
            (method, address, headers, body) = ("GET", String(next.prefix { $0 != "#" }), [], nil)
        }
        throw Lost(what: "too many redirects at \(address)")
    }

    /// Sends a file with the form whose address ends so.
    package func upload(_ ending: String, _ name: String, _ bytes: [UInt8]) async throws {
        guard let form = markup.forms.first(where: { $0.action.hasSuffix(ending) }) else {
            throw Lost(what: "no form \(ending) at \(path)")
        }
        try await sendFile(form.action, token: form.values.first { $0.name == "form_token" }?.value ?? "", name: name, bytes: bytes)
    }

    package func sendFile(_ address: String, token: String, name: String, bytes: [UInt8]) async throws {
        let boundary = "----boundary7f3a"
        var body = Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\n\(token)\r\n".utf8)
        let file = name.replacing("\"", with: "%22")
        body += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(file)\"\r\n".utf8)
        body += Array("Content-Type: image/png\r\n\r\n".utf8) + bytes + Array("\r\n--\(boundary)--\r\n".utf8)
        try await send("POST", address, [("Content-Type", "multipart/form-data; boundary=\(boundary)")], body)
    }

    // MARK: A developer's way

    package static let password = "unrelated violet teapot gravel"

    /// From a stranger to a signed-in developer.
    package func signUp(_ email: String, name: String = "Ana Field") async throws {
        try await open("/portal/sign-up")
        try await submit("/sign-up", ["name": name, "email": email, "password": Self.password])
        try await open(try site.mailedLink(to: email))
        try await submit(path, ["password": Self.password])
        guard path == "/portal/applications" else { throw Lost(what: "not signed in: \(path) \(page.status)") }
    }

    package func signIn(_ email: String, password: String = PortalVisitor.password, root: String = "/portal") async throws {
        try await open("\(root)/sign-in")
        try await submit("/sign-in", ["email": email, "password": password])
    }

    /// Makes an application; gives its client id and the secret that is shown once.
    package func createApp(name: String = "Lakeside Records", redirectURIs: String = TestApps.loopback) async throws -> TestApp {
        try await open("/portal/applications/new")
        try await submit(
            "/new",
            [
                "app_name": name, "description": "Receives records", "home_page": "https://www.lakeside.example",
                "redirect_uris": redirectURIs,
            ])
        guard let clientID = path.split(separator: "/").last.map(String.init), clientID.hasPrefix("app-"),
            let start = page.text.firstRange(of: "p2ps_")
        else { throw Lost(what: "no application: \(path) \(page.status) \(page.text.suffix(800))") }
        let secret = String(page.text[start.lowerBound...].prefix(48))
        return TestApp(clientID: clientID, secret: Secret(secret, kind: .clientSecret), redirectURI: redirectURIs)
    }

    package static let organization: [String: String] = [
        "contact_name": "Ana Field", "company": "Lakeside Health Plan", "website": "https://www.lakeside.example",
        "work_email": "ana@lakeside.example", "sponsor_name": "Maria Stone", "sponsor_role": "CIO",
        "sponsor_email": "maria@lakeside.example",
    ]

    package func askVerification(_ app: TestApp, _ more: [String: String] = [:]) async throws {
        try await open("/portal/applications/\(app.clientID)/verification")
        try await submit("/verification", Self.organization.merging(more) { $1 })
    }
}

extension RunningSite {
    /// The link of the newest mail to this address, as a path.
    package func mailedLink(to address: String) throws -> String {
        guard let mail = try store.mails(to: address, limit: 1).first,
            let link = mail.mail.text.split(whereSeparator: \.isWhitespace).first(where: { $0.hasPrefix(self.address) })
        else { throw Unexpected(what: "no link to \(address)") }
        return String(link.dropFirst(self.address.count))
    }

    /// Someone on the plan's side, signed in at the console.
    package func planSide(_ role: Account.Role = .reviewer, plan: Plan? = nil) async throws -> PortalVisitor {
        let email = "\(role.rawValue)\(plan?.id ?? "")@plan.example"
        guard let address = EmailAddress(email) else { throw Unexpected(what: email) }
        let hash = try PasswordHash.make(PortalVisitor.password, cost: PasswordCost(logarithm: 4, parallelism: 1))
        _ = try await store.add(
            NewAccount(role: role, plan: plan?.key, address: address, name: "Robin \(role.rawValue)", password: hash),
            audit: AuditEntry(.system("test"), "account.create", email), at: clock.now)
        let visitor = PortalVisitor(self)
        try await visitor.signIn(email, root: "/review")
        return visitor
    }

    /// Waits until the app's credentials have come to the plan, or could not.
    package func syncEnds(_ app: TestApp, plan: Plan) async throws {
        for _ in 0..<9000 {
            if let known = try store.application(clientID: app.clientID),
                let sync = try store.syncs(of: known.key).first(where: { $0.plan == plan.key }), sync.state != .waiting
            {
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Unexpected(what: "the sync did not end")
    }

    /// A verified app with its developer and a reviewer.
    package func verifiedApp(
        _ email: String = "ana@lakeside.example", redirectURIs: String = TestApps.loopback
    ) async throws -> (app: TestApp, developer: PortalVisitor, reviewer: PortalVisitor) {
        let developer = PortalVisitor(self)
        try await developer.signUp(email)
        let app = try await developer.createApp(redirectURIs: redirectURIs)
        try await developer.askVerification(app)
        let sponsor = PortalVisitor(self)
        try await sponsor.open(try mailedLink(to: "maria@lakeside.example"))
        try await sponsor.submit(sponsor.path, index: 0)
        let reviewer = try await planSide()
        try await reviewer.openCase("Lakeside")
        try await reviewer.submit(reviewer.path, ["decision": "approve"])
        try await syncEnds(app, plan: demo)
        return (app, developer, reviewer)
    }
}

extension RunningSite {
    /// An app with production access, at every plan, with its developer and a reviewer.
    package func approvedApp(
        redirectURIs: String, evidence: [UInt8]
    ) async throws -> (app: TestApp, developer: PortalVisitor, reviewer: PortalVisitor) {
        let (app, developer, reviewer) = try await verifiedApp(redirectURIs: redirectURIs)
        try await developer.open("/portal/applications/\(app.clientID)/production")
        try await developer.upload("/evidence", "a.png", evidence)
        try await developer.submit("/submit")
        try await reviewer.openCase("")
        try await reviewer.submit(reviewer.path, ["decision": "approve"])
        try await syncEnds(app, plan: other)
        return (app, developer, reviewer)
    }
}

extension PortalVisitor {
    /// Opens the newest case of the queue.
    package func openCase(_ name: String) async throws {
        try await open("/review")
        guard let link = markup.links.last(where: { $0.hasPrefix("/review/verifications/") || $0.hasPrefix("/review/productions/") }) else {
            throw Lost(what: "no case \(name): \(page.status)")
        }
        try await open(link)
    }
}
