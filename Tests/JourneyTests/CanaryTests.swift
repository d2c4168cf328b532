import Exchange
import Foundation
import Storage
import Synthetic
import TestSupport
import Testing
import Trust

/// Nothing secret is written down: not in the log, not in the store.
struct CanaryTests {
    @Test func `no secret, code, token or name reaches the log, and no secret the store's files`() async throws {
        let email = "canary.7f3a91@example.com"
        let state = "canary-state-7f3a91"
        try await RunningSite.with { site in
            let app = site.authorize(site.apps.payer, [("state", state)])
            let walk = try await Walk(site, at: app)
            try await walk.follow("/account")
            try await walk.submit("/account", Walk.details(site.member).merging(["last_name": "Canarywrong"]) { _, new in new })
            try await walk.submit("/account", Walk.details(site.member))
            try await walk.submit("/email", ["email": email])
            let formToken = walk.formToken ?? ""
            let mailCode = try site.mailedCode(to: email)
            for entry in try await site.store.claimDue(limit: 10, lease: .seconds(86_400)) { try await site.store.delivered(entry.id) }
            try await walk.submit("/code", ["code": mailCode])
            let code = parameter("code", of: try await walk.allow()) ?? ""
            _ = try await site.exchange(code, site.apps.rival)
            let tokens = try site.tokens(in: try await site.exchange(code))
            let fresh = try site.tokens(in: try await site.refresh(tokens.refresh))
            _ = try await site.get("/demo/r4/Patient/\(tokens.patient)?canary=\(state)", fresh.bearer)
            _ = try await site.get("/demo/r4/Observation?patient=\(tokens.patient)&code=canary-code-7f3a91", fresh.bearer)
            _ = try await site.get("/demo/r4/Patient", [("Authorization", "Bearer canary token")])
            _ = try await site.post("/demo/oauth2/token", [("client_secret", "canary-secret-7f3a91"), ("client_id", "canary-client")])
            _ = try await site.exchange(code)
            let secrets =
                [site.apps.payer.secret?.text ?? "", code, tokens.access, tokens.refresh, fresh.access, fresh.refresh]
                + Array(walk.cookies.values) + [formToken]
            #expect(secrets.count == 8 && secrets.allSatisfy { $0.utf8.count >= 40 })
            let member = site.member
            let persons = [email, member.firstName, member.lastName, member.memberID, member.birthDate, member.patientID, "Canarywrong"]
            let asked = [state, "canary-code-7f3a91", "canary-secret-7f3a91", "canary token"]
            let log = LogCapture.lines
            #expect(log.contains { $0.contains("oauth2/token") }, "the log is looked at")
            for canary in secrets + persons + asked {
                #expect(!log.contains { $0.contains(canary) }, "\(canary) is in the log: \(log.first { $0.contains(canary) } ?? "")")
            }
            #expect(!log.contains { $0.split { !$0.isNumber }.contains { $0 == mailCode } }, "the mailed code is in the log")
            try checkFiles(site, secrets)
            #expect(try StoreFile(site).rows("SELECT text FROM outbox") == [""], "what was delivered keeps no text")
        }
    }

    private func checkFiles(_ site: RunningSite, _ secrets: [String]) throws {
        var sizes = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: site.folder) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: site.folder + "/" + name))
            sizes += bytes.count
            for secret in secrets { #expect(bytes.range(of: Data(secret.utf8)) == nil, "a secret \(secret.prefix(4)) is in \(name)") }
        }
        #expect(sizes > 100_000)
    }
}
