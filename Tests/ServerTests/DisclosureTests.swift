import Exchange
import Foundation
import Storage
import Synthetic
import TestSupport
import Testing

/// Every answer that gives clinical data away is on record before it leaves.
struct DisclosureTests {
    private static let root = "/demo/r4"
    private static let form = ("Content-Type", "application/x-www-form-urlencoded")

    @Test func `each answer with data has one entry that says what was asked, and nothing else has`() async throws {
        try await RunningSite.with { site in
            let tokens = try await site.tokens()
            let member = try #require(try site.store.members(memberID: site.member.memberID, plan: site.demo.key).first)
            func entries() throws -> [Disclosure] {
                try site.store.disclosures(of: member.key, plan: site.demo.key, limit: 100).reversed()
            }
            let patient = tokens.patient
            let withData: [(String, Disclosure.Interaction)] = [
                ("Patient/\(patient)", .read), ("Patient/\(patient)/_history/1", .vread), ("Observation?_count=2", .search),
                ("Patient/\(patient)/Condition?_sort=-recorded-date", .search), ("Patient/\(patient)/$everything?_count=3", .everything),
                ("DocumentReference/$docref?patient=\(patient)", .documents), ("Observation?code=none-such", .search),
            ]
            for (path, interaction) in withData {
                for headers in [tokens.bearer, tokens.bearer + [("Accept-Encoding", "gzip")]] {
                    let before = try entries().count
                    #expect(try await site.get("\(Self.root)/\(path)", headers).status == 200, "\(path)")
                    let after = try entries()
                    #expect(after.count == before + 1, "\(path)")
                    #expect(after.last?.target == path && after.last?.interaction == interaction)
                    #expect(after.last?.at == site.clock.now)
                }
            }
            let json = ("Content-Type", "application/fhir+json")
            let type = #"{"resourceType":"Parameters","parameter":[{"name":"_type","valueCode":"Goal"}]}"#
            let docs = #"{"resourceType":"Parameters","parameter":[{"name":"patient","valueId":"\#(patient)"}]}"#
            let posted: [(String, (String, String), String, String)] = [
                (
                    "Observation/_search?_count=2", Self.form, "code=1234-5&_sort=-date",
                    "Observation/_search?_count=2&code=1234-5&_sort=-date"
                ),
                ("Patient/\(patient)/Condition/_search", Self.form, "code=a%7Cb", "Patient/\(patient)/Condition/_search?code=a%7Cb"),
                ("Patient/\(patient)/$everything", json, type, "Patient/\(patient)/$everything?_type=Goal"),
                ("Patient/\(patient)/$everything", Self.form, "_type=Goal", "Patient/\(patient)/$everything?_type=Goal"),
                ("DocumentReference/$docref", json, docs, "DocumentReference/$docref?patient=\(patient)"),
            ]
            for (path, content, body, target) in posted {
                let answer = try await site.web.send(
                    "POST", site.absolute("\(Self.root)/\(path)"), headers: tokens.bearer + [content], body: Array(body.utf8))
                #expect(answer.status == 200, "\(path)")
                let kept = try entries().last?.target
                #expect(kept == target)
            }
            let search = try await site.get("\(Self.root)/Observation?_count=2&_include=Observation:encounter", tokens.bearer)
            let kept = try entries().last?.resources
            #expect(kept == (search.object["entry"] as? [Any])?.count)
            let count = try entries().count
            for path in ["Patient/nobody", "Coverage", "Nothing", "metadata", "Observation?date=x", ".well-known/smart-configuration"] {
                #expect(try await site.get("\(Self.root)/\(path)", tokens.bearer).text.isEmpty == false)
            }
            _ = try await site.get("\(Self.root)/Patient/\(patient)")
            let known = try await site.get("\(Self.root)/Patient/\(patient)", tokens.bearer + [("If-None-Match", "*")])
            #expect(known.status == 304)
            #expect(try entries().count == count)
            #expect(try site.store.verify() == count)
        }
    }
}
