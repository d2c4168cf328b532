import AsyncHTTPClient
import Foundation
import NIOCore
import Synchronization
import Testing

@testable import Receiver

@Suite("Names are looked up once, checked, and held to")
struct PinningTests {
    /// A name service that gives each answer once and then the last one for ever.
    private final class Names: Sendable {
        private let state: Mutex<(answers: [[String]], asked: [String])>

        init(_ answers: [String]...) { state = Mutex((answers, [])) }

        var asked: [String] { state.withLock { $0.asked } }

        var resolver: NameResolver {
            NameResolver { [self] name in
                state.withLock { state in
                    state.asked.append(name)
                    let answer = state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
                    return answer.compactMap { NetworkAddress($0) }
                }
            }
        }
    }

    private final class Clock: Sendable {
        private let passed = Mutex(Duration.zero)
        private let begun = ContinuousClock.now

        func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
        var now: @Sendable () -> ContinuousClock.Instant { { [self] in begun + passed.withLock { $0 } } }
    }

    /// Loopback counts as public here, since no test may talk to the internet; everything else is as in production.
    private static func courier(_ names: Names, _ clock: Clock = Clock(), policy: NetworkPolicy? = nil) -> Courier {
        var options = ReceiveOptions(from: "", clientID: "", out: "")
        options.network = policy ?? NetworkPolicy(addresses: .publicOrLoopback, plainHTTP: .anywhere, ports: .any)
        options.limits.connect = .seconds(120)
        options.limits.idle = .seconds(120)
        return Courier(options, resolver: names.resolver, now: clock.now)
    }

    private static func outcome(_ courier: Courier, _ text: String) async throws -> Result<Int, Courier.Failure> {
        let address = try #require(WebAddress(text))
        do throws(Courier.Failure) {
            return .success(try await courier.get(address, accept: "text/plain").status)
        } catch {
            return .failure(error)
        }
    }

    /// Nil when the request failed: a test that threw then would leave its courier open.
    private static func status(_ courier: Courier, _ text: String) async throws -> Int? { try? await outcome(courier, text).get() }

    private static func reason(_ outcome: Result<Int, Courier.Failure>) -> String? {
        guard case .failure(let failure) = outcome else { return nil }
        return failure.reason
    }

    @Test("The connection goes to the address that was checked, and the name stays in Host")
    func pinned() async throws {
        let server = try await ScriptServer { _, _ in .init(body: "here") }
        let names = Names(["127.0.0.1"], ["10.0.0.8"])
        let clock = Clock()
        let courier = Self.courier(names, clock)
        for _ in 0..<3 {
            #expect(try await Self.status(courier, "http://payer.example:\(server.port)/a") == 200)
            clock.pass(.seconds(19))
        }
        #expect(names.asked == ["payer.example"])
        #expect(server.seen.map { $0.headers["host"] } == Array(repeating: "payer.example:\(server.port)", count: 3))
        // A minute has passed: now the name leads elsewhere, and nothing more is sent.
        clock.pass(.seconds(10))
        let refused = try await Self.outcome(courier, "http://payer.example:\(server.port)/b")
        #expect(Self.reason(refused) == "http://payer.example:\(server.port) leads to 10.0.0.8, an address of a private network")
        #expect(names.asked.count == 2)
        #expect(server.seen.count == 3)
        await courier.shutdown()
        await server.stop()
    }

    @Test("In production a name that leads to this computer is refused, and nothing reaches it")
    func inside() async throws {
        let server = try await ScriptServer { _, _ in .init(body: "inside") }
        let courier = Self.courier(Names(["127.0.0.1"]), policy: .production.permitting("https://payer.example:\(server.port)"))
        let refused = try await Self.outcome(courier, "https://payer.example:\(server.port)/")
        #expect(Self.reason(refused) == "https://payer.example:\(server.port) leads to 127.0.0.1, an address of this computer")
        #expect(server.seen.isEmpty)
        await courier.shutdown()
        await server.stop()
    }

    @Test("In production a name that gives a public address first and an inner one later is asked again after a minute and refused then")
    func rebound() async throws {
        let clock = Clock()
        let names = Names(["93.184.216.34"], ["127.0.0.1"])
        let hosts = PinnedHosts(policy: .production, resolver: names.resolver, configuration: .init(), now: clock.now)
        let origin = try #require(WebAddress("https://payer.example")).origin
        for _ in 0..<2 {
            let lines = try await hosts.lines(to: origin)
            #expect(lines.map(\.address.text) == ["93.184.216.34"])
            await hosts.giveBack(lines, to: origin)
            clock.pass(.seconds(40))
        }
        await #expect(throws: Courier.Failure.self) { _ = try await hosts.lines(to: origin) }
        #expect(names.asked.count == 2)
        await hosts.shutdown()
    }

    @Test("A name with a good and a forbidden address is refused, though the good one would answer")
    func mixed() async throws {
        let server = try await ScriptServer { _, _ in .init(body: "here") }
        for answer in [["127.0.0.1", "169.254.169.254"], ["169.254.169.254", "127.0.0.1"]] {
            let names = Names(answer)
            let courier = Self.courier(names)
            let refused = try await Self.outcome(courier, "http://payer.example:\(server.port)/")
            #expect(Self.reason(refused)?.hasSuffix("leads to 169.254.169.254, a link-local address") == true)
            await courier.shutdown()
        }
        #expect(server.seen.isEmpty)
        await server.stop()
    }

    @Test("When one address of a name does not answer the next is tried, and then kept to")
    func next() async throws {
        let server = try await ScriptServer { _, _ in .init(body: "here") }
        // Nothing listens on the second loopback address.
        let courier = Self.courier(Names(["127.0.0.2", "127.0.0.1"]))
        for _ in 0..<2 { #expect(try await Self.status(courier, "http://payer.example:\(server.port)/") == 200) }
        #expect(server.seen.count == 2)
        await courier.shutdown()
        await server.stop()
    }

    @Test("When a name moves to another allowed address, requests follow it and what is under way ends well")
    func moves() async throws {
        let server = try await ScriptServer { seen, _ in
            seen.path == "/slow" ? .init(body: String(repeating: "x", count: 4000), drip: (4, .milliseconds(100))) : .init(body: "here")
        }
        let clock = Clock()
        let courier = Self.courier(Names(["127.0.0.1", "127.0.0.9"], ["127.0.0.1"], ["127.0.0.9", "127.0.0.1"]), clock)
        let port = server.port
        async let slow = Self.status(courier, "http://payer.example:\(port)/slow")
        for _ in 0..<3 {
            #expect(try await Self.status(courier, "http://payer.example:\(port)/") == 200)
            clock.pass(.seconds(61))
        }
        #expect(try await slow == 200)
        await courier.shutdown()
        await server.stop()
    }

    @Test("Many requests at once ask for a name once")
    func once() async throws {
        let server = try await ScriptServer { _, _ in .init(body: "here") }
        let names = Names(["127.0.0.1"])
        let courier = Self.courier(names)
        let port = server.port
        try await withThrowingTaskGroup { group in
            for number in 0..<8 {
                group.addTask { try await Self.outcome(courier, "http://payer.example:\(port)/\(number)").get() }
            }
            for try await status in group { #expect(status == 200) }
        }
        #expect(names.asked == ["payer.example"])
        await courier.shutdown()
        await server.stop()
    }

    @Test("A name that nobody knows, and a name service that is silent, are told apart from a refusal: both may pass")
    func unknown() async throws {
        for (failure, words) in [
            (NameResolver.Failure.unknown, "there is no host payer.example"), (.silent, "the name payer.example could not be looked up"),
        ] {
            var options = ReceiveOptions(from: "", clientID: "", out: "")
            options.network = .production
            let courier = Courier(options, resolver: NameResolver { _ throws(NameResolver.Failure) in throw failure })
            let outcome = try await Self.outcome(courier, "https://payer.example/")
            guard case .failure(let told) = outcome else {
                Issue.record("It answered.")
                return
            }
            #expect(told.reason == words && told.isPassing && told.wasNotSent)
            await courier.shutdown()
        }
    }

    @Test("The computer's own name service knows localhost, and no name below .invalid")
    func system() async throws {
        let resolver = NameResolver.system()
        let own = try await resolver.addresses("localhost")
        #expect(!own.isEmpty && own.allSatisfy { $0.kind == .loopback })
        await #expect(throws: NameResolver.Failure.self) { _ = try await resolver.addresses("nobody.invalid") }
    }

    @Test("A redirect to the cloud's metadata is told and not followed; whoever asks to see it gets where it points")
    func redirects() async throws {
        let server = try await ScriptServer { _, _ in .init(status: 302, headers: [("Location", "http://169.254.169.254/latest?token=1")]) }
        let courier = Self.courier(Names(["127.0.0.1"]))
        let address = try #require(WebAddress("http://payer.example:\(server.port)/"))
        let refused = try await Self.outcome(courier, address.text)
        #expect(Self.reason(refused) == "the server answered 302 and points to http://169.254.169.254, where nothing is sent")
        let shown = try await courier.get(address, accept: "text/html", redirects: .answer)
        #expect(shown.status == 302 && shown.location == "http://169.254.169.254/latest?token=1")
        await courier.shutdown()
        await server.stop()
    }
}
