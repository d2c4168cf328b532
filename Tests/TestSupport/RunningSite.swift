package import Exchange
import Foundation
import Hummingbird
package import Logging
package import Server
package import ServiceLifecycle
package import Storage
import Synchronization
package import Synthetic
import Trust

/// A whole server on loopback with two plans in a store of its own, as long as one test runs.
///
/// `demo` is a sandbox under a path. `other` is a real plan at `auth.example.com` and `api.example.com`, whose codes go to the roster's address.
package struct RunningSite: Sendable {
    package let site: Site
    package let store: Store
    package let folder: String
    package let clock: TestClock
    package let apps: TestApps
    package let web: Web
    package let port: Int
    /// How many passwords were hashed or compared.
    package let passwords: Tally

    package var demo: Plan { site.plans[0] }
    package var other: Plan { site.plans[1] }
    package var address: String { site.publicAddress }
    package var member: SyntheticMember { MadePlans.demo.member(at: MadePlans.tiny) }
    package var second: SyntheticMember { MadePlans.demo.member(at: MadePlans.second) }

    package struct NotStarted: Error {}
    /// Answers of 500 and above that nobody should ever get.
    package struct Troubles: Error { package let answers: [String] }

    /// Starts a site, lets `use` talk to it and stops it. Throws when any answer was 500 or above.
    ///
    /// `isSandbox` adds the sandbox's pages and keeps sent mail; `services` run beside the server. `host` is the name under which the site
    /// is known, else it is its place on loopback; `release` is what the demo plan lets go; `fill` puts more into the store.
    package static func with(
        isSandbox: Bool = false, hasPortal: Bool = false, host: String? = nil, clock: TestClock = TestClock(),
        release: ReleasePolicy = .standard,
        services: (Store, Logger) throws -> [any Service] = { _, _ in [] }, fill: (Store) async throws -> Void = { _ in },
        _ use: (RunningSite) async throws -> Void
    ) async throws {
        try await MadeStore.with(keepsSentMail: isSandbox) { made in
            let (store, folder) = (made.store, made.folder)
            let logger = LogCapture.logger("test-site")
            let others = try services(store, logger)
            try await fill(store)
            for _ in 0..<5 {
                let site = try await make(
                    store, port: try freePort(), host: host, clock: clock, release: release, folder: folder, isSandbox: isSandbox,
                    hasPortal: hasPortal)
                let syncs: [any Service] =
                    hasPortal
                    ? [
                        SyncDelivery(store: store, plans: site.site.plans, world: clock.world, logger: logger),
                        RequestKeeping(site: site.site, logger: logger),
                    ] : []
                guard let running = try await site.started(others + syncs, logger) else { continue }
                let result: Result<Void, any Error>
                do { result = .success(try await use(site)) } catch { result = .failure(error) }
                try await site.web.shutdown()
                await running.group.triggerGracefulShutdown()
                try await running.task.value
                try store.close()
                let troubles = site.web.troubles
                if !troubles.isEmpty { throw Troubles(answers: troubles) }
                return try result.get()
            }
            throw NotStarted()
        }
    }

    private static func make(
        _ store: Store, port: Int, host: String?, clock: TestClock, release: ReleasePolicy, folder: String, isSandbox: Bool,
        hasPortal: Bool
    ) async throws -> RunningSite {
        let place = host ?? "127.0.0.1:\(port)"
        let address = "http://\(place)"
        var policy = PlanPolicy(environment: .sandbox, codeAddress: .typed, limits: .sandbox)
        policy.release = [.memberAuthorized: release]
        let demo = Plan(
            key: try await store.enrol(planID: "demo", name: "Demo Health Plan"), id: "demo", name: "Demo Health Plan",
            addresses: PlanAddresses(authorization: "\(address)/demo/oauth2", fhir: "\(address)/demo/r4"),
            policy: policy)
        let other = Plan(
            key: try await store.enrol(planID: "other", name: "Other Health Plan"), id: "other", name: "Other Health Plan",
            addresses: PlanAddresses(authorization: "https://auth.example.com/oauth2", fhir: "https://api.example.com/r4"),
            policy: PlanPolicy(environment: .production, codeAddress: .roster))
        let apps = TestApps()
        try await apps.register(in: store, demo: demo.key, other: other.key, at: clock.now)
        var hosts = HostTable(admitsLoopback: false)
        hosts.add(place, .site)
        for host in ["auth.example.com", "api.example.com"] { hosts.add(host, .plan(path: "/other")) }
        let members = [MadePlans.tiny, MadePlans.second].map { MadePlans.demo.member(at: $0) }
        let sandbox =
            isSandbox
            ? Sandbox(
                apps: [],
                testMembers: members.map {
                    .init(
                        firstName: $0.firstName, lastName: $0.lastName, birthDate: $0.birthDate, memberID: $0.memberID,
                        postalCode: $0.postalCode, summary: $0.summary)
                }, commands: [], authorizeLink: "") : nil
        let passwords = Tally()
        let site = Site(
            plans: [demo, other], store: store, world: clock.world, keys: ServerKeys(secret: Array(repeating: 7, count: 32)),
            publicAddress: address, hosts: hosts, sandbox: sandbox,
            portal: hasPortal
                ? Portal(
                    passwordCost: PasswordCost(logarithm: 4, parallelism: 1), requiresSecondFactor: !isSandbox,
                    evidence: EvidenceFolder(path: folder + "/evidence") { name throws(Refusal) in try store.evidence(name: name) != nil },
                    onPassword: { passwords.add() }) : nil)
        return RunningSite(
            site: site, store: store, folder: folder, clock: clock, apps: apps, web: Web(port: port), port: port, passwords: passwords)
    }

    /// Nil when another process took the port meanwhile.
    private func started(_ others: [any Service], _ logger: Logger) async throws -> (group: ServiceGroup, task: Task<Void, any Error>)? {
        let (running, heard) = AsyncStream.makeStream(of: Int.self)
        // Every test passes through both ways to the FHIR API: once with the lane, once without.
        let hasLane = ProcessInfo.processInfo.environment["PAYERBRIDGE_LANE"] != "off"
        let threads = store.waits ? WaitingThreads(count: 32) : nil
        var wait: SiteServer.Wait?
        if let threads { wait = { call in threads.run(call) } }
        let server = SiteServer.make(
            site, at: .init(host: "127.0.0.1", port: port), logger: logger, hasLane: hasLane, wait: wait,
            onRunning: { port in
                heard.yield(port)
            })
        let all: [any Service] = [server] + others
        let group = ServiceGroup(
            configuration: .init(services: all.map { .init(service: $0) }, gracefulShutdownSignals: [], logger: logger))
        let task = Task {
            defer {
                heard.finish()
                threads?.close()
            }
            guard let threads else { return try await group.run() }
            try await withTaskExecutorPreference(threads) { try await group.run() }
        }
        var ports = running.makeAsyncIterator()
        if await ports.next() != nil { return (group, task) }
        _ = await task.result
        try await web.shutdown()
        return nil
    }

    /// Below the ports that the kernel lends to connections.
    private static let ports = Mutex((15_000..<32_000).shuffled())

    /// A port of loopback that nobody listens on. The addresses of a site are configured before it runs, so it has to be known before.
    ///
    /// Each is given only once in a run, so that one which was free when it was asked for still is when a server comes to it.
    package static func freePort() throws -> Int {
        try ports.withLock { ports in
            while let port = ports.popLast() {
                if isFree(port) { return port }
            }
            throw NotStarted()
        }
    }

    private static func isFree(_ port: Int) -> Bool {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(handle) }
        // As servers do, else a port on which one has just ended would not do.
        var yes: Int32 = 1
        setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = UInt16(port).bigEndian
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(handle, $0, length) == 0 }
        }
    }
}

/// Counts something that happens on other threads.
package final class Tally: Sendable {
    private let number = Atomic<Int>(0)
    package var count: Int { number.load(ordering: .sequentiallyConsistent) }
    package func add() { number.add(1, ordering: .sequentiallyConsistent) }
}
