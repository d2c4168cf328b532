import Exchange
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import Mail

@Suite("Delivering the outbox", .serialized, .enabled(if: SMTPServer.isAvailable, Comment(rawValue: SMTPServer.whyNot)))
struct OutboxDeliveryTests {
    static let start = Date(timeIntervalSince1970: 1_700_000_000)

    /// Runs delivery until every entry has its end, then shuts it down gracefully; gives the lines it logged.
    func deliver(_ outbox: MemoryOutbox, to port: Int, timeout: Duration = .seconds(60)) async throws -> [String] {
        let settings = SMTPSettings(
            host: "127.0.0.1", port: port, security: .none, from: try MailAddress("no-reply@bridge.example"), fromName: "Bridge",
            connectTimeout: timeout, totalTimeout: timeout)
        let log = LogLines()
        let logger = Logger(label: "mail") { _ in log }
        let delivery = OutboxDelivery(
            outbox: outbox, transport: SMTPTransport(settings), settings: settings, logger: logger, pollInterval: .seconds(3600),
            now: { Self.start })
        let group = ServiceGroup(services: [delivery], logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                // Long, because the machine may be busy with every other test.
                let deadline = ContinuousClock.now + .seconds(600)
                while await !outbox.isDone && ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
        return log.lines.withLock { $0 }
    }

    func entry(_ id: Int64, to: String = "ana@example.com", attempts: Int = 0, createdAt: Date = start) -> OutboxEntry {
        OutboxEntry(id: id, to: to, subject: "Código \(id)", text: "Your code is 123456.\n", createdAt: createdAt, attempts: attempts)
    }

    @Test("What lies in the outbox is sent once each, in order, and marked")
    func sent() async throws {
        try await withSMTPServer { server in
            let outbox = MemoryOutbox((1...20).map { entry($0) })
            _ = try await deliver(outbox, to: server.port)
            let accepted = try server.accepted()
            #expect(accepted.map(\.subject) == (1...20).map { "Código \($0)" })
            #expect(accepted.first?.header("Message-ID") == ["<outbox.1.1700000000@bridge.example>"])
            #expect(await outbox.events == (1...20).map { "delivered \($0)" })
        }
    }

    @Test("A wakeup sends what came in meanwhile without waiting for the next look")
    func wakeup() async throws {
        try await withSMTPServer { server in
            let outbox = MemoryOutbox([])
            await outbox.expect(1)
            let port = server.port
            async let log = deliver(outbox, to: port)
            try await Task.sleep(for: .milliseconds(300))
            await outbox.add(entry(5))
            _ = try await log
            #expect(try server.accepted().map(\.subject) == ["Código 5"])
        }
    }

    @Test("A temporary refusal is tried again later and later, then delivered")
    func retried() async throws {
        try await withSMTPServer(["--fail", "451", "--times", "2"]) { server in
            let outbox = MemoryOutbox([entry(1)])
            _ = try await deliver(outbox, to: server.port)
            #expect(
                await outbox.events == [
                    "failed 1: Refused, at RCPT TO (451 4.7.1). again in 5 s", "failed 1: Refused, at RCPT TO (451 4.7.1). again in 30 s",
                    "delivered 1",
                ])
            #expect(try server.accepted().count == 1)
        }
    }

    @Test("A refusal for good, an impossible address and a header injection are given up at once, and the rest still goes out")
    func givenUp() async throws {
        try await withSMTPServer(["--fail", "550", "--times", "1"]) { server in
            let outbox = MemoryOutbox([
                entry(1), entry(2, to: "a@example.org\r\nBcc: b@example.org"), entry(3, to: "josé@example.org"), entry(4, attempts: 8),
                entry(5),
            ])
            _ = try await deliver(outbox, to: server.port)
            let events = await outbox.events
            #expect(events.count == 5)
            #expect(events[0] == "failed 1: Refused for good, at RCPT TO (550 5.1.1). given up")
            #expect(events[1].hasSuffix("given up") && events[1].contains("line break"))
            #expect(events[2].hasSuffix("given up"))
            #expect(events[3] == "failed 4: It was tried too often. given up")
            #expect(events[4] == "delivered 5")
            #expect(try server.accepted().map(\.subject) == ["Código 5"])
        }
    }

    @Test("When the server's answer is lost the second copy has the same Message-ID, byte for byte the same message")
    func lostAnswer() async throws {
        try await withSMTPServer(["--drop-after-data", "--times", "1"]) { server in
            let outbox = MemoryOutbox([entry(1)])
            _ = try await deliver(outbox, to: server.port)
            let accepted = try server.accepted()
            #expect(accepted.count == 2)
            #expect(Set(accepted.map(\.raw)).count == 1)
            #expect(await outbox.events.last == "delivered 1")
        }
    }

    @Test("A store that fails for a moment does not make a delivered message go out twice")
    func storeFails() async throws {
        try await withSMTPServer { server in
            let outbox = MemoryOutbox([entry(1)])
            await outbox.failNextMarks(2)
            _ = try await deliver(outbox, to: server.port)
            #expect(await outbox.events == ["delivered 1"])
            #expect(try server.accepted().count == 1)
        }
    }

    @Test("Logs name ids and outcomes, never an address, a subject or a text")
    func logs() async throws {
        try await withSMTPServer(["--fail", "550", "--times", "1"]) { server in
            let outbox = MemoryOutbox([entry(41), entry(42), entry(43, to: "ana@example.com\r\nBcc: eve@example.com")])
            let lines = try await deliver(outbox, to: server.port)
            #expect(lines.contains { $0.contains("41") && $0.contains("550") })
            #expect(lines.contains { $0.contains("mail delivered") && $0.contains("42") })
            for line in lines {
                for secret in ["ana", "eve", "example.com", "Código", "123456"] { #expect(!line.contains(secret), "\(line)") }
            }
        }
    }

    @Test("A graceful shutdown lets the message in hand finish and takes no other")
    func shutdown() async throws {
        try await withSMTPServer(stalls: true) { server in
            let outbox = MemoryOutbox([entry(1), entry(2)])
            let settings = SMTPSettings(
                host: "127.0.0.1", port: server.port, security: .none, from: try MailAddress("no-reply@bridge.example"), fromName: "")
            let delivery = OutboxDelivery(
                outbox: outbox, transport: SMTPTransport(settings), settings: settings,
                logger: Logger(label: "mail") { _ in SwiftLogNoOpLogHandler() })
            let leaving = Leaving(delivery: delivery, mayAnswer: server.mayAnswer)
            let group = ServiceGroup(services: [leaving], logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() })
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                for await _ in outbox.claims { break }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(await outbox.events == ["delivered 1"])
        }
    }

    @Test("A message is tried eight times in all, and not after a day")
    func schedule() {
        let start = Self.start
        let waits = (0...8).map { RetrySchedule.retry(attempts: $0, createdAt: start, now: start)?.timeIntervalSince(start) }
        #expect(waits == [5, 30, 120, 600, 1800, 7200, 21_600, nil, nil])
        #expect(RetrySchedule.retry(attempts: 0, createdAt: start, now: start.addingTimeInterval(86_395)) != nil)
        #expect(RetrySchedule.retry(attempts: 0, createdAt: start, now: start.addingTimeInterval(86_396)) == nil)
    }
}

/// Delivery beside a mail server that answers only when the shutdown has begun.
private struct Leaving: Service {
    let delivery: OutboxDelivery
    let mayAnswer: URL

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await delivery.run()
        } onGracefulShutdown: {
            try? Data().write(to: mayAnswer)
        }
    }
}

/// An outbox in memory in which every entry is always due: the waits are noted, not waited.
actor MemoryOutbox: Outbox {
    struct Unavailable: Error {}

    private(set) var events: [String] = []
    private var waiting: [OutboxEntry]
    private var leased: [Int64: OutboxEntry] = [:]
    private var expected: Int
    private var ended = 0
    private var failures = 0
    private let stream: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    /// Tells of each claim that got something.
    nonisolated let claims: AsyncStream<Void>
    private let claim: AsyncStream<Void>.Continuation

    init(_ entries: [OutboxEntry]) {
        waiting = entries
        expected = entries.count
        (stream, wake) = AsyncStream<Void>.makeStream()
        (claims, claim) = AsyncStream<Void>.makeStream()
    }

    var isDone: Bool { ended >= expected }

    func expect(_ count: Int) { expected = count }

    func failNextMarks(_ count: Int) { failures = count }

    func add(_ entry: OutboxEntry) {
        waiting.append(entry)
        wake.yield()
    }

    func claimDue(limit: Int, lease: Duration) -> [OutboxEntry] {
        let claimed = Array(waiting.prefix(limit))
        waiting.removeFirst(claimed.count)
        for entry in claimed { leased[entry.id] = entry }
        if !claimed.isEmpty { claim.yield() }
        return claimed
    }

    func delivered(_ id: Int64) throws {
        try fail()
        guard leased.removeValue(forKey: id) != nil else { return }
        events.append("delivered \(id)")
        ended += 1
    }

    func failed(_ id: Int64, reason: String, retryAt: Date?) throws {
        try fail()
        guard let entry = leased.removeValue(forKey: id) else { return }
        guard let retryAt else {
            events.append("failed \(id): \(reason) given up")
            ended += 1
            return
        }
        events.append("failed \(id): \(reason) again in \(Int(retryAt.timeIntervalSince(OutboxDeliveryTests.start))) s")
        waiting.append(
            OutboxEntry(
                id: id, to: entry.to, subject: entry.subject, text: entry.text, createdAt: entry.createdAt, attempts: entry.attempts + 1))
    }

    nonisolated func wakeups() -> AsyncStream<Void> { stream }

    private func fail() throws {
        guard failures == 0 else {
            failures -= 1
            throw Unavailable()
        }
    }
}

/// Keeps every line that is logged, with its metadata.
final class LogLines: LogHandler {
    let lines = Mutex<[String]>([])
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let facts = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        lines.withLock { $0.append("\(event.message) \(facts.joined(separator: " "))") }
    }
}
