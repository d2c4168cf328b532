package import FHIR
package import Trust

/// A member's permission for one app to read one record, until it ends or is taken back.
package struct Grant: Sendable {
    /// Who decided; kept with the grant (PDex 2.2 §pdex-114: personal representatives).
    package enum Decider: Sendable, Equatable {
        case member
        case representative(name: String, relationship: Relationship)
    }

    package enum Relationship: String, Sendable, CaseIterable {
        case parent, guardian, powerOfAttorney = "power_of_attorney", other
    }

    package let key: Key<Grant>
    package let app: Key<App>
    package let compartment: Compartment
    package let scope: ScopeSet
    package let expiresAt: Timestamp

    package init(key: Key<Grant>, app: Key<App>, compartment: Compartment, scope: ScopeSet, expiresAt: Timestamp) {
        (self.key, self.app, self.compartment, self.scope, self.expiresAt) = (key, app, compartment, scope, expiresAt)
    }
}

/// What a live access token says.
package struct Access: Sendable {
    package let grant: Key<Grant>
    package let app: Key<App>
    package let clientID: String
    package let compartment: Compartment
    package let scope: String
    package let issuedAt: Timestamp
    package let expiresAt: Timestamp

    package init(
        grant: Key<Grant>, app: Key<App>, clientID: String, compartment: Compartment, scope: String, issuedAt: Timestamp,
        expiresAt: Timestamp
    ) {
        (self.grant, self.app, self.clientID, self.compartment) = (grant, app, clientID, compartment)
        (self.scope, self.issuedAt, self.expiresAt) = (scope, issuedAt, expiresAt)
    }
}

/// Tokens about to be issued; only their hashes reach the store.
package struct NewTokens: Sendable {
    package let access: SecretHash
    package let accessExpiresAt: Timestamp
    package let refresh: SecretHash

    package init(access: SecretHash, accessExpiresAt: Timestamp, refresh: SecretHash) {
        (self.access, self.accessExpiresAt, self.refresh) = (access, accessExpiresAt, refresh)
    }
}

/// How taking a code or a refresh token ended.
package enum Redemption: Sendable {
    case issued(Grant, scope: ScopeSet)
    /// It had been used before; everything issued from its grant is revoked now.
    case replayed
    case refused(OAuthError)
}

/// A permission as the plan's own people see it.
package struct GrantRecord: Sendable {
    package let key: Key<Grant>
    package let appName: String
    package let decider: Grant.Decider
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
    package let revokedAt: Timestamp?

    package init(
        key: Key<Grant>, appName: String, decider: Grant.Decider, createdAt: Timestamp, expiresAt: Timestamp, revokedAt: Timestamp?
    ) {
        (self.key, self.appName, self.decider) = (key, appName, decider)
        (self.createdAt, self.expiresAt, self.revokedAt) = (createdAt, expiresAt, revokedAt)
    }
}

/// A permission that the plan's own operator gives for a purpose, with one token and nothing to renew it.
package struct OperatorGrant: Sendable {
    package let app: Key<App>
    package let compartment: Compartment
    package let scope: ScopeSet
    /// Who, and why; kept with the grant and shown where grants are listed.
    package let reason: String
    package let access: SecretHash
    package let expiresAt: Timestamp

    package init(app: Key<App>, compartment: Compartment, scope: ScopeSet, reason: String, access: SecretHash, expiresAt: Timestamp) {
        (self.app, self.compartment, self.scope) = (app, compartment, scope)
        (self.reason, self.access, self.expiresAt) = (reason, access, expiresAt)
    }
}

package protocol GrantStore: Sendable {
    /// Keeps the permission and its token, both or neither.
    func issue(_ grant: OperatorGrant, audit: AuditEntry, at now: Timestamp) async throws(Refusal) -> Key<Grant>
    /// Every permission this member has given, newest first.
    func grants(of member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> [GrantRecord]
    /// Ends a permission and all that was issued from it; false when there is no such live one.
    func revoke(grant: Key<Grant>, plan: Key<Plan>, at now: Timestamp) async throws(Refusal) -> Bool
    /// Takes a code once: the checks, its use and the tokens are one transaction. A second use revokes the grant (RFC 6749 §4.1.2).
    func redeem(
        code: SecretHash, app: Key<App>, plan: Key<Plan>, redirectURI: String?, verifier: String?, tokens: NewTokens, at now: Timestamp
    ) async throws(Refusal) -> Redemption
    /// Rotates a refresh token; using a rotated one again revokes the grant (RFC 9700 §4.14.2).
    func refresh(
        _ token: SecretHash, app: Key<App>, plan: Key<Plan>, scope: ScopeSet?, tokens: NewTokens, at now: Timestamp
    ) async throws(Refusal) -> Redemption
    /// What a token of this plan gives right now; nil for unknown, expired, revoked, or another plan's.
    func access(_ token: SecretHash, plan: Key<Plan>, at now: Timestamp) throws(Refusal) -> Access?
    /// The grant a live refresh token belongs to; for introspection.
    func refreshGrant(_ token: SecretHash, plan: Key<Plan>, at now: Timestamp) throws(Refusal) -> Access?
    /// RFC 7009: an access token ends alone, a refresh token ends its grant. Only the app's own; unknown ones are no error.
    func revoke(accessToken: SecretHash, refreshToken: SecretHash, app: Key<App>, plan: Key<Plan>, at now: Timestamp) async throws(Refusal)
}
