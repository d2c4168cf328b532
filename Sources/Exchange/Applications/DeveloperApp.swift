package import FHIR
package import Trust

/// An app as its developer and the reviewers know it; to the plans it is an `App`.
package struct DeveloperApp: Sendable {
    package let key: Key<DeveloperApp>
    package let account: Key<Account>
    package let app: Key<App>
    package let clientID: String
    package let name: String
    /// The payer behind it, once that was verified.
    package let organization: String?
    package let description: String
    package let homePage: String
    package let redirectURIs: [String]
    package let standing: Standing
    package let revision: Int
    package let createdAt: Timestamp

    package init(
        key: Key<DeveloperApp>, account: Key<Account>, app: Key<App>, clientID: String, name: String, organization: String?,
        description: String, homePage: String, redirectURIs: [String], standing: Standing, revision: Int, createdAt: Timestamp
    ) {
        (self.key, self.account, self.app, self.clientID) = (key, account, app, clientID)
        (self.name, self.organization, self.description, self.homePage) = (name, organization, description, homePage)
        (self.redirectURIs, self.standing, self.revision, self.createdAt) = (redirectURIs, standing, revision, createdAt)
    }
}

/// What a developer says of an app.
package struct ApplicationDetails: Sendable {
    package let name: String
    package let description: String
    package let homePage: String
    package let redirectURIs: [RedirectURI]

    package init(name: String, description: String, homePage: String, redirectURIs: [RedirectURI]) {
        (self.name, self.description, self.homePage, self.redirectURIs) = (name, description, homePage, redirectURIs)
    }
}

/// A live or retiring secret of an app, without the secret.
package struct AppSecret: Sendable {
    /// The first hex digits of its hash, to tell two apart.
    package let mark: String
    package let createdAt: Timestamp
    package let lastUsedAt: Timestamp?
    /// From then on it opens nothing; nil for one that stays.
    package let retiresAt: Timestamp?

    package init(mark: String, createdAt: Timestamp, lastUsedAt: Timestamp?, retiresAt: Timestamp?) {
        (self.mark, self.createdAt, self.lastUsedAt, self.retiresAt) = (mark, createdAt, lastUsedAt, retiresAt)
    }
}

package protocol ApplicationStore: Sendable {
    func applications(of account: Key<Account>) throws(Refusal) -> [DeveloperApp]
    func application(clientID: String) throws(Refusal) -> DeveloperApp?
    func application(_ key: Key<DeveloperApp>) throws(Refusal) -> DeveloperApp?
    /// Those that were ever to be synced to the plan.
    func applications(plan: Key<Plan>) throws(Refusal) -> [DeveloperApp]
    /// Makes the app with its client id and secret, known to no plan yet.
    func add(
        _ details: ApplicationDetails, of account: Key<Account>, clientID: String, secret: SecretHash, audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal)
    /// False when another request changed it first.
    func change(_ application: DeveloperApp, to details: ApplicationDetails, audit: AuditEntry, at now: Timestamp) async throws(Refusal)
        -> Bool
    /// Suspends, reinstates or revokes. What ends takes the app's credentials from every plan at once, and with `endsGrants` all members'
    /// permissions; what begins again makes every plan's sync wait anew. False when another request changed it first.
    func move(
        _ application: DeveloperApp, to standing: DeveloperApp.Standing, effects: [DeveloperApp.Effect], entry: CaseEntry,
        mails: [OutgoingMail],
        audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) -> Bool
    func thread(of application: Key<DeveloperApp>) throws(Refusal) -> [CaseEntry]

    func secrets(of app: Key<App>, at now: Timestamp) throws(Refusal) -> [AppSecret]
    /// A new secret; those before it open until `overlapEnds`, which must not lengthen the life of one that is retiring already.
    func rotate(_ app: Key<App>, to secret: SecretHash, overlapEnds: Timestamp, audit: AuditEntry, at now: Timestamp) async throws(Refusal)
    /// Ends every secret that is retiring.
    func retireOldSecrets(of app: Key<App>, audit: AuditEntry, at now: Timestamp) async throws(Refusal)
}
