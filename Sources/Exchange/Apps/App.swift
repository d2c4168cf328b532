package import FHIR
package import Trust

/// A payer's application that asks for members' records: an OAuth client.
package struct App: Sendable {
    package enum Kind: String, Sendable { case confidential, `public` }

    package let key: Key<App>
    package let clientID: String
    package let name: String
    package let organization: String?
    package let kind: Kind
    package let redirectURIs: [String]
    /// The most it may be granted.
    package let scope: ScopeSet
    /// When its credentials were first synced to the plan, which happens once the plan knows who stands behind it.
    package let syncedAt: Timestamp

    package init(
        key: Key<App>, clientID: String, name: String, organization: String?, kind: Kind, redirectURIs: [String], scope: ScopeSet,
        syncedAt: Timestamp
    ) {
        (self.key, self.clientID, self.name, self.organization) = (key, clientID, name, organization)
        (self.kind, self.redirectURIs, self.scope, self.syncedAt) = (kind, redirectURIs, scope, syncedAt)
    }

    /// RFC 9700 §4.1.3: byte for byte, nothing normalised.
    package func hasRegistered(_ redirectURI: String) -> Bool {
        redirectURIs.contains { $0.utf8.elementsEqual(redirectURI.utf8) }
    }
}

/// What is needed to register an app.
package struct AppRegistration: Sendable {
    package let name: String
    package let organization: String?
    package let kind: App.Kind
    package let redirectURIs: [RedirectURI]
    package let scope: ScopeSet
    package let clientID: String
    package let secretHash: SecretHash?

    package init(
        name: String, organization: String?, kind: App.Kind, redirectURIs: [RedirectURI], scope: ScopeSet = .clinicalRead, clientID: String,
        secretHash: SecretHash?
    ) {
        (self.name, self.organization, self.kind, self.redirectURIs) = (name, organization, kind, redirectURIs)
        (self.scope, self.clientID, self.secretHash) = (scope, clientID, secretHash)
    }
}

package protocol AppStore: Sendable {
    /// The app of this client id, when it is synced to the plan; nil otherwise.
    func app(clientID: String, plan: Key<Plan>) throws(Refusal) -> App?
    /// Whether this is one of the app's secrets and not retired by now.
    func hasSecret(_ app: Key<App>, hash: SecretHash, at now: Timestamp) throws(Refusal) -> Bool
    /// Notes that the secret was used, at most once a minute.
    func noteUse(of secret: SecretHash, at now: Timestamp) async throws(Refusal)
    /// Registers the app and syncs it to these plans, all or nothing. A client id that exists is updated to this registration.
    func register(_ registration: AppRegistration, plans: [Key<Plan>], at now: Timestamp) async throws(Refusal) -> App
    func apps(plan: Key<Plan>) throws(Refusal) -> [App]
}
