import Exchange
import FHIR
import Storage
import TestSupport
import Testing
import Trust

@Suite("What the portal withstands")
struct PortalSecurityTests {
    private static let hostile = #"A"><script>alert(1)</script><img src=x onerror=alert(1)>'{{1234*4321}}"#

    @Test("What strangers write is shown harmlessly to everyone who reads it")
    func hostileWords() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let words = Self.hostile
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example", name: words)
            try await developer.open("/portal/applications/new")
            try await developer.submit(
                "/new", ["app_name": words, "description": words, "home_page": "https://www.lakeside.example", "redirect_uris": words])
            var pages = [developer.text]
            let app = try await developer.createApp(name: words)
            pages.append(developer.text)
            try await developer.askVerification(
                app,
                [
                    "contact_name": words, "company": words, "domain_reason": words, "sponsor_name": words, "sponsor_role": words,
                    "work_email": "ana@mail.example",
                ])
            pages.append(developer.text)
            let sponsor = PortalVisitor(site)
            try await sponsor.open(try site.mailedLink(to: "maria@lakeside.example"))
            pages.append(sponsor.text)
            try await sponsor.submit(sponsor.path, index: 0)
            let reviewer = try await site.planSide()
            try await reviewer.openCase("")
            pages.append(reviewer.text)
            try await reviewer.submit(reviewer.path, ["decision": "ask", "message": words])
            for path in ["/review", "/review/audit", "/review/applications/\(app.clientID)"] {
                try await reviewer.open(path)
                pages.append(reviewer.text)
            }
            try await developer.open("/portal/applications/\(app.clientID)/verification")
            try await developer.submit("/answer", ["message": words])
            pages.append(developer.text)
            for path in ["", "/edit", "/secret"] {
                try await developer.open("/portal/applications/\(app.clientID)\(path)")
                pages.append(developer.text)
            }
            try await developer.open("/portal/applications")
            pages.append(developer.text)
            #expect(pages.filter { $0.contains("&lt;script&gt;") }.count > 10)
            for page in pages {
                #expect(!page.contains("<script>") && !page.contains("<img src=x") && !page.contains("5332114"), "\(page.prefix(300))")
            }
            for mail in try site.store.mails(to: nil, limit: 50) { #expect(!mail.mail.subject.utf8.contains { $0 < 0x20 }) }
        }
    }

    @Test("A mail's subject stays one line whatever a name holds")
    func headerLines() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let app = try await developer.createApp(name: "Records\r\nBcc: all@example.com")
            try await developer.askVerification(app, ["contact_name": "Ana\r\nBcc: all@example.com", "company": "C\nX: y"])
            for mail in try site.store.mails(to: nil, limit: 50) {
                #expect(!mail.mail.subject.utf8.contains { $0 == 0x0D || $0 == 0x0A }, "\(mail.mail.subject)")
            }
        }
    }

    @Test("Signing in makes a new session secret; the one of before opens nothing")
    func fixation() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.open("/portal/sign-in")
            let before = developer.cookieHeader
            try await developer.signUp("ana@lakeside.example")
            #expect(try await site.get("/portal/applications", before).status == 303)
            let during = developer.cookieHeader
            #expect(try await site.get("/portal/applications", during).status == 200)
            try await developer.submit("/sign-out")
            #expect(try await site.get("/portal/applications", during).status == 303)
        }
    }

    @Test("A session ends after two hours of nothing, and after twelve hours whatever happens")
    func sessionsEnd() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            for _ in 0..<7 {
                site.clock.advance(seconds: 100 * 60)
                try await developer.open("/portal/applications")
                #expect(developer.path == "/portal/applications")
            }
            site.clock.advance(seconds: 50 * 60)
            try await developer.open("/portal/applications")
            #expect(developer.path.hasPrefix("/portal/sign-in?to=/portal/applications"))
            try await developer.submit(
                "/sign-in?to=/portal/applications", ["email": "ana@lakeside.example", "password": PortalVisitor.password])
            #expect(developer.path == "/portal/applications")
            site.clock.advance(seconds: 121 * 60)
            try await developer.open("/portal/applications")
            #expect(developer.path.hasPrefix("/portal/sign-in"))
        }
    }

    @Test("After signing in, the way goes to a page of this door and nowhere else")
    func redirects() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            try await developer.submit("/sign-out")
            for to in ["//evil.example", "https://evil.example", "/portal/../review", "/portal/%0d%0aX:y", "/review", "/portalx"] {
                try await developer.open("/portal/sign-in?to=\(WebForm.encoded(to))")
                #expect(!developer.text.contains("?to="), "\(to)")
            }
        }
    }

    @Test("A developer sees where they are signed in and ends one session")
    func sessions() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (here, there) = (PortalVisitor(site), PortalVisitor(site))
            try await here.signUp("ana@lakeside.example")
            try await there.signIn("ana@lakeside.example")
            try await here.open("/portal/account")
            let form = try #require(here.markup.forms.first { $0.action.contains("/account/sessions/") })
            let stranger = PortalVisitor(site)
            try await stranger.signUp("ben@prairie.example", name: "Ben Hill")
            // Another's session cannot be ended.
            try await stranger.open("/portal/account")
            let token = try #require(stranger.markup.forms.first?.values.first { $0.name == "form_token" }?.value)
            try await stranger.post(form.action, [("form_token", token)])
            try await there.open("/portal/applications")
            #expect(there.path == "/portal/applications")
            try await here.submit(form.action)
            try await there.open("/portal/applications")
            #expect(there.path.hasPrefix("/portal/sign-in"))
            try await here.open("/portal/account")
            #expect(here.path == "/portal/account" && here.text.contains("This browser"))
        }
    }

    @Test("With a second factor a password alone opens nothing, and a code works once")
    func secondFactor() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            try await developer.open("/portal/second-factor")
            let factor = try #require(Self.factor(developer.text))
            try await developer.submit("/second-factor", ["code": "000000"])
            #expect(developer.page.status == 422 && developer.text.contains(factor.base32), "the key stays")
            let code = factor.digits(step: site.clock.now.seconds / 30)
            try await developer.submit("/second-factor", ["code": code, "password": "not mine at all"])
            #expect(developer.page.status == 422 && developer.text.contains("That is not your password"))
            try await developer.submit("/second-factor", ["code": code, "password": PortalVisitor.password])
            #expect(Self.recoveryCodes(developer.text).count == 10)
            try await developer.open("/portal/applications")
            #expect(developer.path == "/portal/applications")

            let other = PortalVisitor(site)
            try await other.signIn("ana@lakeside.example")
            #expect(other.path == "/portal/second-factor")
            try await other.open("/portal/applications")
            #expect(other.path == "/portal/second-factor", "half signed in opens nothing")
            try await other.submit("/second-factor", ["code": code])
            #expect(other.page.status == 422, "a code works once")
            site.clock.advance(seconds: 30)
            try await other.submit("/second-factor", ["code": factor.digits(step: site.clock.now.seconds / 30)])
            #expect(other.path == "/portal/applications")
            try await other.open("/portal/account")
            site.clock.advance(seconds: 30)
            try await other.submit("/second-factor/remove", ["code": "000000"])
            #expect(other.page.status == 422)
            try await other.submit("/second-factor/remove", ["code": factor.digits(step: site.clock.now.seconds / 30)])
            #expect(other.text.contains("Turn the second factor on"))
        }
    }

    @Test("Outside the sandbox a reviewer does nothing before a second factor is set up")
    func required() async throws {
        try await RunningSite.with(hasPortal: true) { site in
            let reviewer = try await site.planSide()
            #expect(reviewer.path == "/review/second-factor")
            for path in ["/review", "/review/audit", "/review/applications"] {
                try await reviewer.open(path)
                #expect(reviewer.path == "/review/second-factor")
            }
            let factor = try #require(Self.factor(reviewer.text))
            try await reviewer.submit("/second-factor", ["code": factor.digits(step: site.clock.now.seconds / 30)])
            try await reviewer.open("/review")
            #expect(reviewer.path == "/review" && reviewer.page.status == 200)
            // It can be replaced and never be done without.
            try await reviewer.open("/review/account")
            #expect(!reviewer.text.contains("Turn the second factor off"))
            site.clock.advance(seconds: 30)
            try await reviewer.submit("/second-factor/remove", ["code": factor.digits(step: site.clock.now.seconds / 30)])
            #expect(reviewer.path == "/review/sign-in")
            try await reviewer.signIn("reviewer@plan.example", root: "/review")
            #expect(reviewer.path == "/review/second-factor" && reviewer.text.contains("Set up a second factor"))
        }
    }

    @Test("A recovery code signs in once when the authenticator is lost, and its owner is told; guesses are counted")
    func recovery() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            try await developer.open("/portal/second-factor")
            let factor = try #require(Self.factor(developer.text))
            try await developer.submit(
                "/second-factor", ["code": factor.digits(step: site.clock.now.seconds / 30), "password": PortalVisitor.password])
            let codes = Self.recoveryCodes(developer.text)
            try #require(codes.count == 10)
            let address = try #require(EmailAddress("ana@lakeside.example"))
            let account = try #require(try site.store.account(address, realm: .portal))
            #expect(try site.store.recoveryCodesLeft(of: account.key) == 10)

            let other = PortalVisitor(site)
            try await other.signIn("ana@lakeside.example")
            try await other.submit("/second-factor", ["recovery_code": "aaaa-bbbb-cccc"], index: 1)
            #expect(other.page.status == 422 && other.text.contains("That recovery code is not right"))
            try await other.submit("/second-factor", ["recovery_code": " " + codes[0].uppercased()], index: 1)
            #expect(other.path == "/portal/account" && other.text.contains("You have 9 recovery codes left"))
            #expect(try site.store.mails(to: "ana@lakeside.example", limit: 1).first?.mail.subject.contains("recovery code") == true)
            // With another code the lost authenticator goes.
            try await other.submit("/second-factor/remove", ["recovery_code": codes[0]])
            #expect(other.page.status == 422, "each works once")
            try await other.submit("/recovery-codes", ["recovery_code": codes[1]])
            let fresh = Self.recoveryCodes(other.text)
            #expect(fresh.count == 10 && Set(fresh).isDisjoint(with: codes))
            try await other.open("/portal/account")
            try await other.submit("/second-factor/remove", ["recovery_code": codes[2]])
            #expect(other.page.status == 422, "new codes take the place of the old")
            try await other.submit("/second-factor/remove", ["recovery_code": fresh[0]])
            #expect(other.text.contains("Turn the second factor on"))
            #expect(try site.store.recoveryCodesLeft(of: account.key) == 0)
        }
    }

    private static func recoveryCodes(_ page: String) -> [String] {
        page.split { $0 == "\n" || $0 == "<" || $0 == ">" }.map(String.init).filter { line in
            let parts = line.split(separator: "-")
            return line.utf8.count == 14 && parts.count == 3 && parts.allSatisfy { $0.utf8.count == 4 }
        }
    }

    @Test("Guessing from one place does not keep the owner out at another, and guessing from everywhere ends too")
    func places() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let owner = PortalVisitor(site)
            try await owner.signUp("ana@lakeside.example")
            func guess(from place: String, _ password: String) async throws -> String {
                let stranger = PortalVisitor(site)
                try await stranger.open("/portal/sign-in")
                let token = try #require(stranger.markup.forms.first?.values.first { $0.name == "form_token" }?.value)
                try await stranger.post(
                    "/portal/sign-in", [("form_token", token), ("email", "ana@lakeside.example"), ("password", password)],
                    [("X-Forwarded-For", "198.51.100.1, \(place)")])
                return stranger.text
            }
            for _ in 0..<10 { #expect(try await guess(from: "203.0.113.7", "wrong").contains("do not belong together")) }
            #expect(try await guess(from: "203.0.113.7", PortalVisitor.password).contains("Too many attempts"))
            #expect(try await guess(from: "203.0.113.8", PortalVisitor.password).contains("Your applications"))
            for place in 0..<19 {
                for _ in 0..<10 { _ = try await guess(from: "192.0.2.\(place)", "wrong") }
            }
            #expect(try await guess(from: "203.0.113.9", PortalVisitor.password).contains("Too many attempts"))
            // Nobody is put out who is in, and a new password lets its owner in at once.
            try await owner.open("/portal/applications")
            #expect(owner.path == "/portal/applications")
            let back = PortalVisitor(site)
            try await back.open("/portal/password")
            try await back.submit("/password", ["email": "ana@lakeside.example"])
            try await back.open(try site.mailedLink(to: "ana@lakeside.example"))
            try await back.submit(back.path, ["password": "another teapot of gravel"])
            #expect(try await guess(from: "203.0.113.9", "another teapot of gravel").contains("Your applications"))
        }
    }

    @Test("One place tries so many passwords and asks for so many mails, whoever's addresses it names")
    func onePlace() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            try await PortalVisitor(site).signUp("ana@lakeside.example")
            let stranger = PortalVisitor(site)
            try await stranger.open("/portal/sign-in")
            let token = try #require(stranger.markup.forms.first?.values.first { $0.name == "form_token" }?.value)
            func send(_ path: String, _ email: String, _ password: String, from place: String) async throws -> String {
                try await site.post(
                    path, [("form_token", token), ("email", email), ("password", password)],
                    stranger.cookieHeader + [("X-Forwarded-For", place)]
                ).text
            }
            for number in 0..<100 { _ = try await send("/portal/sign-in", "a\(number)@b.example", "x", from: "2001:db8:1:2::\(number)") }
            func signIn(from place: String) async throws -> String {
                try await send("/portal/sign-in", "ana@lakeside.example", PortalVisitor.password, from: place)
            }
            #expect(try await signIn(from: "2001:db8:1:2:ffff::1").contains("from your network"), "the same customer's network")
            #expect(try await !signIn(from: "2001:db8:1:3::1").contains("from your network"))
            #expect(try await !signIn(from: "198.51.100.7").contains("from your network"))
            for number in 0..<101 { _ = try await send("/portal/password", "a\(number)@b.example", "", from: "192.0.2.1") }
            #expect(try await send("/portal/password", "ana@lakeside.example", "", from: "192.0.2.1").contains("from your network"))
            #expect(try site.store.mails(to: "ana@lakeside.example", limit: 10).count == 1)
        }
    }

    @Test("A developer makes the portal write to strangers only so often, however many applications they make")
    func sponsorMails() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            func ask(_ sponsor: String) async throws {
                try await developer.askVerification(try await developer.createApp(name: "For \(sponsor)"), ["sponsor_email": sponsor])
            }
            for _ in 0..<11 { try await ask("victim@lakeside.example") }
            #expect(developer.page.status == 422 && developer.text.contains("Try again tomorrow"))
            #expect(try site.store.mails(to: "victim@lakeside.example", limit: 100).count == 10)
            for number in 0..<10 { try await ask("v\(number)@lakeside.example") }
            #expect(try site.store.mails(to: "v8@lakeside.example", limit: 1).count == 1)
            #expect(try site.store.mails(to: "v9@lakeside.example", limit: 1).isEmpty)
        }
    }

    private static func factor(_ page: String) -> OneTimePassword? {
        page.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }.first {
            $0.utf8.count == 32 && $0.allSatisfy { $0.isUppercase || $0.isNumber }
        }
        .flatMap { OneTimePassword(base32: String($0)) }
    }

    @Test("A new secret works beside the one before, until the overlap ends or is ended")
    func rotation() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, developer, _) = try await site.verifiedApp()
            func works(_ secret: Secret?) async throws -> Bool {
                let old = TestApp(clientID: app.clientID, secret: secret, redirectURI: app.redirectURI)
                return try await site.refresh("none", old).string("error") != "invalid_client"
            }
            func replace(_ days: String) async throws -> Secret? {
                try await developer.open("/portal/applications/\(app.clientID)/secret")
                try await developer.submit("/secret", ["overlap": days])
                let start = try #require(developer.text.firstRange(of: "p2ps_"))
                return Secret(String(developer.text[start.lowerBound...].prefix(48)), kind: .clientSecret)
            }
            let second = try await replace("7")
            #expect(try await works(app.secret))
            #expect(try await works(second))
            try await developer.open("/portal/applications/\(app.clientID)")
            #expect(!developer.text.contains("p2ps_"))
            site.clock.advance(seconds: 90 * 60)
            try await developer.open("/portal/applications/\(app.clientID)/secret")
            try await developer.submit("/secret/retire")
            #expect(try await !works(app.secret))
            #expect(try await works(second))
            let third = try await replace("1")
            #expect(try await works(second))
            site.clock.advance(seconds: 86_401)
            #expect(try await !works(second))
            #expect(try await works(third))
        }
    }
}
