import FHIR
import NIOSSL

/// Looks at the connection to one sending payer from end to end, without a member and without reading a record.
///
/// It asks what a real transfer asks, in the same order and under the same rules, and says of each answer what is wrong and who mends it. The
/// authorize endpoint is asked once and nothing is followed; the token endpoint is asked once with a code that no one has issued.
package struct Doctor: Sendable {
    package struct Options: Sendable {
        /// The plan's base or its FHIR base.
        package var address: String
        package var network: NetworkPolicy
        /// Without it the authorize and token endpoints are not asked.
        package var clientID: String?
        /// nil for a public client.
        package var clientSecret: String?
        package var redirectURI: String?
        package var scope = "launch/patient offline_access patient/*.read"
        /// The issuer that was seen when this payer was added; a different one now is a failure.
        package var expectedIssuer: String?
        /// Of one check.
        package var limit: Duration = .seconds(20)

        package init(
            address: String, network: NetworkPolicy, clientID: String? = nil, clientSecret: String? = nil, redirectURI: String? = nil
        ) {
            self.address = address
            self.network = network
            self.clientID = clientID
            self.clientSecret = clientSecret
            self.redirectURI = redirectURI
        }
    }

    typealias Finding = DoctorNotes.Finding

    let options: Options
    let resolver: NameResolver
    let trust: NIOSSLTrustRoots
    let now: @Sendable () -> Timestamp

    package init(_ options: Options) {
        self.init(options, resolver: .system())
    }

    init(
        _ options: Options, resolver: NameResolver, trust: NIOSSLTrustRoots = .default,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        (self.options, self.resolver, self.trust, self.now) = (options, resolver, trust, now)
    }

    /// All checks in their order, also those that could not be run. `report` is called before and after each and must return soon.
    package func run(report: @escaping @Sendable (DoctorProgress) -> Void = { _ in }) async -> [DoctorCheck] {
        var options = ReceiveOptions(from: options.address, clientID: self.options.clientID ?? "", out: "")
        options.network = self.options.network
        options.limits.answerBytes = 16 * 1024 * 1024
        options.limits.idle = .seconds(10)
        options.maximumAttempts = 2
        options.firstRetryDelay = .milliseconds(250)
        options.longestRetryAfter = .seconds(2)
        let courier = Courier(options, resolver: resolver, trust: trust)
        let requests = Requests(courier: courier, backoff: Backoff(options), tally: Tally(requests: 0, retries: 0)) { _ in }
        var notes = DoctorNotes(limit: self.options.limit, report: report)
        await look(&notes, requests)
        await courier.shutdown()
        return notes.checks
    }

    private func look(_ notes: inout DoctorNotes, _ requests: Requests) async {
        guard let address = await notes.take(.address, { checkAddress() }) else { return notes.skipRest("the address cannot be used") }
        guard let places = await notes.take(.network, { await checkNetwork(address) }) else {
            return notes.skipRest("its network address cannot be used")
        }
        guard await notes.take(.tls, { await checkTLS(address, places) }) != nil else {
            return notes.skipRest("no secure connection came about")
        }
        _ = await notes.take(.clock) { await checkClock(address, requests.courier) }
        guard let found = await notes.take(.discovery, { await checkDiscovery(requests) }) else {
            return notes.skipRest("no FHIR server was found")
        }
        _ = await notes.take(.issuer) { await checkIssuer(found, requests) }
        _ = await notes.take(.pkce) { checkPKCE(found) }
        _ = await notes.take(.metadata) { await checkMetadata(found, requests) }
        _ = await notes.take(.redirectURI) { await checkRedirectURI(found, requests.courier) }
        _ = await notes.take(.credentials) { await checkCredentials(found, requests) }
    }
}
