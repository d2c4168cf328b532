import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

@testable import Receiver

/// One receive in a folder of its own, with a browser that does what the plan's pages say.
struct Journey: Sendable {
    let server: ScriptServer
    let out: String

    init(_ server: ScriptServer, out: String = Journey.freshFolder()) {
        self.server = server
        self.out = out
    }

    static func freshFolder() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("receive-\(UUID().uuidString)").path
    }

    struct Result: Sendable {
        let outcome: Swift.Result<Receipt, ReceiveProblem>
        let events: [ReceiveEvent]

        var receipt: Receipt? { try? outcome.get() }
        var problem: ReceiveProblem? {
            guard case .failure(let problem) = outcome else { return nil }
            return problem
        }
        var pages: Int { events.count { if case .page = $0 { true } else { false } } }
        var retries: [Duration] { events.compactMap { if case .retry(let pause, _) = $0 { pause } else { nil } } }
        var authorizations: Int { events.count { if case .authorizeURL = $0 { true } else { false } } }
    }

    /// `onPage` is called with the number of each page event, while the run waits; returning true cancels the run.
    func run(onPage: @escaping @Sendable (Int) -> Bool, _ change: @Sendable (inout ReceiveOptions) -> Void = { _ in }) async -> Result {
        await run(browser: Journey.visit, onPage: onPage, change)
    }

    func run(
        browser: @escaping @Sendable (String) async -> Void, _ change: @Sendable (inout ReceiveOptions) -> Void = { _ in }
    ) async -> Result {
        await run(browser: browser, onPage: { _ in false }, change)
    }

    func run(_ change: @Sendable (inout ReceiveOptions) -> Void = { _ in }) async -> Result {
        await run(browser: Journey.visit, onPage: { _ in false }, change)
    }

    private func run(
        browser: @escaping @Sendable (String) async -> Void, onPage: @escaping @Sendable (Int) -> Bool,
        _ change: @Sendable (inout ReceiveOptions) -> Void
    ) async -> Result {
        var options = ReceiveOptions(from: server.base + "/demo", clientID: "client", clientSecret: "s3cret/+", out: out)
        options.redirectURI = "http://127.0.0.1:0/callback"
        options.firstRetryDelay = .milliseconds(10)
        options.pageSize = 2
        options.authorizeTimeout = .seconds(300)
        change(&options)
        let shared = Shared()
        let receive = Receive(options) { event in
            shared.events.withLock { $0.append(event) }
            if case .authorizeURL(let address) = event { Task { await browser(address) } }
            if case .page = event {
                let number = shared.pages.withLock { count in
                    count += 1
                    return count
                }
                if onPage(number) { shared.task.withLock { $0?.cancel() } }
            }
        }
        let task = Task { () async -> Swift.Result<Receipt, ReceiveProblem> in
            do throws(ReceiveProblem) { return .success(try await receive.run()) } catch { return .failure(error) }
        }
        shared.task.withLock { $0 = task }
        let outcome = await task.value
        return Result(outcome: outcome, events: shared.events.withLock { $0 })
    }

    private final class Shared: Sendable {
        let events = Mutex<[ReceiveEvent]>([])
        let pages = Mutex(0)
        let task = Mutex<Task<Swift.Result<Receipt, ReceiveProblem>, Never>?>(nil)
    }

    /// Opens the address and goes where it is sent.
    static func visit(_ address: String) async {
        guard let location = await location(address) else { return }
        _ = await status(location)
    }

    static func location(_ address: String) async -> String? {
        var request = HTTPClientRequest(url: address)
        request.method = .GET
        return try? await browser.execute(request, timeout: .seconds(60)).headers.first(name: "Location")
    }

    static func status(_ address: String) async -> Int? {
        guard let answer = try? await browser.execute(HTTPClientRequest(url: address), timeout: .seconds(60)) else { return nil }
        _ = try? await answer.body.collect(upTo: 1 << 20)
        return Int(answer.status.code)
    }

    private static let browser = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))

    /// The NDJSON files by name.
    func files() -> [String: String] { Self.files(out) }

    static func files(_ folder: String) -> [String: String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var files: [String: String] = [:]
        for name in names where name.contains(".ndjson") { files[name] = try? String(contentsOfFile: folder + "/" + name, encoding: .utf8) }
        return files
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: out + "/" + name) }

    func lines(_ type: String) -> [String] {
        (files()[type + ".ndjson"] ?? "").split(separator: "\n").map(String.init)
    }
}
