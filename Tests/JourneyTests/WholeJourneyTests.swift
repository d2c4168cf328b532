import Exchange
import Foundation
import Storage
import Synthetic
import TestSupport
import Testing

/// From the app's link to the member's record, over sockets: pages, a mailed code, consent, a token, every resource.
struct WholeJourneyTests {
    @Test(.enabled(if: MailServer.isAvailable, "\(MailServer.whyNot)"))
    func `a member's whole record comes over, with the code from a real mail server`() async throws {
        let mail = try MailServer()
        defer { mail.stop() }
        try await RunningSite.with(services: { store, logger in [try mail.delivery(store, logger)] }) { site in
            let walk = try await Walk(site, at: site.authorize(site.apps.payer, [("state", "the state")]))
            walk.readCode = { RunningSite.sixDigits(in: try await mail.text(to: $0)) ?? "" }
            try await walk.createAccount(site.member, email: "teodor@example.com")
            let left = try await walk.allow()
            #expect(left.hasPrefix(TestApps.loopback + "?"))
            #expect(parameter("state", of: left) == "the state")
            #expect(parameter("iss", of: left) == site.demo.addresses.issuer)
            let code = try #require(parameter("code", of: left))
            let tokens = try site.tokens(in: try await site.exchange(code))
            let whole = try await wholeRecord(site, tokens)
            // The plan's own word that it has sent the record comes along.
            let record = whole.filter { !$0.key.hasPrefix("Provenance/transmission-") }
            #expect(record.count < whole.count)
            let made = MadePlans.shared(of: MadePlans.tiny)
            #expect(made.count > 10 && record.keys.sorted() == made.keys.sorted())
            for (key, bytes) in made {
                #expect(record[key].map { StoredMeta.removed($0) } == StoredMeta.removed(bytes), "\(key)")
            }
        }
    }

    /// Everything that searching gives, by `Type/id`: the member's own types alone.
    private func wholeRecord(_ site: RunningSite, _ tokens: RunningSite.Tokens) async throws -> [String: [UInt8]] {
        let rest = try await site.get("/demo/r4/metadata").object["rest"] as? [[String: Any]]
        let types = (rest?.first?["resource"] as? [[String: Any]])?.compactMap { $0["type"] as? String } ?? []
        var found: [String: [UInt8]] = [:]
        for type in types where !["Organization", "Practitioner", "PractitionerRole", "Location", "Medication"].contains(type) {
            var next: String? = "/demo/r4/\(type)?_count=5"
            while let address = next {
                let page = try await site.get(address, tokens.bearer)
                for entry in page.object["entry"] as? [[String: Any]] ?? [] {
                    guard let id = (entry["resource"] as? [String: Any])?["id"] as? String else { continue }
                    found["\(type)/\(id)"] = try await site.get("/demo/r4/\(type)/\(id)", tokens.bearer).body
                }
                next = (page.object["link"] as? [[String: String]])?.first { $0["relation"] == "next" }?["url"]
            }
        }
        return found
    }

    @Test func `a member who has an account signs in with e-mail and code`() async throws {
        try await RunningSite.with { site in
            let email = "Teodor.Greenacre@Example.com"
            let first = try await Walk(site, at: site.authorize(site.apps.payer))
            try await first.createAccount(site.member, email: email)
            _ = try await first.allow()
            let second = try await Walk(site, at: site.authorize(site.apps.rival))
            try await second.signIn(email: email.lowercased())
            #expect(second.page.text.contains(site.member.lastName))
            let code = try #require(parameter("code", of: try await second.allow()))
            let answer = try await site.exchange(code, site.apps.rival)
            #expect(answer.string("patient") == site.member.patientID)
        }
    }

    @Test func `an address without an account sees the same page and gets no mail`() async throws {
        try await RunningSite.with { site in
            let known = "known@example.com"
            let setup = try await Walk(site, at: site.authorize(site.apps.payer))
            try await setup.createAccount(site.member, email: known)
            _ = try await setup.allow()
            var pages: Set<String> = []
            for email in [known, "nobody@example.com"] {
                let walk = try await Walk(site, at: site.authorize(site.apps.payer))
                let token = walk.formToken ?? "-"
                try await walk.follow("/sign-in")
                try await walk.submit("/sign-in", ["email": email])
                try walk.expect("code")
                pages.insert(
                    walk.page.text.replacing(email, with: "EMAIL").replacing(walk.id, with: "ID").replacing(token, with: "TOKEN"))
                try await walk.submit("/code", ["code": email == known ? "not it" : "123456"])
                #expect(walk.page.status == 422 && walk.page.text.contains("4 tries"))
            }
            #expect(pages.count == 1)
            #expect(try site.store.mails(to: "nobody@example.com", limit: 10).isEmpty)
        }
    }

    @Test func `a parent who decides is kept with the grant`() async throws {
        try await RunningSite.with { site in
            let walk = try await Walk(site, at: site.authorize(site.apps.payer))
            try await walk.createAccount(site.member, email: "parent@example.com")
            try await walk.submit("/consent", ["decider": "representative"], button: "allow")
            #expect(walk.page.status == 422 && walk.left == nil, "a name and a relationship are needed")
            try await walk.submit("/consent", [:], button: "allow")
            #expect(walk.page.status == 422 && walk.left == nil)
            _ = try await walk.allow(representative: ("Ana Greenacre", "parent"))
            let rows = try site.grantRows()
            #expect(rows == ["representative|Ana Greenacre|parent|launch/patient offline_access patient/*.read"])
        }
    }

    @Test func `a member who cancels, at any step, sends access_denied and no code`() async throws {
        try await RunningSite.with { site in
            for step in ["", "account", "email", "code", "consent", "deny"] {
                let walk = try await Walk(site, at: site.authorize(site.apps.payer, [("state", "s")]))
                if step != "" { try await walk.follow("/account") }
                if ["email", "code"].contains(step) { try await walk.submit("/account", Walk.details(site.member)) }
                if step == "code" { try await walk.submit("/email", ["email": "someone@example.com"]) }
                if step == "consent" || step == "deny" {
                    try await walk.open(walk.root)
                    try await walk.createAccount(site.member, email: "someone@example.com")
                }
                if step == "deny" {
                    try await walk.submit("/consent", ["decider": "member"], button: "deny")
                } else {
                    try await walk.submit("/cancel")
                }
                let left = try #require(walk.left)
                #expect(parameter("error", of: left) == "access_denied" && parameter("code", of: left) == nil, "\(step): \(left)")
                #expect(parameter("state", of: left) == "s" && parameter("iss", of: left) == site.demo.addresses.issuer)
                try await walk.open(walk.root)
                #expect(walk.page.status == 410)
            }
            #expect(try site.grantRows().isEmpty)
        }
    }

    @Test func `at a plan that trusts its roster the code goes to the address the plan has`() async throws {
        try await RunningSite.with { site in
            let member = MadePlans.other.member(at: MadePlans.tiny)
            var app = site.authorize(site.apps.payer, plan: site.other)
            app = app.replacing(WebForm.encoded(TestApps.loopback), with: WebForm.encoded(TestApps.web))
            let walk = try await Walk(site, at: app)
            try await walk.follow("/account")
            try await walk.submit("/account", Walk.details(member))
            try walk.expect("email")
            #expect(!walk.page.text.contains(member.email), "shown masked only")
            try await walk.post(walk.root + "/email", [("form_token", walk.formToken ?? ""), ("email", "thief@example.com")])
            try walk.expect("code")
            #expect(!walk.page.text.contains(member.email))
            #expect(try site.store.mails(to: "thief@example.com", limit: 1).isEmpty)
            try await walk.submit("/code", ["code": try site.mailedCode(to: member.email)])
            let left = try await walk.allow()
            #expect(left.hasPrefix(TestApps.web + "&") && parameter("iss", of: left) == "https://auth.example.com/oauth2")
            let answer = try await site.exchange(parameter("code", of: left) ?? "", plan: site.other)
            #expect(answer.string("patient") == member.patientID)
        }
    }
}
