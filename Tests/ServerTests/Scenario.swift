import TestSupport
import Testing

/// One row of a scenario table: what is asked, and what the answer must and must not be.
struct Scenario: Sendable {
    let name: String
    var method = "GET"
    /// A path of the site, or a whole address, whose host then goes into `Host`.
    let address: String
    var headers: [(String, String)] = []
    var body: [UInt8]?
    let status: Int
    /// What `Location` must hold; nil: there must be none.
    var location: [String]?
    /// In the body.
    var contains: [String] = []
    var lacks: [String] = []
    /// Exact values of headers.
    var answers: [String: String] = [:]

    static func form(
        _ name: String, _ address: String, _ fields: [(String, String)], _ headers: [(String, String)] = [], status: Int,
        contains: [String] = [], lacks: [String] = [], answers: [String: String] = [:]
    ) -> Scenario {
        Scenario(
            name: name, method: "POST", address: address, headers: [("Content-Type", "application/x-www-form-urlencoded")] + headers,
            body: Array(WebForm.encoded(fields).utf8), status: status, contains: contains, lacks: lacks, answers: answers)
    }
}

extension RunningSite {
    /// What no answer may hold, whatever was asked.
    private static let innards = ["SQLite", "GRDB", "Sources/", "Fatal error", ".swift:", "Optional("]

    /// Asks each row and says which did not answer as it should.
    func check(_ rows: [Scenario], at place: SourceLocation = #_sourceLocation) async throws {
        for row in rows {
            let answer = try await web.send(row.method, absolute(row.address), headers: row.headers, body: row.body)
            let text = answer.text
            #expect(answer.status == row.status, "\(row.name): \(answer.status) \(text.prefix(300))", sourceLocation: place)
            if let location = row.location {
                let found = answer.header("Location") ?? "none"
                for part in location { #expect(found.contains(part), "\(row.name): Location \(found)", sourceLocation: place) }
            } else {
                #expect(answer.header("Location") == nil, "\(row.name)", sourceLocation: place)
            }
            for part in row.contains {
                #expect(text.contains(part), "\(row.name) must contain \(part): \(text.prefix(400))", sourceLocation: place)
            }
            for part in row.lacks + Self.innards {
                #expect(!text.contains(part), "\(row.name) must not contain \(part)", sourceLocation: place)
            }
            for (name, value) in row.answers {
                #expect(answer.header(name) == value, "\(row.name): \(name)", sourceLocation: place)
            }
        }
    }
}
