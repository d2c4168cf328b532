import Exchange
import Synthetic
import TestSupport
import Testing
import Trust

/// What happens when the same thing is tried by several at once, from two tabs or two browsers.
struct RaceTests {
    @Test func `of twenty who bring one code one gets a token, which is dead afterwards`() async throws {
        try await RunningSite.with { site in
            for _ in 0..<5 {
                let code = try await site.code().text
                let answers = try await together(20) { try await site.exchange(code) }
                let won = answers.filter { $0.status == 200 }
                #expect(won.count == 1)
                #expect(answers.allSatisfy { $0.status == 200 || ($0.status == 400 && $0.string("error") == "invalid_grant") })
                for answer in won {
                    let tokens = try site.tokens(in: answer)
                    #expect(try await site.get("/demo/r4/Patient", tokens.bearer).status == 401)
                    #expect(try await site.refresh(tokens.refresh).string("error") == "invalid_grant")
                }
            }
        }
    }

    @Test func `of twenty who bring one refresh token one gets a token, which is dead afterwards`() async throws {
        try await RunningSite.with { site in
            for _ in 0..<3 {
                let tokens = try await site.tokens()
                let answers = try await together(20) { try await site.refresh(tokens.refresh) }
                let won = answers.filter { $0.status == 200 }
                #expect(won.count == 1)
                #expect(answers.allSatisfy { $0.status == 200 || ($0.status == 400 && $0.string("error") == "invalid_grant") })
                for answer in won { #expect(try await site.get("/demo/r4/Patient", try site.tokens(in: answer).bearer).status == 401) }
                #expect(try await site.get("/demo/r4/Patient", tokens.bearer).status == 401)
            }
        }
    }

    @Test func `of ten consents sent at once one makes a grant and a code`() async throws {
        try await RunningSite.with { site in
            let walk = try await Walk(site, at: site.authorize(site.apps.payer))
            try await walk.createAccount(site.member, email: "one@example.com")
            let (address, headers) = (walk.root + "/consent", walk.cookieHeader)
            let fields = [("form_token", walk.formToken ?? ""), ("decider", "member"), ("decision", "allow")]
            let answers = try await together(10) { try await site.post(address, fields, headers) }
            #expect(answers.count { $0.locationParameter("code") != nil } == 1)
            #expect(answers.allSatisfy { [303, 409, 410].contains($0.status) }, "\(answers.map(\.status))")
            #expect(try site.grantRows().count == 1)
        }
    }

    @Test func `of ten guesses sent at once no more count than there are tries`() async throws {
        try await RunningSite.with { site in
            let walk = try await Walk(site, at: site.authorize(site.apps.payer))
            try await walk.follow("/account")
            try await walk.submit("/account", Walk.details(site.member))
            try await walk.submit("/email", ["email": "guess@example.com"])
            let right = try site.mailedCode(to: "guess@example.com")
            let wrong = right == "000000" ? "000001" : "000000"
            let (address, headers, token) = (walk.root + "/code", walk.cookieHeader, walk.formToken ?? "")
            for _ in 0..<3 {
                let answers = try await together(10) { try await site.post(address, [("form_token", token), ("code", wrong)], headers) }
                #expect(answers.allSatisfy { [409, 422].contains($0.status) }, "\(answers.map(\.status))")
            }
            for _ in 0..<5 { _ = try await site.post(address, [("form_token", token), ("code", wrong)], headers) }
            let late = try await site.post(address, [("form_token", token), ("code", right)], headers)
            #expect(late.status == 422, "the right code comes too late")
        }
    }

    @Test func `two tabs of one browser go their ways, and each form belongs to its own`() async throws {
        try await RunningSite.with { site in
            let first = try await Walk(site, at: site.authorize(site.apps.payer, [("state", "1")]))
            let second = try await Walk(site, at: site.authorize(site.apps.rival, [("state", "2")]), cookies: first.cookies)
            first.cookies.merge(second.cookies) { _, new in new }
            let foreign = second.formToken ?? ""
            try await first.createAccount(site.member, email: "first@example.com")
            try await second.createAccount(site.second, email: "second@example.com")
            let own = first.page
            try await first.post(first.root + "/consent", [("form_token", foreign), ("decider", "member"), ("decision", "allow")])
            #expect(first.page.status == 403 && first.left == nil)
            #expect(own.status == 200)
            try await first.open(first.root + "/consent")
            let (one, two) = (try await first.allow(), try await second.allow())
            #expect(parameter("state", of: one) == "1" && parameter("state", of: two) == "2")
            let answers = [
                try await site.exchange(parameter("code", of: one) ?? ""),
                try await site.exchange(parameter("code", of: two) ?? "", site.apps.rival),
            ]
            #expect(answers.map { $0.string("patient") } == [site.member.patientID, site.second.patientID])
        }
    }

    @Test func `another browser, another walk's cookie and a form from elsewhere are refused`() async throws {
        try await RunningSite.with { site in
            let walk = try await Walk(site, at: site.authorize(site.apps.payer))
            try await walk.createAccount(site.member, email: "own@example.com")
            let thief = try await Walk(site, at: site.authorize(site.apps.payer))
            let secret = try #require(thief.cookies.first?.value)
            let name = try #require(walk.cookies.first?.key)
            let token = walk.formToken ?? ""
            let fields = [("form_token", token), ("decider", "member"), ("decision", "allow")]
            let cookies: [[(String, String)]] = [
                [], thief.cookieHeader, [("Cookie", "\(name)=\(secret)")], [("Cookie", "\(name)=")],
                [("Cookie", "\(name)=\(Secret.make(.session).text)")],
            ]
            for cookie in cookies {
                for page in ["", "/account", "/email", "/code", "/consent"] {
                    let answer = try await site.get(walk.root + page, cookie)
                    #expect(answer.status == 404 && !answer.text.contains("form_token") && !answer.text.contains(site.member.lastName))
                }
                #expect(try await site.post(walk.root + "/consent", fields, cookie).status == 404)
            }
            for token in ["", "x", thief.formToken ?? "", String(token.dropLast()), token + "="] {
                let answer = try await site.post(walk.root + "/consent", [("form_token", token)] + fields.dropFirst(), walk.cookieHeader)
                #expect(answer.status == 403, "\(token)")
            }
            #expect(try await site.post(walk.root + "/consent", Array(fields.dropFirst()), walk.cookieHeader).status == 403)
            // The same path below the other plan is not this walk.
            #expect(try await site.get("/other/oauth2/authorization/\(walk.id)/consent", walk.cookieHeader).status == 404)
            #expect(try site.grantRows().isEmpty)
            _ = try await walk.allow()
            for _ in 0..<2 {
                let again = try await site.post(walk.root + "/consent", fields, walk.cookieHeader)
                #expect(again.status == 410 && again.header("Location") == nil, "a finished walk is over")
            }
            #expect(try site.grantRows().count == 1)
        }
    }

    @Test func `an app taken off the plan loses everything within a second`() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            #expect(try await site.get("/demo/r4/Patient", tokens.bearer).status == 200)
            let code = try await site.code().text
            let walk = try await Walk(site, at: site.authorize(site.apps.payer))
            try await walk.createAccount(site.member, email: "late@example.com")
            try StoreFile(site).change(
                "DELETE FROM app_plan WHERE app = (SELECT number FROM app WHERE client_id = 'new-health-plan') AND plan = \(site.demo.key.number)"
            )
            // A server remembers for a second what a token opens.
            site.clock.advance(seconds: 1)
            #expect(try await site.get("/demo/r4/Patient", tokens.bearer).status == 401)
            #expect(try await site.exchange(code).string("error") == "invalid_client")
            #expect(try await site.refresh(tokens.refresh).string("error") == "invalid_client")
            try await walk.submit("/consent", ["decider": "member"], button: "allow")
            #expect(walk.page.status == 403 && walk.left == nil)
            #expect(try await site.get(site.authorize(site.apps.payer)).status == 400)
        }
    }

    /// The answers of so many tries made at the same time.
    private func together(_ count: Int, _ ask: @escaping @Sendable () async throws -> WebAnswer) async throws -> [WebAnswer] {
        try await withThrowingTaskGroup(of: WebAnswer.self) { group in
            for _ in 0..<count { group.addTask { try await ask() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
