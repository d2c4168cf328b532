import FHIR
import Foundation
import NIOCore
import Synchronization
import Testing

@testable import Receiver

@Suite("A sender that is ill or ill-meaning")
struct HostileSenderTests {
    /// Answers in place of the plan for one path, from the given visit on, so many times.
    private static func at(
        _ path: String, from first: Int = 0, times: Int = .max, _ reply: @escaping @Sendable (String) -> FakePlan.Reply
    ) -> @Sendable (FakePlan.Seen, String, Int) -> FakePlan.Reply? {
        { seen, base, before in
            guard seen.target.hasPrefix(path), before >= first, before - first < times else { return nil }
            return reply(base)
        }
    }

    private func receive(
        _ script: FakePlan.Script, _ change: @escaping @Sendable (inout ReceiveOptions) -> Void = { _ in }
    ) async throws -> (Journey, Journey.Result, ScriptServer) {
        let server = try await FakePlan(script).start()
        let journey = Journey(server)
        let result = await journey.run(change)
        await server.stop()
        return (journey, result, server)
    }

    @Test("429 with Retry-After is obeyed to the second")
    func tooMany() async throws {
        var script = FakePlan.Script.usual
        script.detour = Self.at("/demo/r4/Observation?patient=p1&_count=2&_offset=2", times: 1) { _ in
            .init(status: 429, headers: [("Retry-After", "1")])
        }
        let (journey, result, _) = try await receive(script)
        #expect(result.receipt?.isComplete == true)
        #expect(result.retries == [.seconds(1)])
        #expect(result.receipt?.retries == 1)
        #expect(journey.lines("Observation").count == 7)
    }

    @Test("A Retry-After longer than allowed ends the type, and says so")
    func tooLongWait() async throws {
        var script = FakePlan.Script.usual
        script.detour = Self.at("/demo/r4/Observation?") { _ in .init(status: 503, headers: [("Retry-After", "86400")]) }
        let (journey, result, _) = try await receive(script)
        #expect(result.receipt?.failures.map(\.type) == ["Observation"])
        #expect(result.receipt?.failures.first?.reason.contains("86400") == true)
        #expect(journey.lines("Condition").count == 3)
    }

    @Test("503, 502, 504 and a broken connection pass when they pass")
    func passing() async throws {
        for reply in [
            FakePlan.Reply(status: 503), FakePlan.Reply(status: 502), FakePlan.Reply(status: 504),
            FakePlan.Reply(body: String(repeating: " ", count: 4000), cutAfter: 100),
        ] {
            var script = FakePlan.Script.usual
            script.detour = Self.at("/demo/r4/Observation?", times: 2) { _ in reply }
            let (journey, result, _) = try await receive(script)
            #expect(result.receipt?.isComplete == true, "\(reply.status)")
            #expect(journey.lines("Observation").count == 7)
            // Four pages, each path failing twice.
            #expect(result.receipt?.retries == 8)
        }
    }

    @Test("A type that never answers fails alone, and the next run brings it without asking the member again")
    func neverAnswers() async throws {
        var script = FakePlan.Script.usual
        script.detour = Self.at("/demo/r4/Observation?patient=p1&_count=2&_offset=4") { _ in .init(status: 503) }
        let plan = FakePlan(script)
        let server = try await plan.start()
        let journey = Journey(server)
        let first = await journey.run { $0.maximumAttempts = 3 }
        #expect(first.receipt?.isComplete == false)
        #expect(first.receipt?.failures == [.init(type: "Observation", reason: "the server answered 503, 3 times", mayTryAgain: true)])
        #expect(first.receipt?.types.first { $0.type == "Observation" }?.file == "Observation.ndjson.part")
        #expect(journey.lines("Condition").count == 3)
        #expect(journey.exists(".receive-state.json"))

        plan.change { $0.detour = nil }
        let second = await journey.run()
        await server.stop()
        #expect(second.receipt?.isComplete == true)
        #expect(second.authorizations == 0)
        #expect(journey.lines("Observation").count == 7)
        #expect(journey.lines("Practitioner").count == 3)
        #expect(!journey.exists(".receive-state.json"))
    }

    @Test("An answer that is not JSON ends the type with the reason; what came before stays")
    func brokenJSON() async throws {
        for body in ["{\"resourceType\":\"Bundle\",", "<html>", "", "[1]", #"{"resourceType":"Bundle","resourceType":"Bundle"}"#] {
            var script = FakePlan.Script.usual
            script.detour = Self.at("/demo/r4/Observation?patient=p1&_count=2&_offset=2") { _ in .init(body: body) }
            let (journey, result, _) = try await receive(script)
            #expect(result.receipt?.failures.map(\.type) == ["Observation"], "\(body)")
            #expect(result.receipt?.types.first { $0.type == "Observation" }?.count == 2)
            #expect(journey.lines("Encounter").count == 2)
        }
    }

    @Test("A next link to another server is not followed, and no token arrives there")
    func foreignLink() async throws {
        let sink = try await ScriptServer { _, _ in .init(body: FakePlan.bundle([], total: 0)) }
        let evil = sink.base
        for link in [
            evil + "/demo/r4/Observation?page=2", "//127.0.0.1:\(sink.port)/x", "http://127.0.0.1:1@127.0.0.1:\(sink.port)/x", "ftp://x/y",
        ] {
            var script = FakePlan.Script.usual
            script.detour = Self.at("/demo/r4/Observation?") { _ in
                .init(
                    body: FakePlan.bundle(
                        [(FakePlan.Script.usual.records["Observation"]?[0] ?? "", "match")],
                        links: #"{"relation":"next","url":"\#(link)"}"#, total: 9))
            }
            let (_, result, server) = try await receive(script)
            #expect(result.receipt?.failures.map(\.type) == ["Observation"], "\(link)")
            #expect(result.receipt?.failures.first?.reason.contains("another server") == true)
            #expect(result.receipt?.failures.first?.mayTryAgain == false)
            #expect(result.receipt?.types.first { $0.type == "Observation" }?.count == 1)
            #expect(
                server.seen.contains {
                    $0.target.hasPrefix("/demo/r4/Observation?") && $0.authorization?.hasPrefix("Bearer access-") == true
                })
        }
        #expect(sink.seen.isEmpty)
        await sink.stop()
    }

    @Test("A redirect is not followed, with or without the token")
    func redirect() async throws {
        let sink = try await ScriptServer { _, _ in .init(body: FakePlan.bundle([], total: 0)) }
        let evil = sink.base
        var script = FakePlan.Script.usual
        script.detour = Self.at("/demo/r4/Observation?") { _ in .init(status: 302, headers: [("Location", evil + "/r4?secret=1")]) }
        let (_, result, _) = try await receive(script)
        #expect(result.receipt?.failures.first?.reason == "the server answered 302 and points to \(evil), where nothing is sent")
        #expect(sink.seen.isEmpty)
        await sink.stop()
    }

    @Test("Pages that go round in a circle end")
    func loop() async throws {
        var script = FakePlan.Script.usual
        script.detour = Self.at("/demo/r4/Observation?patient=p1&_count=2&_offset=4") { base in
            .init(
                body: FakePlan.bundle(
                    [], links: #"{"relation":"next","url":"\#(base)/demo/r4/Observation?patient=p1&_count=2&_offset=2"}"#, total: 9))
        }
        let (_, result, server) = try await receive(script)
        #expect(
            result.receipt?.failures == [.init(type: "Observation", reason: "a page links back to one that was read", mayTryAgain: false)])
        #expect(server.seen.count { $0.target.hasPrefix("/demo/r4/Observation?") } == 3)
    }

    @Test("Pages without end are bounded")
    func endless() async throws {
        let number = Mutex(0)
        var script = FakePlan.Script.usual
        script.detour = Self.at("/demo/r4/Observation?") { base in
            let next = number.withLock { count in
                count += 1
                return count
            }
            return .init(
                body: FakePlan.bundle([], links: #"{"relation":"next","url":"\#(base)/demo/r4/Observation?n=\#(next)"}"#, total: 9))
        }
        let (_, result, _) = try await receive(script) { $0.limits.pages = 20 }
        #expect(result.receipt?.failures.first?.reason == "there are more than 20 pages")
    }

    @Test("What is not this patient's, not the asked type, without id or too large is counted and left out")
    func leftOut() async throws {
        var script = FakePlan.Script.usual
        script.records["Observation"] = [
            #"{"resourceType":"Observation","id":"good","subject":{"reference":"Patient/p1/_history/3"}}"#,
            #"{"resourceType":"Observation","id":"other","subject":{"reference":"Patient/p2"}}"#,
            #"{"resourceType":"Observation","id":"absolute","subject":{"reference":"https://x.example/r4/Patient/p2"}}"#,
            #"{"resourceType":"Condition","id":"type","subject":{"reference":"Patient/p1"}}"#,
            #"{"resourceType":"Observation","id":"../../x","subject":{"reference":"Patient/p1"}}"#,
            #"{"resourceType":"Observation","subject":{"reference":"Patient/p1"}}"#,
            #"{"resourceType":"Observation","id":"big","note":"\#(String(repeating: "x", count: 3000))"}"#,
            #"{"resourceType":"Observation","id":"good","subject":{"reference":"Patient/p1"}}"#,
        ]
        script.records["Provenance"] = [
            #"{"resourceType":"Provenance","id":"pv","target":[{"reference":"Observation/good"},{"reference":"Patient/p2"}]}"#
        ]
        let (journey, result, _) = try await receive(script) { $0.limits.resourceBytes = 2000 }
        #expect(journey.lines("Observation").count == 1)
        #expect(journey.lines("Provenance").isEmpty)
        let rejected = result.receipt?.rejected ?? []
        #expect(rejected.first { $0.reason == "it belongs to another patient" && $0.type == "Observation" }?.ids == ["other", "absolute"])
        #expect(rejected.first { $0.type == "Provenance" }?.count == 1)
        #expect(rejected.first { $0.reason == "it has no valid id" }?.count == 2)
        #expect(rejected.first { $0.reason.contains("larger") }?.ids == ["big"])
        #expect(rejected.first { $0.reason.contains("type") }?.ids == ["type"])
        #expect(result.receipt?.isComplete == true)
    }

    @Test("Included resources and outcomes in a page are neither written into the type's file nor called wrong")
    func included() async throws {
        var script = FakePlan.Script.usual
        let practitioner = script.shared["Practitioner/dr0"] ?? ""
        let observation = script.records["Observation"]?[0] ?? ""
        script.detour = Self.at("/demo/r4/Observation?") { _ in
            .init(
                body: FakePlan.bundle([(observation, "match"), (practitioner, "include"), (FakePlan.outcome("hint"), "outcome")], total: 1))
        }
        let (journey, result, _) = try await receive(script)
        #expect(journey.lines("Observation").count == 1)
        #expect(result.receipt?.rejected == [])
        #expect(result.receipt?.isComplete == true)
    }

    @Test("Fewer entries than were announced are a gap in the receipt")
    func announced() async throws {
        var script = FakePlan.Script.usual
        let observation = script.records["Observation"]?[0] ?? ""
        script.detour = Self.at("/demo/r4/Observation?") { _ in .init(body: FakePlan.bundle([(observation, "match")], total: 5)) }
        let (_, result, _) = try await receive(script)
        #expect(result.receipt?.gaps.first == .init(type: "Observation", reason: "announced, but not sent", count: 4, ids: []))
    }

    @Test("A type whose single reads are refused is not shared; one whose reads break fails, and the rest arrives")
    func references() async throws {
        var script = FakePlan.Script.usual
        script.records["Observation"] = (1...30).map {
            #"{"resourceType":"Observation","id":"ob\#($0)","subject":{"reference":"Patient/p1"},"performer":[{"reference":"Practitioner/x\#($0)"}]}"#
        }
        script.detour = { seen, _, _ in
            if seen.path.contains("/Practitioner/") { return .init(status: 403) }
            if seen.path.contains("/Location/") { return .init(status: 500, body: FakePlan.outcome("broken")) }
            return nil
        }
        let (journey, result, server) = try await receive(script)
        #expect(result.receipt?.notShared.map(\.type) == ["Coverage", "Practitioner"])
        #expect(result.receipt?.failures == [.init(type: "Location", reason: "the server answered 500: broken", mayTryAgain: true)])
        #expect(server.seen.count { $0.path.contains("/Practitioner/") } == 16)
        #expect(journey.lines("Organization").count == 1)
    }

    @Test("A type that answers 401 to every token costs two refreshes at most, not the whole receive")
    func unauthorizedType() async throws {
        var script = FakePlan.Script.usual
        script.detour = Self.at("/demo/r4/Observation?") { _ in .init(status: 401) }
        let (journey, result, server) = try await receive(script)
        #expect(result.receipt?.failures.map(\.reason) == ["the server refuses the token it has just issued (401)"])
        #expect(result.authorizations == 1)
        #expect(server.seen.count { $0.form["grant_type"] == "refresh_token" } == 1)
        #expect(journey.lines("Condition").count == 3)
    }

    @Test("References to other servers, and to ids that are none, are not followed")
    func foreignReferences() async throws {
        var script = FakePlan.Script.usual
        script.records = ["Patient": script.records["Patient"] ?? []]
        script.records["Observation"] = [
            "https://evil.example/r4/Practitioner/a", "Practitioner/../../admin", "Practitioner/b/c", "urn:uuid:d", "#e",
            "Practitioner?identifier=f",
            "Practitioner/dr1/_history/2", "Nonsense/1",
        ].enumerated().map {
            #"{"resourceType":"Observation","id":"ob\#($0.offset)","subject":{"reference":"Patient/p1"},"performer":[{"reference":"\#($0.element)"}]}"#
        }
        let (_, _, server) = try await receive(script)
        #expect(server.seen.map(\.path).filter { $0.contains("Practitioner") } == ["/demo/r4/Practitioner/dr1"])
    }

    @Test("Another patient under the asked patient's address is refused")
    func otherPatient() async throws {
        var script = FakePlan.Script.usual
        script.records["Patient"] = [#"{"resourceType":"Patient","id":"p2"}"#]
        let (journey, result, _) = try await receive(script)
        #expect(result.receipt?.failures.map(\.type) == ["Patient"])
        #expect(journey.lines("Patient").isEmpty)
    }

    @Test("An answer larger than the limit is cut off, whether it announces its length or not")
    func tooLarge() async throws {
        var script = FakePlan.Script.usual
        script.detour = Self.at("/demo/r4/Observation?") { _ in .init(body: String(repeating: " ", count: 300_000)) }
        let (_, result, _) = try await receive(script) { $0.limits.answerBytes = 200_000 }
        #expect(result.receipt?.failures.first?.reason == "the answer is larger than 200000 bytes")
    }

    @Test("A slow but steady answer is waited for, longer than any single pause may be")
    func steady() async throws {
        var script = FakePlan.Script.usual
        let body = FakePlan.bundle((script.records["Observation"] ?? []).map { ($0, "match") }, total: 7)
        // Longer than a pause may be, with enough in it not to be given up as too slow.
        let long = body + String(repeating: " ", count: 400_000)
        script.detour = Self.at("/demo/r4/Observation?") { _ in .init(body: long, drip: (28, .milliseconds(1250))) }
        let (journey, result, _) = try await receive(script) {
            $0.limits.idle = .seconds(30)
            $0.limits.connect = .seconds(30)
        }
        #expect(result.receipt?.isComplete == true)
        #expect(result.retries.isEmpty)
        #expect(journey.lines("Observation").count == 7)
    }

    @Test("A server that accepts and never answers is given up after the idle time")
    func silence() async throws {
        let (silent, result) = try await withSilentTokenEndpoint()
        #expect(result.problem == .unreachable("no answer from \(silent) in time"))
    }

    private func withSilentTokenEndpoint() async throws -> (String, Journey.Result) {
        let silent = try await SilentServer()
        var script = FakePlan.Script.usual
        let plan = FakePlan(script)
        let server = try await plan.start()
        script.smart =
            #"{"authorization_endpoint":"\#(server.base)/demo/oauth2/authorize/payer2payer","token_endpoint":"\#(silent.base)/token"}"#
        plan.change { [script] in $0 = script }
        let result = await Journey(server).run { $0.limits.idle = .seconds(10) }
        await server.stop()
        await silent.stop()
        return (silent.base, result)
    }

    @Test("Words of the sender cannot steer the terminal")
    func terminal() async throws {
        var script = FakePlan.Script.usual
        script.detour = Self.at("/demo/r4/Observation?") { _ in .init(status: 400, body: FakePlan.outcome(#"a\u001b[2Jb\nc\u202ed"#)) }
        let (_, result, _) = try await receive(script)
        #expect(result.receipt?.failures.first?.reason == "the server answered 400: a [2Jb c d")
    }
}
