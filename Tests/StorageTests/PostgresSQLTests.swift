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
}
