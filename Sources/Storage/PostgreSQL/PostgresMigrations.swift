import Exchange

/// The numbered steps of the schema on PostgreSQL: one file holds all up to version 6, each later step has its own.
enum PostgresMigrations {
    private static let steps: [(version: Int, sql: [UInt8])] = [
        (6, PackageResources.postgresql_v0006_sql), (7, PackageResources.postgresql_v0007_sql),
        (8, PackageResources.postgresql_v0008_sql),
    ]
    static var newest: Int { steps.last?.version ?? 0 }

    /// The lock under which one process at a time looks and changes: "PBSchema".
    private static let lock = 0x5042_5363_6865_6D61

    /// The oldest server with which this is tested.
    private static let oldestServer: Int32 = 150_000

    /// Brings the schema up to this program's version; a schema made by a newer program is refused, and one into which a move was not finished,
    /// unless this is that move. Whoever may not upgrade makes the schema only where there is none.
    static func run(_ address: PostgresAddress, isMoving: Bool = false, mayUpgrade: Bool = true) throws {
        let connection = try PostgresConnection(address, for: .administer)
        try connection.check(oldest: oldestServer)
        // The lock goes with the session, whatever happens.
        try connection.run("SELECT pg_advisory_lock(\(lock))")
        try connection.run("CREATE TABLE IF NOT EXISTS store_schema (version integer NOT NULL)")
        let found = try version(connection)
        guard found <= newest else { throw NewerSchema(found: found, known: newest) }
        guard try isMoving || !isHalfMoved(connection) else {
            throw Refusal(
                .conflict,
                "A move of a store into this database was not finished. Start payerbridge migrate again as before, or use another database."
            )
        }
        guard mayUpgrade || found == newest || found == 0 else {
            throw Refusal(
                .conflict,
                "The database has schema \(found); this program needs \(newest). Start the new server first (payerbridge serve), which upgrades it."
            )
        }
        for step in steps where step.version > found {
            try connection.run(
                """
                BEGIN; \(String(decoding: step.sql, as: UTF8.self))
                DELETE FROM store_schema; INSERT INTO store_schema (version) VALUES (\(step.version)); COMMIT
                """)
        }
    }

    /// A move notes how far it is, and takes the notes away at its end.
    private static func isHalfMoved(_ connection: PostgresConnection) throws -> Bool {
        let noted = PostgresStatement(connection, "SELECT to_regclass('store_copy') IS NOT NULL")
        guard try noted.step(), noted.int(0) == 1 else { return false }
        let begun = PostgresStatement(connection, "SELECT 1 FROM store_copy LIMIT 1")
        return try begun.step()
    }

    static func version(_ connection: any Connection) throws -> Int {
        let statement = try connection.prepare("SELECT version FROM store_schema")
        defer { statement.reset() }
        return try statement.step() ? Int(statement.int(0)) : 0
    }
}
