import Foundation
import Storage

/// A PostgreSQL database for one test's site. Not more than a few at a time, for each takes dozens of the server's sessions.
struct MadeDatabase: Sendable {
    private let name: String
    let address: PostgresAddress

    static let isChosen = ProcessInfo.processInfo.environment["PAYERBRIDGE_TEST_STORE"] == "postgres"
    private static let base = ProcessInfo.processInfo.environment["PAYERBRIDGE_TEST_POSTGRES"] ?? ""
    private static let template = "sites_\(ProcessInfo.processInfo.processIdentifier)"
    private static let turns = Turns(8)

    struct NotMade: Error { let what: String }

    init() async throws {
        await Self.turns.take()
        do {
            name = "site_" + UUID().uuidString.lowercased().replacing("-", with: "")
            try Self.administer("CREATE DATABASE \(name) TEMPLATE \(Self.template)")
            address = try Self.address(name)
        } catch {
            await Self.turns.giveBack()
            throw error
        }
    }

    func remove() async {
        try? Self.administer("DROP DATABASE \(name) WITH (FORCE)")
        await Self.turns.giveBack()
    }

    static func makeTemplate(_ fill: (Store) async throws -> Void) async throws {
        try administer("CREATE DATABASE \(template)")
        atexit { try? MadeDatabase.administer("DROP DATABASE \(MadeDatabase.template) WITH (FORCE)") }
        let store = try Store(postgres: try address(template))
        try await fill(store)
        try store.settle()
        try store.close()
    }

    private static func address(_ name: String) throws -> PostgresAddress {
        guard let address = PostgresAddress(base + name) else { throw NotMade(what: "PAYERBRIDGE_TEST_POSTGRES is no address") }
        return address
    }

    private static func administer(_ sql: String) throws {
        let program = Process()
        program.executableURL = URL(filePath: "/usr/bin/env")
        program.arguments = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", base + "postgres", "-c", sql]
        // waitUntilExit() turns the thread's run loop, and under several tests at once may miss the end.
        let ended = DispatchSemaphore(value: 0)
        program.terminationHandler = { _ in ended.signal() }
        try program.run()
        ended.wait()
        guard program.terminationStatus == 0 else { throw NotMade(what: sql) }
    }
}
