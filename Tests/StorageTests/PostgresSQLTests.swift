import Testing

@testable import Storage

@Suite("The shared dialect in PostgreSQL's words")
struct PostgresSQLTests {
    @Test(
        "Placeholders are numbered, and what stands in quotes stays",
        arguments: [
            ("SELECT ? , ?", "SELECT $1 , $2", 2), ("SELECT ?2, ?1, ?2", "SELECT $2, $1, $2", 2),
            ("SELECT 'a?b', \"c?\", ?", "SELECT 'a?b', \"c?\", $1", 1),
            ("x LIKE '%' || ?12 || '%' ESCAPE '!'", "x LIKE '%' || $12 || '%' ESCAPE '!'", 12),
            ("SELECT 'it''s ?' = ?", "SELECT 'it''s ?' = $1", 1),
            ("SELECT 1", "SELECT 1", 0),
        ])
    func placeholders(_ sql: String, _ expected: String, _ parameters: Int) {
        let translated = PostgresSQL.translated(sql)
        #expect(translated.sql == expected)
        #expect(translated.parameters == parameters)
    }

    @Test("An address that may hold a password does not print", arguments: ["postgres://me:secret@db/x", "postgresql://me:secret@db/x"])
    func address(_ text: String) throws {
        let address = try #require(PostgresAddress(text))
        #expect(!"\(address)".contains("secret") && !String(describing: Optional(address)).contains("secret"))
        #expect(PostgresAddress("http://db/x") == nil && PostgresAddress("host=db password=secret") == nil)
    }

    /// libpq would take a part of the password for something else, and say which when it cannot use it.
    @Test(
        "An address in whose password something is not encoded is refused before anybody is asked for it",
        arguments: ["s3cr%et", "s3cr@et", "s3cr/et", "s3:cr/et", "s3c%r/e@t", "@", "%"])
    func unencoded(_ password: String) {
        #expect(PostgresAddress("postgres://me:\(password)@db.example.com/plan") == nil)
        #expect(PostgresAddress("postgres://me:\(password)@db1:5432,db2:5433/plan") == nil)
    }

    @Test(
        "What libpq takes as an address is one",
        arguments: [
            "postgres://db/x", "postgres://me@/x?host=/var/run/postgresql", "postgres://me:a%40b%2Fc%25@db1:5432,db2:5433,db3/x",
            "postgresql://me@[::1]:5432/x?sslmode=verify-full", "postgres:///x", "postgres://me@db/x?passfile=/etc/payerbridge/pgpass",
        ])
    func addresses(_ text: String) { #expect(PostgresAddress(text) != nil) }
}
