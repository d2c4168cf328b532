import FHIR
import Foundation
import Synchronization
import Testing

@testable import Receiver

@Suite("Tokens and the member's answer")
struct TokenTests {
    @Test("A token that ends midway is refreshed once, the rotated one is used, and the member is not asked again")
    func refresh() async throws {
        let plan = FakePlan(.usual)
        let server = try await plan.start()
        let result = await Journey(server).run(onPage: { number in
            if number == 3 { plan.expireTokens() }
            return false
        }) { $0.parallelRequests = 4 }
        await server.stop()
        #expect(result.receipt?.isComplete == true)
        #expect(result.authorizations == 1)
        let refreshes = server.seen.filter { $0.form["grant_type"] == "refresh_token" }
        #expect(refreshes.count == 1)
        #expect(refreshes.first?.form["refresh_token"] == "refresh-2")
        #expect(server.seen.last?.authorization == "Bearer access-3")
    }

    @Test("Rotation holds over several refreshes: each new refresh token is the one used next")
    func rotation() async throws {
        let plan = FakePlan(.usual)
        let server = try await plan.start()
        let result = await Journey(server).run(onPage: { number in
            if [2, 4, 6].contains(number) { plan.expireTokens() }
            return false
        }) { $0.parallelRequests = 1 }
        await server.stop()
        #expect(result.receipt?.isComplete == true)
        #expect(
            server.seen.filter { $0.form["grant_type"] == "refresh_token" }.compactMap { $0.form["refresh_token"] } == [
                "refresh-2", "refresh-3", "refresh-4",
            ])
    }

    @Test("A token past its announced time is refreshed before it is used")
    func announcedEnd() async throws {
        var script = FakePlan.Script.usual
        script.expiresIn = 0
        let server = try await FakePlan(script).start()
        let result = await Journey(server).run { $0.parallelRequests = 1 }
        await server.stop()
        #expect(result.receipt?.isComplete == true)
        #expect(!server.seen.contains { $0.authorization == "Bearer access-2" })
    }

    @Test("When neither token works any more the member is asked again, and the same member goes on")
    func authorizeAgain() async throws {
        let plan = FakePlan(.usual)
        let server = try await plan.start()
        let result = await Journey(server).run(onPage: { number in
            if number == 4 { plan.revokeAll() }
            return false
        })
        await server.stop()
        #expect(result.receipt?.isComplete == true)
        #expect(result.authorizations == 2)
    }

    @Test("When another member answers the second time, nothing is mixed")
    func otherMember() async throws {
        let plan = FakePlan(.usual)
        let server = try await plan.start()
        let journey = Journey(server)
        let result = await journey.run(onPage: { number in
            if number == 4 {
                plan.revokeAll()
                plan.change { $0.tokenExtra = #""patient":"p2","# }
            }
            return false
        })
        await server.stop()
        #expect(result.problem == .differentMember(expected: "p1", got: "p2"))
        #expect(journey.exists(".receive-state.json"))
    }

    @Test("A token without a patient, or with one that is no id, reads nothing", arguments: ["", #""patient":"a/b","#, #""patient":7,"#])
    func noPatient(_ extra: String) async throws {
        var script = FakePlan.Script.usual
        script.tokenExtra = extra
        let server = try await FakePlan(script).start()
        let journey = Journey(server)
        let result = await journey.run()
        await server.stop()
        #expect(result.problem == (extra.isEmpty ? .noPatient : .tokenUnusable("its patient is not a FHIR id")))
        #expect(!server.seen.contains { $0.authorization?.hasPrefix("Bearer") == true })
        #expect(journey.files().isEmpty)
    }

    @Test("A member who declines is reported as such")
    func denied() async throws {
        var script = FakePlan.Script.usual
        script.authorizeError = "access_denied"
        let server = try await FakePlan(script).start()
        let result = await Journey(server).run()
        await server.stop()
        #expect(result.problem == .denied("Not now"))
        #expect(!server.seen.contains { $0.path == "/demo/oauth2/token" })
    }

    @Test("Another error names itself")
    func otherError() async throws {
        var script = FakePlan.Script.usual
        script.authorizeError = "invalid_scope"
        let server = try await FakePlan(script).start()
        let result = await Journey(server).run()
        await server.stop()
        #expect(result.problem == .authorizationFailed(error: "invalid_scope", description: "Not now"))
    }

    @Test("A wrong secret is refused with the server's word")
    func wrongSecret() async throws {
        let server = try await FakePlan(.usual).start()
        let result = await Journey(server).run { $0.clientSecret = "wrong" }
        await server.stop()
        #expect(result.problem == .tokenRefused(error: "invalid_grant", description: "no"))
    }

    @Test("An answer with a wrong state gets a 400 page and the wait goes on; strange paths and methods do too")
    func wrongState() async throws {
        let server = try await FakePlan(.usual).start()
        let statuses = Mutex<[Int?]>([])
        let result = await Journey(server).run(browser: { address in
            guard let location = await Journey.location(address), let mark = location.firstIndex(of: "?") else { return }
            let place = String(location[..<mark])
            let root = String(place.dropLast("/callback".count))
            let odd = [
                place + "?code=stolen&state=guess", place + "?code=stolen", place + "?state=x&state=y&code=z", root + "/favicon.ico",
                place + "?%zz",
            ]
            for address in odd {
                let status = await Journey.status(address)
                statuses.withLock { $0.append(status) }
            }
            let status = await Journey.status(location)
            statuses.withLock { $0.append(status) }
        })
        await server.stop()
        #expect(statuses.withLock { $0 } == [400, 400, 400, 404, 400, 200])
        #expect(result.receipt?.isComplete == true)
    }

    @Test("Nobody comes: the wait ends and the port is free again")
    func timeout() async throws {
        let server = try await FakePlan(.usual).start()
        let place = Mutex<String?>(nil)
        let result = await Journey(server).run(browser: { address in
            let redirect = address.split(separator: "redirect_uri=").last?.prefix { $0 != "&" }.removingPercentEncoding
            place.withLock { $0 = redirect }
        }) { $0.authorizeTimeout = .milliseconds(200) }
        await server.stop()
        #expect(result.problem == .authorizationTimedOut)
        let redirect = try #require(place.withLock { $0 })
        #expect(await Journey.status(redirect) == nil)
    }

    @Test("iss must be the issuer when both are known", arguments: [("https://plan.example", true), ("https://evil.example", false)])
    func issuer(_ given: String, _ isRight: Bool) async throws {
        var script = FakePlan.Script.usual
        script.issuer = "https://plan.example"
        script.answerIssuer = given
        let server = try await FakePlan(script).start()
        let result = await Journey(server).run()
        await server.stop()
        #expect(result.problem == (isRight ? nil : .wrongIssuer(expected: "https://plan.example", got: given)))
    }

    @Test("The issuer of the RFC 8414 document counts when the SMART one names none", arguments: ["https://evil.example", nil])
    func issuerElsewhere(_ given: String?) async throws {
        var script = FakePlan.Script.usual
        script.answerIssuer = given
        script.detour = { seen, base, _ in
            guard seen.path == "/demo/oauth2/.well-known/oauth-authorization-server" else { return nil }
            return ScriptServer.Reply(
                body: """
                    {"issuer":"\(base)/demo/oauth2","authorization_endpoint":"\(base)/demo/oauth2/authorize/payer2payer",
                     "token_endpoint":"\(base)/demo/oauth2/token","authorization_response_iss_parameter_supported":true}
                    """)
        }
        let server = try await FakePlan(script).start()
        let result = await Journey(server).run()
        await server.stop()
        guard case .wrongIssuer(let expected, let got) = result.problem else {
            Issue.record("A wrong or missing iss was taken.")
            return
        }
        #expect(expected.hasSuffix("/demo/oauth2"))
        #expect(got == given)
    }

    @Test("HTTP Basic is used when the server lists nothing else, and the secret is in no form then")
    func basic() async throws {
        let plan = FakePlan(.usual)
        let server = try await plan.start()
        plan.change {
            $0.smart = #"""
                {"authorization_endpoint":"\#(server.base)/demo/oauth2/authorize/payer2payer","token_endpoint":"\#(server.base)/demo/oauth2/token",
                 "token_endpoint_auth_methods_supported":["client_secret_basic"]}
                """#
        }
        _ = await Journey(server).run()
        await server.stop()
        let asked = try #require(server.seen.first { $0.path == "/demo/oauth2/token" })
        #expect(asked.authorization == "Basic " + Data("client:s3cret%2F%2B".utf8).base64EncodedString())
        #expect(asked.form["client_secret"] == nil)
        #expect(asked.form["client_id"] == nil)
    }

    @Test("No token and no secret shows in events, receipt or data; the state file is its owner's alone and goes at the end")
    func secrecy() async throws {
        let plan = FakePlan(.usual)
        let server = try await plan.start()
        let journey = Journey(server)
        let modes = Mutex<Set<String>>([])
        let result = await journey.run(onPage: { _ in
            for name in ["", "/.receive-state.json", "/Observation.ndjson", "/Observation.ndjson.part", "/Patient.ndjson"] {
                let facts = try? FileManager.default.attributesOfItem(atPath: journey.out + name)
                if let mode = facts?[.posixPermissions] as? Int {
                    modes.withLock { _ = $0.insert(name.isEmpty ? "d\(String(mode, radix: 8))" : String(mode, radix: 8)) }
                }
            }
            return false
        })
        await server.stop()
        #expect(modes.withLock { $0 } == ["d700", "600"])
        let shown = result.events.map { "\($0)" }.joined()
        for secret in ["access-2", "refresh-2", "s3cret"] {
            #expect(!shown.contains(secret))
            for file in try FileManager.default.contentsOfDirectory(atPath: journey.out) {
                #expect(try !String(contentsOfFile: journey.out + "/" + file, encoding: .utf8).contains(secret), "\(file)")
            }
        }
    }
}
