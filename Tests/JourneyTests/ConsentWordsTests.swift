import Exchange
import Synthetic
import TestSupport
import Testing

/// The consent page says what the plan's policy does, and counts what it lets go.
struct ConsentWordsTests {
    private static func page(_ policy: ReleasePolicy) async throws -> String {
        var text = ""
        try await RunningSite.with(release: policy) { site in
            let walk = try await Walk(site, at: site.authorize(site.apps.payer))
            try await walk.createAccount(site.member, email: "one@example.com")
            text = walk.page.text
        }
        return text
    }

    @Test func `how far back, and what stays at home, follow the policy`() async throws {
        let standard = try await Self.page(.standard)
        #expect(standard.contains("From the first record Demo Health Plan holds"))
        #expect(standard.contains("Records marked as specially protected"))
        let short = try await Self.page(ReleasePolicy(serviceYears: 5, withheldLabels: []))
        #expect(short.contains("Care since ") && short.contains(", and records without a date"))
        #expect(!short.contains("Records marked as specially protected"))
    }
}
