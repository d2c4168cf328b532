import FHIR
import Foundation
import Testing

@testable import Receiver

@Suite("Finding the sender")
struct DiscoveryTests {
    @Test(
        "The plan's base, the FHIR base, a slash at the end and the document itself all lead there",
        arguments: [
            "/demo", "/demo/", "/demo/r4", "/demo/r4/", "/demo/r4/.well-known/smart-configuration", "/demo/r4/metadata",
        ])
    func addresses(_ path: String) async throws {
        let server = try await FakePlan(.usual).start()
        let result = await Journey(server).run { $0.from = server.base + path }
        await server.stop()
        #expect(result.receipt?.source.fhirBase == server.base + "/demo/r4")
        #expect(result.receipt?.isComplete == true)
    }

    @Test("A server that names its endpoints only in the CapabilityStatement is found too")
    func oauthURIs() async throws {
        let plan = FakePlan(.usual)
        let server = try await plan.start()
        plan.change { script in
            script.detour = { seen, _, _ in seen.path.contains(".well-known") ? .init(status: 404) : nil }
            script.metadata = """
                {"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"server","security":{"extension":[
                 {"url":"http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris","extension":[
                  {"url":"token","valueUri":"\(server.base)/demo/oauth2/token"},
                  {"url":"authorize","valueUri":"\(server.base)/demo/oauth2/authorize/payer2payer"}]}]}}]}
                """
        }
        let journey = Journey(server)
        let result = await journey.run()
        await server.stop()
        // It lists no search parameters either, so the usual types are asked for.
        #expect(journey.lines("Observation").count == 7)
        #expect(journey.lines("Practitioner").count == 3)
        #expect(result.receipt?.isComplete == true)
        #expect(result.receipt?.notShared.contains { $0.type == "Goal" } == true)
    }

    @Test("Nothing there: every address that was tried is named")
    func nothing() async throws {
        let server = try await ScriptServer { _, _ in .init(status: 404) }
        let journey = Journey(server)
        let result = await journey.run()
        await server.stop()
        guard case .nothingFound(_, let tried) = result.problem else {
            Issue.record("\(String(describing: result.problem))")
            return
        }
        #expect(tried.count == 4)
        #expect(!journey.exists(".receive-state.json"))
    }

    @Test(
        "Plain http to another computer, and what is no address, are refused before anything is sent",
        arguments: [
            "http://plan.example/r4", "ftp://plan.example", "plan.example", "https://user@plan.example/r4", "https://plan.example/r4#x",
            "https://plan.example\\@evil.example/", "https://plan.example/r4?x=1", "http://127.0.0.1.evil.example/", "http://0x7f.1/",
        ])
    func refused(_ from: String) async throws {
        let options = ReceiveOptions(from: from, clientID: "c", out: Journey.freshFolder())
        do throws(ReceiveProblem) {
            _ = try await Receive(options) { _ in }.run()
            Issue.record("It was accepted.")
        } catch {
            switch error {
            case .badAddress, .insecureAddress: break
            default: Issue.record("\(error)")
            }
        }
    }

    @Test("Another FHIR version is refused with its number")
    func version() async throws {
        var script = FakePlan.Script.usual
        script.metadata = #"{"resourceType":"CapabilityStatement","fhirVersion":"5.0.0"}"#
        let server = try await FakePlan(script).start()
        let result = await Journey(server).run()
        await server.stop()
        #expect(result.problem == .badDiscovery(address: server.base + "/demo/r4/metadata", reason: "the server speaks FHIR 5.0.0, not R4"))
    }

    @Test("A redirect address that is not on this computer needs to be told where to listen")
    func redirectPlaces() throws {
        #expect(throws: ReceiveProblem.self) { try RedirectPlace("https://payer.example/callback", listenOn: nil) }
        #expect(throws: ReceiveProblem.self) { try RedirectPlace("http://192.168.1.4/callback", listenOn: nil) }
        #expect(throws: ReceiveProblem.self) { try RedirectPlace("http://127.0.0.1:8765/callback?x=1", listenOn: nil) }
        let proxied = try RedirectPlace("https://payer.example/callback", listenOn: "127.0.0.1:9000")
        #expect((proxied.listenHost, proxied.listenPort, proxied.path) == ("127.0.0.1", 9000, "/callback"))
        #expect(proxied.text(port: 9000) == "https://payer.example/callback")
        let six = try RedirectPlace("http://[::1]:8765/back", listenOn: nil)
        #expect((six.listenHost, six.listenPort) == ("::1", 8765))
        #expect(try RedirectPlace("http://127.0.0.1:0/callback", listenOn: nil).text(port: 4711) == "http://127.0.0.1:4711/callback")
    }
}
