import Exchange
import FHIR
import Storage
import TestSupport
import Testing
import Trust

@Suite("Whether an address has an account is told to nobody")
struct EnumerationTests {
    private static let wrong = "wrong wrong wrong wrong"

    /// What a stranger sees of an answer, and what the server did for it.
    private struct Seen: Equatable {
        var answer: String
        var passwords: Int
        var mails: Int
        var entries: Int
    }

    /// All of the same length: one without an account, one that only asked for it, one with an account, one with a second factor too.
    private static let addresses = ["none@lakeside.example", "half@lakeside.example", "full@lakeside.example", "both@lakeside.example"]

    private static func fill(_ site: RunningSite) async throws {
        let stranger = PortalVisitor(site)
        try await stranger.open("/portal/sign-up")
        try await stranger.submit("/sign-up", ["name": "Ana", "email": addresses[1], "password": PortalVisitor.password])
        for address in addresses[2...] { try await PortalVisitor(site).signUp(address) }
        let both = try #require(EmailAddress(addresses[3]))
        let account = try #require(try site.store.account(both, realm: .portal))
        let session = try #require(try site.store.sessions(of: account.key).first)
        try await site.store.setSecondFactor(
            OneTimePassword.make().secret, recovery: [], step: 0, of: account.key, keeping: session.key,
            audit: AuditEntry(.system("test"), "x", "y"), at: site.clock.now)
        for address in addresses[2...] {
            let hash = try PasswordHash.make(PortalVisitor.password, cost: PasswordCost(logarithm: 4, parallelism: 1))
            _ = try await site.store.add(
                NewAccount(role: .reviewer, address: try #require(EmailAddress(address)), name: "Robin", password: hash),
                audit: AuditEntry(.system("test"), "x", "y"), at: site.clock.now)
        }
        // The first comparison makes what unknown addresses are compared with.
        try await PortalVisitor(site).signIn("first@lakeside.example", password: wrong)
    }

    private static func done(_ site: RunningSite) throws -> (Int, Int, Int) {
        (site.passwords.count, try site.store.mails(to: nil, limit: 1000).count, try site.store.audit(before: nil, limit: 1000).count)
    }

    private static func seen(
        _ site: RunningSite, _ email: String, hiding token: String, _ send: () async throws -> WebAnswer
    ) async throws -> Seen {
        let before = try done(site)
        let answer = try await send()
        let after = try done(site)
        // The stranger's own address and token stand in the page; the request's name is random.
        let lines = answer.comparable.split(separator: "\n").filter { !$0.hasPrefix("x-request-id:") }.joined(separator: "\n")
        return Seen(
            answer: lines.replacing(email, with: "ADDRESS").replacing(token, with: "TOKEN"), passwords: after.0 - before.0,
            mails: after.1 - before.1, entries: after.2 - before.2)
    }

    @Test("Status, headers, page, passwords hashed, mails and entries are the same for every address, on pages of both doors and as JSON")
    func same() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            try await Self.fill(site)
            let forms: [(path: String, fields: (String) -> [(String, String)], cost: [Int])] = [
                ("/portal/sign-up", { [("name", "Ana"), ("email", $0), ("password", PortalVisitor.password)] }, [1, 1, 0]),
                ("/portal/sign-in", { [("email", $0), ("password", Self.wrong)] }, [1, 0, 1]),
                ("/portal/password", { [("email", $0)] }, [0, 1, 0]),
                ("/review/sign-in", { [("email", $0), ("password", Self.wrong)] }, [1, 0, 1]),
                ("/review/password", { [("email", $0)] }, [0, 1, 0]),
            ]
            for form in forms {
                var all: [Seen] = []
                for email in Self.addresses {
                    let stranger = PortalVisitor(site)
                    try await stranger.open(form.path)
                    let token = try #require(stranger.markup.forms.last?.values.first { $0.name == "form_token" }?.value)
                    all.append(
                        try await Self.seen(site, email, hiding: token) {
                            try await site.post(form.path, [("form_token", token)] + form.fields(email), stranger.cookieHeader)
                        })
                }
                #expect([all[0].passwords, all[0].mails, all[0].entries] == form.cost, "\(form.path)")
                for (email, one) in zip(Self.addresses, all) { #expect(one == all[0], "\(form.path) \(email)") }
            }
            let bodies: [(path: String, body: (String) -> String)] = [
                ("/accounts", { #"{"name":"Ana","email":"\#($0)","password":"\#(PortalVisitor.password)"}"# }),
                ("/session", { #"{"email":"\#($0)","password":"\#(Self.wrong)"}"# }), ("/password", { #"{"email":"\#($0)"}"# }),
            ]
            for (path, body) in bodies {
                var all: [Seen] = []
                for email in Self.addresses {
                    all.append(
                        try await Self.seen(site, email, hiding: "TOKEN") {
                            try await site.web.send(
                                "POST", site.absolute("/api/portal" + path), headers: [("Content-Type", "application/json")],
                                body: Array(body(email).utf8))
                        })
                }
                for (email, one) in zip(Self.addresses, all) { #expect(one == all[0], "\(path) \(email)") }
            }
        }
    }

    @Test("Where it ends is the same too: after as many attempts, and after as many mails")
    func limits() async throws {
        try await RunningSite.with(isSandbox: true, hasPortal: true) { site in
            try await Self.fill(site)
            var all: [[Seen]] = []
            for email in [Self.addresses[0], Self.addresses[2]] {
                let stranger = PortalVisitor(site)
                var one: [Seen] = []
                for (path, times) in [("/portal/sign-in", 12), ("/portal/password", 7)] {
                    try await stranger.open(path)
                    let token = try #require(stranger.markup.forms.last?.values.first { $0.name == "form_token" }?.value)
                    for _ in 0..<times {
                        one.append(
                            try await Self.seen(site, email, hiding: token) {
                                try await site.post(
                                    path, [("form_token", token), ("email", email), ("password", Self.wrong)], stranger.cookieHeader)
                            })
                    }
                }
                all.append(one)
            }
            #expect(all[0] == all[1])
            #expect(all[0][9].passwords == 1 && all[0][10].passwords == 0 && all[0][10].answer.contains("Too many attempts"))
            #expect(all[0][16].mails == 1 && all[0][17].mails == 0)
        }
    }
}
