import Foundation
import GRDB
import Testing

@testable import Storage

/// The rules by which clinical rows can be spread over machines by their member, as Citus spreads them: every unique key holds the column
/// by which a table is spread, every statement names it, and nothing joins two tables that are not spread alike.
@Suite("Clinical rows can be spread by member", .enabled(if: PostgresServer.base != nil))
struct SpreadTests {
    /// What a table is spread by.
    static let spread = [
        "resource": "member", "resource_count": "member", "staged_resource": "member", "kept_version": "member", "resource_place": "key",
    ]

    private func rows(_ address: PostgresAddress, _ sql: String) throws -> [[String]] {
        let statement = PostgresStatement(try PostgresConnection(address, for: .read), sql)
        var found: [[String]] = []
        while try statement.step() { found.append((0..<statement.columnCount).map { statement.text($0) }) }
        return found
    }

    @Test("Each that holds records is partitioned by that column, and each unique key holds it")
    func keys() async throws {
        try await PostgresServer.withDatabase { address in
            let parts = try rows(
                address,
                """
                SELECT c.relname::text, a.attname::text FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0] WHERE p.partstrat = 'h' AND p.partnatts = 1
                """)
            // Places are small and found by one number, so on one machine they lie together.
            #expect(Dictionary(uniqueKeysWithValues: parts.map { ($0[0], $0[1]) }) == Self.spread.filter { $0.key != "resource_place" })
            let keys = try rows(
                address,
                """
                SELECT c.relname::text, i.indexrelid::regclass::text, string_agg(a.attname::text, ' ') FROM pg_index i
                JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
                WHERE i.indisunique AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY 1, 2
                """)
            #expect(Set(keys.map { $0[0] }).isSuperset(of: Self.spread.keys), "each has a unique key")
            for key in keys where Self.spread[key[0]] != nil {
                let column = try #require(Self.spread[key[0]])
                #expect(key[2].split(separator: " ").map(String.init).contains(column), "\(key[1])")
            }
        }
    }

    @Test("Each statement on them names it, and joins none of them with a table that is spread otherwise")
    func statements() throws {
        let words = try StoreSources.statements().map { statement in
            (statement, Set(statement.sql.split { !$0.isLetter && $0 != "_" }.map(String.init)))
        }
        var seen: Set<String> = []
        for ((file, sql), words) in words {
            let touched = Self.spread.keys.filter {
                words.contains($0) && ["FROM \($0)", "INTO \($0)", "UPDATE \($0)", "JOIN \($0)"].contains { sql.contains($0) }
            }
            for table in touched {
                seen.insert(table)
                #expect(words.contains(Self.spread[table] ?? "?"), "\(file): \(sql)")
            }
            #expect(Set(touched.compactMap { Self.spread[$0] }).count <= 1, "\(file): \(sql)")
        }
        #expect(seen == Set(Self.spread.keys), "the statements were found")
    }
}
