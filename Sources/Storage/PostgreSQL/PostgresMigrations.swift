import Exchange

/// The numbered steps of the schema on PostgreSQL: one file holds all up to version 6, each later step has its own.
enum PostgresMigrations {
    private static let steps: [(version: Int, sql: [UInt8])] = [
        (6, PackageResources.postgresql_v0006_sql), (7, PackageResources.postgresql_v0007_sql),
    ]
    static var newest: Int { steps.last?.version ?? 0 }

    /// The lock under which one process at a time looks and changes: "PBSchema".
    private static let lock = 0x5042_5363_6865_6D61

    /// Brings the schema up to this program's version; a schema made by a newer program is refused.
    static func run(_ address: PostgresAddress) throws {
        let connection = try PostgresConnection(address, for: .administer)
        // The lock goes with the session, whatever happens.
        try connection.run("SELECT pg_advisory_lock(\(lock))")
        try connection.run("CREATE TABLE IF NOT EXISTS store_schema (version integer NOT NULL)")
        let found = try version(connection)
        guard found <= newest else { throw NewerSchema(found: found, known: newest) }
        for step in steps where step.version > found {
            try connection.run(
                """
                BEGIN; \(String(decoding: step.sql, as: UTF8.self))
                DELETE FROM store_schema; INSERT INTO store_schema (version) VALUES (\(step.version)); COMMIT
                """)
        }
    }

    static func version(_ connection: any Connection) throws -> Int {
        let statement = try connection.prepare("SELECT version FROM store_schema")
        defer { statement.reset() }
        return try statement.step() ? Int(statement.int(0)) : 0
    }
}
