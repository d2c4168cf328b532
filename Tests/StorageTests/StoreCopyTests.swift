import Crypto
import Exchange
import FHIR
import Foundation
import GRDB
import Testing
import Trust

@testable import Storage

@Suite("A store moves to PostgreSQL", .enabled(if: PostgresServer.base != nil))
struct StoreCopyTests {
    private struct BrokenOff: Error {}
    private static let places = 12_000

    /// A store with more places than one piece has, whose keys are numbers, and recovery codes, whose keys are bytes.
    private static func fill(_ folder: String) async throws {
        let store = try Store(directory: folder)
        let account = try await PortalPromises.account(store)
        try await store.writer.write { database in
            try database.execute(
                sql: """
                    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < \(places))
                    INSERT INTO resource_place (plan, key, member) SELECT 1 + i % 3, (i * 7919) % 1000003 - 500000, i FROM n
                    """)
            for number in 0..<40 {
                let hash = Data(SHA256.hash(data: Data("\(number)".utf8)))
                try database.execute(sql: "INSERT INTO recovery_code (account, hash) VALUES (?, ?)", arguments: [account.key.number, hash])
            }
        }
        try store.close()
    }

    private static func count(_ table: String, _ address: PostgresAddress) throws -> Int {
        let statement = PostgresStatement(try PostgresConnection(address, for: .read), "SELECT COUNT(*) FROM \(table)")
        return try statement.step() ? Int(statement.int(0)) : 0
    }

    @Test("A table without row numbers goes over in pieces, and goes on in its middle after it was broken off there")
    func pieces() async throws {
        try await withFolder { folder in
            try await Self.fill(folder)
            try await PostgresServer.withDatabase { address in
                func copy(_ report: (StoreCopy.Progress) throws -> Void) throws -> (tables: Int, rows: Int, files: Int) {
                    try StoreCopy(directory: folder, evidence: nil, to: address, pieceSize: 1000).run(report)
                }
                for stop in [3000, 7000] {
                    #expect(throws: BrokenOff.self) {
                        try copy { if $0.table == "resource_place", $0.step == .copying, $0.rows >= stop { throw BrokenOff() } }
                    }
                    #expect(try Self.count("resource_place", address) == stop)
                    let refusal = #expect(throws: Refusal.self) { _ = try Store(postgres: address) }
                    #expect(refusal?.message.contains("payerbridge migrate") == true, "half a store is not served")
                }
                #expect(throws: BrokenOff.self) {
                    try copy { if $0.table == "recovery_code", $0.step == .comparing { throw BrokenOff() } }
                }
                var seen: [Int] = []
                _ = try copy { if $0.table == "resource_place", $0.step == .copying { seen.append($0.rows) } }
                #expect(seen.isEmpty, "what has arrived is not sent again")
                #expect(try Self.count("resource_place", address) == Self.places)
                #expect(try Self.count("recovery_code", address) == 40)
                try Store(postgres: address).close()
            }
        }
    }

    @Test("Uploaded files go along into the database, one that was broken off anew, and one that is not as it was uploaded is refused")
    func evidence() async throws {
        try await withFolder { folder in
            let bytes = (0..<3).map { number in
                (0..<(Evidence.pieceBytes * 2 + number)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) }
            }
            let store = try Store(directory: folder)
            let app = try await PortalPromises.app(store, try await PortalPromises.account(store))
            let audit = AuditEntry(.system("test"), "test", "test")
            try await store.beginProduction(of: app.key, audit: audit, at: today)
            try FileManager.default.createDirectory(atPath: folder + "/evidence", withIntermediateDirectories: true)
            for (number, content) in bytes.enumerated() {
                let request = try #require(try store.production(of: app.key))
                let new = NewEvidence(
                    name: "evidence-\(number)", title: "\(number).png", kind: .png, bytes: content.count,
                    digest: try #require(SecretHash(Array(SHA256.hash(data: content)))))
                let entry = CaseEntry(role: .developer, name: "Ana", action: "addEvidence", text: "", at: today)
                #expect(try await store.keep(request, evidence: .add(new), entry: entry, mails: [], syncing: [], audit: audit, at: today))
                try Data(content).write(to: URL(filePath: folder + "/evidence/evidence-\(number)"))
            }
            try store.close()
            try await PostgresServer.withDatabase { address in
                func copy(_ report: (StoreCopy.Progress) throws -> Void = { _ in }) throws -> Int {
                    try StoreCopy(directory: folder, evidence: folder + "/evidence", to: address).run(report).files
                }
                // In the middle of the second file.
                #expect(throws: BrokenOff.self) { try copy { if $0.table == "evidence_piece", $0.rows == 4 { throw BrokenOff() } } }
                let last = URL(filePath: folder + "/evidence/evidence-2")
                try Data([1]).write(to: last)
                #expect(throws: Refusal.self) { try copy() }
                try FileManager.default.removeItem(at: last)
                let refusal = #expect(throws: Refusal.self) { try copy() }
                #expect(refusal?.message.contains("--without-evidence") == true)
                try Data(bytes[2]).write(to: last)
                #expect(try copy() == 3)
                let moved = try Store(postgres: address)
                defer { try? moved.close() }
                for (number, content) in bytes.enumerated() {
                    let pieces = try (0..<4).compactMap { try moved.piece($0, of: "evidence-\(number)") }
                    #expect(pieces.count == 3 || number == 0 && pieces.count == 2)
                    #expect(pieces.flatMap { $0 } == content)
                }
            }
        }
    }
}
