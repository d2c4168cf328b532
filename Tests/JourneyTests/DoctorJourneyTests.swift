import Exchange
import Receiver
import TestSupport
import Testing
import Trust

/// The doctor against the running server, as the operator of a new plan would send it.
struct DoctorJourneyTests {
    private static let redirectURI = "https://new-plan.example/callback"

    private static func checks(_ site: RunningSite, _ change: (inout Doctor.Options) -> Void = { _ in }) async throws -> [DoctorCheck
        .Subject:
        DoctorCheck]
    {
        let app = try await site.register("new-plan", redirectURI: redirectURI)
        var options = Doctor.Options(
            address: site.address + "/demo", network: .sandbox, clientID: app.clientID, clientSecret: app.secret?.text,
            redirectURI: redirectURI)
        // The machine may be busy with every other test.
        options.limit = .seconds(300)
        change(&options)
        let checks = await Doctor(options).run()
        return Dictionary(checks.map { ($0.subject, $0) }) { first, _ in first }
    }

    @Test func `a registered app passes everything, and no member was bothered`() async throws {
        try await RunningSite.with { site in
            let checks = try await Self.checks(site) { $0.expectedIssuer = site.demo.addresses.issuer }
            for subject in DoctorCheck.Subject.allCases where subject != .tls {
                #expect(checks[subject]?.outcome == .passed, "\(String(describing: checks[subject]))")
            }
            #expect(checks[.tls]?.outcome == .skipped(because: "this is plain http on this computer"))
            #expect(checks[.metadata]?.seen.contains("$everything") == true)
            #expect(checks[.issuer]?.seen == "\(site.demo.addresses.issuer), named in every answer")
        }
    }

    @Test func `a wrong secret fails the credentials alone`() async throws {
        try await RunningSite.with { site in
            let checks = try await Self.checks(site) { $0.clientSecret = Secret.make(.clientSecret).text }
            #expect(checks.values.filter(\.isFailure).map(\.subject) == [.credentials], "\(checks.values.filter(\.isFailure).map(\.seen))")
            #expect(checks[.credentials]?.seen.hasPrefix("the token endpoint answered invalid_client") == true)
        }
    }

    @Test func `an unregistered redirect address fails it alone, and is named in the fix`() async throws {
        try await RunningSite.with { site in
            let checks = try await Self.checks(site) { $0.redirectURI = "https://new-plan.example/callback/" }
            #expect(checks.values.filter(\.isFailure).map(\.subject) == [.redirectURI], "\(checks.values.filter(\.isFailure).map(\.seen))")
            #expect(checks[.redirectURI]?.fix?.contains("register https://new-plan.example/callback/ with the sending payer") == true)
        }
    }

    @Test func `an unknown client fails both where it is asked for`() async throws {
        try await RunningSite.with { site in
            let checks = try await Self.checks(site) { $0.clientID = "nobody" }
            #expect(Set(checks.values.filter(\.isFailure).map(\.subject)) == [.redirectURI, .credentials])
            #expect(checks[.redirectURI]?.fix?.contains("compare the client id") == true)
        }
    }

    @Test func `a scope that the app may not have is the server's answer to us`() async throws {
        try await RunningSite.with { site in
            let checks = try await Self.checks(site) { $0.scope = "user/*.write" }
            #expect(checks[.redirectURI]?.seen.contains("invalid_scope") == true, "\(String(describing: checks[.redirectURI]))")
        }
    }

    @Test func `another issuer than the expected one is a failure that stops the operator`() async throws {
        try await RunningSite.with { site in
            let checks = try await Self.checks(site) { $0.expectedIssuer = site.other.addresses.issuer }
            #expect(checks.values.filter(\.isFailure).map(\.subject) == [.issuer], "\(checks.values.filter(\.isFailure).map(\.seen))")
            #expect(checks[.issuer]?.fix?.hasPrefix("Do not connect") == true)
        }
    }

    @Test func `under the rules of production a server on this computer is not even looked up`() async throws {
        try await RunningSite.with { site in
            let checks = try await Self.checks(site) { $0.network = .production }
            #expect(checks[.address]?.isFailure == true)
            #expect(checks.values.count { $0.outcome == .skipped(because: "the address cannot be used") } == 9)
        }
    }
}
