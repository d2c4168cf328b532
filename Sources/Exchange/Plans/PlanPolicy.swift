package import Trust

/// What one plan has decided about how it lets records go.
package struct PlanPolicy: Sendable {
    /// Where the code that proves a mailbox is sent.
    package enum CodeAddress: String, Sendable {
        /// The address the member types: right for a sandbox only, since it proves a mailbox, not a person.
        case typed
        /// The address the plan has on its roster.
        case roster
    }

    package var environment: RedirectURI.Environment
    package var codeAddress: CodeAddress
    /// Seconds an access token lives.
    package var accessTokenSeconds: Int
    /// Seconds a grant and its refresh tokens live, counted from the member's consent.
    package var refreshTokenSeconds: Int
    package var limits: AttemptLimits
    /// What of a record goes through each channel.
    package var release: [ReleaseChannel: ReleasePolicy] = [:]

    package func release(_ channel: ReleaseChannel) -> ReleasePolicy { release[channel] ?? .standard }

    package static let codeSeconds = 300

    package init(
        environment: RedirectURI.Environment, codeAddress: CodeAddress, accessTokenSeconds: Int = 3600,
        refreshTokenSeconds: Int = 90 * 86_400,
        limits: AttemptLimits = .strict
    ) {
        self.environment = environment
        self.codeAddress = codeAddress
        self.accessTokenSeconds = accessTokenSeconds
        self.refreshTokenSeconds = refreshTokenSeconds
        self.limits = limits
    }

    package var grantDays: Int { max(1, refreshTokenSeconds / 86_400) }
}

/// How often something may be tried before it has to wait; windows in seconds.
package struct AttemptLimits: Sendable {
    package struct Limit: Sendable {
        package let count: Int
        package let seconds: Int
        package init(_ count: Int, per seconds: Int) { (self.count, self.seconds) = (count, seconds) }
    }

    /// Failed matches within one walk through the pages.
    package var matchesPerAuthorization: Limit
    /// Failed matches that named one member ID.
    package var matchesPerMemberID: Limit
    /// Codes sent to one address.
    package var codesPerAddress: Limit
    /// Codes sent within one walk.
    package var codesPerAuthorization: Limit
    /// Failed client authentications of one client id.
    package var clientFailures: Limit

    package static let strict = AttemptLimits(
        matchesPerAuthorization: Limit(5, per: 86_400), matchesPerMemberID: Limit(10, per: 86_400), codesPerAddress: Limit(10, per: 3600),
        codesPerAuthorization: Limit(5, per: 3600), clientFailures: Limit(30, per: 300))

    /// For a sandbox, where many people try the same few members.
    package static let sandbox = AttemptLimits(
        matchesPerAuthorization: Limit(5, per: 86_400), matchesPerMemberID: Limit(1000, per: 3600), codesPerAddress: Limit(1000, per: 3600),
        codesPerAuthorization: Limit(5, per: 3600), clientFailures: Limit(1000, per: 300))
}
