import Foundation
import Receiver
import Synchronization
import Synthetic
import TestSupport
import Testing
import Trust

/// The receiving payer's program against the running server, with a member at the printed address.
struct ReceiverJourneyTests {
    @Test func `the receiver gets the whole record onto disk while the member walks through the pages`() async throws {
        try await RunningSite.with { site in
            let received = try await Received.begin(site)
            defer { received.remove() }
            let events = Events()
            let receipt = try await run(received, events, site)
            #expect(receipt.isComplete)
            try checkFiles(received)
            #expect(events.addresses == 1)
        }
    }

    @Test func `a receive that was interrupted goes on without the member and loses nothing`() async throws {
        try await RunningSite.with { site in
            let received = try await Received.begin(site)
            defer { received.remove() }
            let first = Events()
            first.stopsAtFirstPage = true
            await #expect(throws: ReceiveProblem.interrupted) { _ = try await run(received, first, site) }
            #expect(FileManager.default.fileExists(atPath: received.folder + "/.receive-state.json"))
            let second = Events()
            let receipt = try await run(received, second, site)
            #expect(receipt.isComplete && second.wasResumed && second.addresses == 0)
            try checkFiles(received)
            #expect(!FileManager.default.fileExists(atPath: received.folder + "/.receive-state.json"), "no token stays on disk")
        }
    }

    @Test func `a member who says no ends the receive, and nothing is kept`() async throws {
        try await RunningSite.with { site in
            let received = try await Received.begin(site)
            defer { received.remove() }
            let events = Events()
            events.declines = true
            let problem = await #expect(throws: ReceiveProblem.self) { _ = try await run(received, events, site) }
            guard case .denied = problem else {
                Issue.record("\(String(describing: problem))")
                return
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: received.folder).filter { $0.hasSuffix(".ndjson") }.isEmpty)
        }
    }

    // MARK: Running

    /// What happened during one run, and how the member behaves in it.
    private final class Events: Sendable {
        private struct State {
            var addresses = 0
            var wasResumed = false
            var stops = false
            var declines = false
        }
        private let state = Mutex(State())
        var addresses: Int { state.withLock { $0.addresses } }
        var wasResumed: Bool { state.withLock { $0.wasResumed } }
        var stopsAtFirstPage: Bool {
            get { state.withLock { $0.stops } }
            set { state.withLock { $0.stops = newValue } }
        }
        var declines: Bool {
            get { state.withLock { $0.declines } }
            set { state.withLock { $0.declines = newValue } }
        }
        func addressWasGiven() { state.withLock { $0.addresses += 1 } }
        func resumed() { state.withLock { $0.wasResumed = true } }
    }

    private enum Call: Sendable { case open(String), stop }

    private func run(_ received: Received, _ events: Events, _ site: RunningSite) async throws -> Receipt {
        let (calls, told) = AsyncStream.makeStream(of: Call.self)
        let receive = Receive(received.options) { event in
            switch event {
            case .authorizeURL(let address):
                events.addressWasGiven()
                told.yield(.open(address))
            case .page: if events.stopsAtFirstPage { told.yield(.stop) }
            case .resumed: events.resumed()
            default: break
            }
        }
        let task = Task {
            defer { told.finish() }
            return try await receive.run()
        }
        // Whatever goes wrong with the member, the receiver must not wait for its answer.
        defer { task.cancel() }
        for await call in calls {
            switch call {
            case .stop: task.cancel()
            case .open(let address):
                let walk = try await Walk(site, at: address)
                let left: String
                if events.declines {
                    try await walk.submit("/cancel")
                    left = walk.left ?? ""
                } else {
                    try await walk.createAccount(site.member, email: "receiver@example.com")
                    left = try await walk.allow()
                }
                let shown = try await site.web.send("GET", left)
                #expect(shown.status == 200)
            }
        }
        return try await task.value
    }

    // MARK: What came

    private struct Received {
        let options: ReceiveOptions
        var folder: String { options.out }

        static func begin(_ site: RunningSite) async throws -> Received {
            let redirectURI = "http://127.0.0.1:\(try RunningSite.freePort())/callback"
            let app = try await site.register("receiving-program", redirectURI: redirectURI)
            let folder = NSTemporaryDirectory() + "received-\(UUID().uuidString)"
            var options = ReceiveOptions(from: site.address + "/demo", clientID: app.clientID, clientSecret: app.secret?.text, out: folder)
            options.redirectURI = redirectURI
            options.pageSize = 3
            options.parallelRequests = 2
            options.authorizeTimeout = .seconds(600)
            return Received(options: options)
        }

        func remove() { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// The files hold the member's shared record, each resource once and byte for byte, and the shared resources it names.
    private func checkFiles(_ received: Received) throws {
        var found: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: received.folder) where name.hasSuffix(".ndjson") {
            let type = String(name.dropLast(7))
            let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: received.folder + "/" + name)))
            for line in bytes.split(separator: 0x0A) {
                let id = (try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])?["id"] as? String ?? "?"
                #expect(found.updateValue(Array(line), forKey: "\(type)/\(id)") == nil, "\(type)/\(id) came twice")
            }
        }
        let shared = ["Organization", "Practitioner", "PractitionerRole", "Location", "Medication"]
        // The plan's own word that it has sent the record comes along.
        let transmissions = found.filter { $0.key.hasPrefix("Provenance/transmission-") }
        #expect(!transmissions.isEmpty)
        let own = found.filter { entry in transmissions[entry.key] == nil && !shared.contains { entry.key.hasPrefix($0 + "/") } }
        let made = MadePlans.shared(of: MadePlans.tiny)
        #expect(own.keys.sorted() == made.keys.sorted())
        for (key, bytes) in made {
            #expect(own[key].map { StoredMeta.removed($0) } == StoredMeta.removed(bytes), "\(key)")
            for named in Self.references(bytes) where shared.contains(where: { named.hasPrefix($0 + "/") }) {
                #expect(found[named] != nil, "\(named), named by \(key), is missing")
            }
        }
    }

    private static func references(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\"reference\":\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }
}
