import Foundation
import Synchronization
import TestSupport

@testable import Storage

/// The PostgreSQL server that `bin/test` has started, in which each test gets a database of its own.
enum PostgresServer {
    /// Up to the database's name, as in `postgres://payerbridge@127.0.0.1:5432/`; nil when there is no server.
    static let base = ProcessInfo.processInfo.environment["PAYERBRIDGE_TEST_POSTGRES"]

    private static let template = Mutex(false)
    /// A store has some 35 of the server's 500 sessions.
    private static let turns = Turns(12)

    static func address(_ database: String) -> PostgresAddress? { base.flatMap { PostgresAddress($0 + database) } }

    private static func administer(_ sql: String) throws {
        guard let address = address("postgres") else { return }
        try PostgresConnection(address, for: .administer).run(sql)
    }

    /// A database with the schema in it, gone afterwards.
    static func withDatabase<T>(_ body: (PostgresAddress) async throws -> T) async throws -> T {
        try template.withLock { isMade in
            guard !isMade, let address = address("payerbridge_template") else { return }
            try administer("DROP DATABASE IF EXISTS payerbridge_template WITH (FORCE)")
            try administer("CREATE DATABASE payerbridge_template")
            try PostgresMigrations.run(address)
            isMade = true
        }
        return try await withDatabase(like: "payerbridge_template", body)
    }

    static func withDatabase<T>(like template: String, _ body: (PostgresAddress) async throws -> T) async throws -> T {
        await turns.take()
        do {
            let result = try await withOneMore(like: template, body)
            await turns.giveBack()
            return result
        } catch {
            await turns.giveBack()
            throw error
        }
    }

    private static func withOneMore<T>(like template: String, _ body: (PostgresAddress) async throws -> T) async throws -> T {
        let name = "test_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        try Self.template.withLock { _ in try administer("CREATE DATABASE \(name) TEMPLATE \(template)") }
        defer { try? administer("DROP DATABASE \(name) WITH (FORCE)") }
        guard let address = address(name) else { throw MissingRow() }
        return try await body(address)
    }
}
