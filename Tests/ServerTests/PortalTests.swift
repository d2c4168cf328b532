import Exchange
import FHIR
import Storage
import TestSupport
import Testing
import Trust

@Suite("The developer portal")
struct PortalTests {
    @Test("A stranger becomes a verified developer whose app a member can be asked with")
    func wholeRoad() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            #expect(developer.text.contains("No application yet"))
            let app = try await developer.createApp()
            #expect(app.secret != nil)
            // Shown once.
            try await developer.open("/portal/applications/\(app.clientID)")
            #expect(!developer.text.contains("p2ps_"))

            // Before it is verified, authorize says what is missing.
            let early = try await site.get(site.authorize(app))
            #expect(early.status == 403 && early.text.contains("is not verified") && early.text.contains("Ask for the verification"))

            try await developer.askVerification(app)
            #expect(developer.text.contains("Waiting for your sponsor"))
            let waiting = try await site.get(site.authorize(app))
            #expect(waiting.text.contains("sponsor has not confirmed"))

            let sponsor = PortalVisitor(site)
            let link = try site.mailedLink(to: "maria@lakeside.example")
            try await sponsor.open(link)
            #expect(sponsor.text.contains("Is this request yours?") && sponsor.text.contains("Lakeside Health Plan"))
            try await sponsor.submit(link, index: 0)
            #expect(sponsor.text.contains("Thank you"))
            try await sponsor.open(link)
            #expect(sponsor.page.status == 410)

            let reviewer = try await site.planSide()
            try await reviewer.openCase("Lakeside")
            #expect(reviewer.text.contains("Confirmed on"))
            // A question goes back and forth.
            try await reviewer.submit(reviewer.path, ["decision": "ask", "message": "Which states do you serve?"])
            let caseAddress = reviewer.path
            try await developer.open("/portal/applications/\(app.clientID)/verification")
            #expect(developer.text.contains("Which states do you serve?"))
            try await developer.submit("/answer", ["message": "Massachusetts and Maine."])
            try await reviewer.open(caseAddress)
            #expect(reviewer.text.contains("Massachusetts and Maine."))
            try await reviewer.submit(caseAddress, ["decision": "approve"])
            try await site.syncEnds(app, plan: site.demo)

            try await developer.open("/portal/applications/\(app.clientID)")
            #expect(developer.text.contains("Synced") && developer.text.contains("Lakeside Health Plan"))
            let tokens = try await site.tokens(app)
            let record = try await site.get("\(site.demo.addresses.fhir)/Patient", tokens.bearer)
            #expect(record.status == 200)
            #expect(try site.store.mails(to: "ana@lakeside.example", limit: 9).contains { $0.mail.subject.contains("is verified") })
            let actions = try site.store.audit(before: nil, limit: 100).map(\.action)
            for action in [
                "account.create", "application.create", "verification.submit", "verification.confirm", "verification.approve", "sync.done",
            ] {
                #expect(actions.contains(action), "\(action)")
            }
            // The other plan is real: production access is another step.
            let real = try await site.get(site.authorize(app, plan: site.other))
            #expect(real.status == 403 && real.text.contains("no production access"))
        }
    }

    @Test("Suspending an app ends its tokens and its way to authorize at once; reinstating brings it back; revoking does not")
    func suspension() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let (app, _, reviewer) = try await site.verifiedApp()
            let tokens = try await site.tokens(app)
            let patient = "\(site.demo.addresses.fhir)/Patient"
            #expect(try await site.get(patient, tokens.bearer).status == 200)
            let address = "/review/applications/\(app.clientID)"
            try await reviewer.open(address)
            try await reviewer.submit(address, ["decision": "suspend"])
            #expect(reviewer.page.status == 422 && reviewer.text.contains("Write a few words"))
            try await reviewer.submit(address, ["decision": "suspend", "message": "Unusual calls."])
            #expect(reviewer.page.status == 200)
            #expect(try await site.get(patient, tokens.bearer).status == 401)
            #expect(try await site.get(site.authorize(app)).text.contains("is suspended"))
            #expect(try await site.refresh(tokens.refresh, app).status == 401)
            try await reviewer.submit(address, ["decision": "reinstate", "message": "Explained."])
            try await site.syncEnds(app, plan: site.demo)
            #expect(try await site.get(patient, tokens.bearer).status == 200)
            try await reviewer.open(address)
            try await reviewer.submit(address, ["decision": "revoke", "message": "For good."])
            #expect(try await site.get(patient, tokens.bearer).status == 401)
            #expect(!reviewer.markup.forms.contains { $0.action == address }, "nothing follows a revocation")
        }
    }

    @Test("Each redirect URI comes back with what is wrong with it")
    func redirectURIs() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            try await developer.open("/portal/applications/new")
            try await developer.submit(
                "/new",
                [
                    "app_name": "X", "description": "Y", "home_page": "https://www.lakeside.example",
                    "redirect_uris": "http://localhost:1/cb,https://good.example/cb http://plain.example/cb\nhttps://a.example/*",
                ])
            #expect(developer.page.status == 422)
            for part in [
                "http://localhost:1/cb", "https://good.example/cb", "http://plain.example/cb", "Use https://", "Wildcards are not accepted",
            ] {
                #expect(developer.text.contains(part), "\(part)")
            }
            let app = try await developer.createApp(
                redirectURIs: "https://redirect1.example/cb, https://redirect2.example/cb\nhttp://localhost/cb")
            let known = try #require(try site.store.application(clientID: app.clientID))
            #expect(known.redirectURIs == ["https://redirect1.example/cb", "https://redirect2.example/cb", "http://localhost/cb"])
        }
    }

    @Test("The verification form says what is missing, and asks why an address is of another domain")
    func verificationForm() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let app = try await developer.createApp()
            try await developer.askVerification(app, ["work_email": "ana@mail.example"])
            #expect(developer.page.status == 422 && developer.text.contains("Your address is not of lakeside.example"))
            try await developer.submit(
                "/verification",
                PortalVisitor.organization.merging(["naic": "1", "ein": "2", "npi": "1234567890", "sponsor_email": "ana@lakeside.example"])
                { $1 })
            for part in ["NAIC company code has 5 digits", "EIN has 9 digits", "NPI has 10 digits", "someone else than you"] {
                #expect(developer.text.contains(part), "\(part)")
            }
            try await developer.submit(
                "/verification",
                PortalVisitor.organization.merging([
                    "work_email": "ana@mail.example", "domain_reason": "We are one group.", "naic": "12345", "ein": "12-3456789",
                    "npi": "1234567893",
                ]) { $1 })
            #expect(developer.text.contains("Waiting for your sponsor"))
        }
    }

    @Test("A sponsor who declines ends the way, and a link of before is dead once another was sent")
    func sponsor() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let app = try await developer.createApp()
            try await developer.askVerification(app)
            let first = try site.mailedLink(to: "maria@lakeside.example")
            try await developer.submit("/remind")
            let second = try site.mailedLink(to: "maria@lakeside.example")
            #expect(first != second)
            let sponsor = PortalVisitor(site)
            try await sponsor.open(first)
            #expect(sponsor.page.status == 410)
            try await sponsor.open(second)
            try await sponsor.submit(second, ["message": "Never heard of it."], index: 1)
            #expect(sponsor.text.contains("not yours"))
            try await developer.open("/portal/applications/\(app.clientID)/verification")
            #expect(developer.text.contains("Declined by the sponsor") && developer.text.contains("Never heard of it."))
            // Sent again, the sponsor is asked again.
            try await developer.open("/portal/applications/\(app.clientID)/verification?form=1")
            try await developer.submit(
                "/verification", PortalVisitor.organization.merging(["sponsor_email": "kim@lakeside.example"]) { $1 })
            #expect(try site.mailedLink(to: "kim@lakeside.example").hasPrefix("/portal/sponsor/"))
        }
    }

    @Test("Who has the mailbox reads whether there is an account")
    func mailbox() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            try await PortalVisitor(site).signUp("known@lakeside.example")
            for email in ["known@lakeside.example", "other@lakeside.example"] {
                let stranger = PortalVisitor(site)
                try await stranger.open("/portal/sign-up")
                try await stranger.submit("/sign-up", ["name": "Ana", "email": email, "password": PortalVisitor.password])
                try await stranger.open("/portal/password")
                try await stranger.submit("/password", ["email": email])
            }
            func subjects(_ email: String) throws -> [String] {
                try site.store.mails(to: email, limit: 2).map(\.mail.subject).reversed()
            }
            #expect(
                try subjects("known@lakeside.example") == [
                    "You have an account at the developer portal already", "Set a new password for the developer portal",
                ])
            #expect(
                try subjects("other@lakeside.example") == [
                    "Confirm your address for the developer portal", "There is no account with your address",
                ])
            let mail = try #require(try site.store.mails(to: "other@lakeside.example", limit: 1).first?.mail.text)
            #expect(mail.contains("\(site.address)/portal/sign-up"))
        }
    }

    @Test("A long queue comes in parts that stay small, what waits for the reviewer first")
    func longQueue() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let address = try #require(EmailAddress("ana@lakeside.example"))
            let account = try #require(try site.store.account(address, realm: .portal))
            let details = VerificationDetails(
                contactName: "Ana", company: "Lakeside", website: "https://lakeside.example", workEmail: "ana@lakeside.example",
                domainReason: nil, naic: nil, ein: nil, npi: nil, sponsorName: "Maria", sponsorRole: "CIO",
                sponsorEmail: "m@lakeside.example")
            for number in 0..<130 {
                try await site.store.add(
                    ApplicationDetails(
                        name: "App \(number)", description: "", homePage: "",
                        redirectURIs: [try RedirectURI(TestApps.loopback, for: .sandbox)]),
                    of: account.key, clientID: "app-\(number)", secret: Secret.make(.clientSecret).hash,
                    audit: AuditEntry(.system("test"), "x", "y"), at: site.clock.now)
                let app = try #require(try site.store.application(clientID: "app-\(number)"))
                let entry = CaseEntry(role: .developer, name: "Ana", action: "submit", text: "", at: site.clock.now)
                _ = try await site.store.submit(
                    VerificationSubmission(
                        application: app.key, details: details, sponsorLink: Secret.make(.emailLink).hash,
                        sponsorLinkExpiresAt: site.clock.now.adding(seconds: 1000), entry: entry), mails: [],
                    audit: AuditEntry(.system("test"), "x", "y"), at: site.clock.now)
                site.clock.advance(seconds: 1)
            }
            // The newest alone waits for the reviewer.
            let last = try #require(try site.store.application(clientID: "app-129"))
            var verification = try #require(try site.store.verification(of: last.key))
            verification.state = .inReview
            _ = try await site.store.keep(
                verification, entry: CaseEntry(role: .sponsor, name: "M", action: "confirm", text: "", at: site.clock.now), mails: [],
                organization: nil, syncing: [], audit: AuditEntry(.system("test"), "x", "y"), at: site.clock.now)
            let reviewer = try await site.planSide()
            var seen: [String] = []
            for path in ["/review", "/review?after=100"] {
                try await reviewer.open(path)
                #expect(reviewer.page.body.count < 60_000)
                #expect(reviewer.markup.links.contains("/review?after=100") == (path == "/review"))
                seen += reviewer.markup.links.filter { $0.hasPrefix("/review/verifications/") }
            }
            #expect(seen.count == 130 && Set(seen).count == 130 && seen[0] == "/review/verifications/\(verification.key.number)")
            for odd in ["-1", "x", "999999999999999999999", "9223372036854775807"] {
                try await reviewer.open("/review?after=" + odd)
                #expect(reviewer.page.status == 200)
            }
        }
    }

    @Test("A new password ends every session, and its link works once")
    func newPassword() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            let developer = PortalVisitor(site)
            try await developer.signUp("ana@lakeside.example")
            let other = PortalVisitor(site)
            try await other.open("/portal/password")
            try await other.submit("/password", ["email": "ana@lakeside.example"])
            let link = try site.mailedLink(to: "ana@lakeside.example")
            try await other.open(link)
            try await other.submit(link, ["password": "short"])
            #expect(other.page.status == 422)
            try await other.submit(link, ["password": "another violet teapot gravel"])
            #expect(other.text.contains("Your new password is set"))
            try await other.open(link)
            #expect(other.page.status == 410)
            try await developer.open("/portal/applications")
            #expect(developer.path.hasPrefix("/portal/sign-in"))
            try await other.signIn("ana@lakeside.example")
            #expect(other.page.status == 422, "the old one opens nothing")
            try await other.signIn("ana@lakeside.example", password: "another violet teapot gravel")
            #expect(other.path == "/portal/applications")
        }
    }

    @Test("Guessing at one address ends after ten tries, whoever it belongs to")
    func guessing() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            for email in ["known@lakeside.example", "unknown@lakeside.example"] {
                let stranger = PortalVisitor(site)
                if email.hasPrefix("known") { try await stranger.signUp(email) }
                let guesser = PortalVisitor(site)
                for _ in 0..<10 { try await guesser.signIn(email, password: "wrong wrong wrong wrong") }
                #expect(guesser.text.contains("do not belong together"))
                try await guesser.signIn(email)
                #expect(guesser.text.contains("Too many attempts"), "the right one is not taken either")
            }
        }
    }
}
