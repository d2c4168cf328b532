package import FHIR
package import Trust

/// What a developer does with the made-up members of a sandbox: trying the exchange as one of them, and beginning anew.
package protocol TestMemberStore: Sendable {
    /// A further secret of the app until then, which no developer sees.
    func lend(_ secret: SecretHash, to app: Key<App>, until end: Timestamp, at now: Timestamp) async throws(Refusal)
    /// Ends a lent secret.
    func takeBack(_ secret: SecretHash, at now: Timestamp) async throws(Refusal)
    /// Notes that the permission behind this access token came of "Try it", and lets it and all that was issued from it end then.
    func markTried(_ token: SecretHash, of app: Key<App>, plan: Key<Plan>, endsAt: Timestamp) async throws(Refusal)
    /// How many live permissions each member has given this app.
    func livePermissions(of app: Key<App>, plan: Key<Plan>, at now: Timestamp) throws(Refusal) -> [Key<Member>: Int]
    /// Ends this app's permissions of the member, its walks under way, and what addresses were proven in them, all or nothing; another
    /// app's stay as they are.
    func reset(_ member: Key<Member>, of app: Key<App>, plan: Key<Plan>, audit: AuditEntry, at now: Timestamp) async throws(Refusal)
}
