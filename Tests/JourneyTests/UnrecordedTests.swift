import Exchange
import Foundation
import GRDB
import Synthetic
import TestSupport
import Testing

/// What cannot be entered in the log of disclosures is not disclosed.
struct UnrecordedTests {
    @Test func `an answer whose disclosure cannot be kept does not leave, whichever way it takes`() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            let patient = "/demo/r4/Patient/\(tokens.patient)"
            #expect(try await site.get(patient, tokens.bearer).status == 200)
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let log = try DatabaseQueue(path: site.folder + "/disclosures.sqlite", configuration: configuration)
            try await log.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let answers = try await withThrowingTaskGroup(of: WebAnswer.self) { group in
                for more in [[], [("Accept-Encoding", "gzip")]] {
                    for path in [patient, "/demo/r4/Observation", patient + "/$everything"] {
                        group.addTask {
                            try await site.web.send("GET", site.absolute(path), headers: tokens.bearer + more, isTroubleExpected: true)
                        }
                    }
                }
                return try await group.reduce(into: [WebAnswer]()) { $0.append($1) }
            }
            #expect(answers.count == 6)
            for answer in answers {
                #expect(answer.status == 503 && answer.string("resourceType") == "OperationOutcome")
                #expect(answer.header("Retry-After") != nil && answer.header("ETag") == nil)
                #expect(!answer.text.contains(site.member.lastName) && !answer.text.contains("Observation"))
            }
            // What asks for nothing of a record needs no entry.
            #expect(try await site.get("/demo/r4/metadata").status == 200)
            try await log.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            #expect(try await site.get(patient, tokens.bearer).status == 200)
        }
    }
}
