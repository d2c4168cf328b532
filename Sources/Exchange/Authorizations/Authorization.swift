package import FHIR
package import Trust

/// One walk of a member through the pages, from an app's request to its answer.
///
/// It is a row with a step; every change names the revision it was made from, so of two at the same time one wins.
package struct Authorization: Sendable {
    package enum Step: String, Sendable, CaseIterable {
        /// The app asked; nothing is known of the member.
        case started
        /// The details matched one member; a mailbox is still to be proven.
        case matched
        /// A code is on its way (or, when no account has that address, is not: the pages look the same).
        case codeSent
        /// The mailbox is proven; consent is asked.
        case verified
        /// Answered; nothing more can happen.
        case finished
    }

    package let id: String
    package let revision: Int
    package let plan: Key<Plan>
    package let app: Key<App>
    package let clientID: String
    /// Hash of the secret in the browser's cookie: only that browser goes on.
    package let browser: SecretHash
    package let redirectURI: RedirectURI
    package let redirectURIWasSent: Bool
    package let state: String?
    package let scope: ScopeSet
    package let challenge: PKCE.Challenge?
    package let expiresAt: Timestamp

    package var language: String
    package var step: Step
    package var member: Key<Member>?
    /// The member was found by the details this person typed, so this walk may choose the mailbox; an address typed at "Sign in" may not.
    package var isIdentified: Bool
    package var email: String?
    package var code: SentCode?

    /// The code that was mailed last; an older one is dead.
    package struct SentCode: Sendable {
        package let mac: [UInt8]
        package let sentAt: Timestamp
        package let expiresAt: Timestamp
        package var triesLeft: Int

        package init(mac: [UInt8], sentAt: Timestamp, expiresAt: Timestamp, triesLeft: Int) {
            (self.mac, self.sentAt, self.expiresAt, self.triesLeft) = (mac, sentAt, expiresAt, triesLeft)
        }
    }

    package init(
        id: String, revision: Int, plan: Key<Plan>, app: Key<App>, clientID: String, browser: SecretHash, redirectURI: RedirectURI,
        redirectURIWasSent: Bool, state: String?, scope: ScopeSet, challenge: PKCE.Challenge?, expiresAt: Timestamp, language: String,
        step: Step,
        member: Key<Member>? = nil, isIdentified: Bool = false, email: String? = nil, code: SentCode? = nil
    ) {
        (self.id, self.revision, self.plan, self.app, self.clientID) = (id, revision, plan, app, clientID)
        (self.browser, self.redirectURI, self.redirectURIWasSent) = (browser, redirectURI, redirectURIWasSent)
        (self.state, self.scope, self.challenge, self.expiresAt) = (state, scope, challenge, expiresAt)
        (self.language, self.step, self.member, self.email, self.code) = (language, step, member, email, code)
        self.isIdentified = isIdentified
    }

    /// Minutes within which the whole walk has to be done.
    package static let minutes = 30
    package static let codeMinutes = 10
    package static let codeTries = 5
    package static let resendSeconds = 20
}

/// The permission that ends a walk, on its way into the store with the code that stands for it.
package struct NewGrant: Sendable {
    package let compartment: Compartment
    package let email: String
    package let decider: Grant.Decider
    package let expiresAt: Timestamp
    package let code: SecretHash
    package let codeExpiresAt: Timestamp

    package init(
        compartment: Compartment, email: String, decider: Grant.Decider, expiresAt: Timestamp, code: SecretHash, codeExpiresAt: Timestamp
    ) {
        (self.compartment, self.email, self.decider) = (compartment, email, decider)
        (self.expiresAt, self.code, self.codeExpiresAt) = (expiresAt, code, codeExpiresAt)
    }
}

package protocol AuthorizationStore: Sendable {
    func begin(_ authorization: Authorization, at now: Timestamp) async throws(Refusal)
    func authorization(_ id: String, plan: Key<Plan>) throws(Refusal) -> Authorization?
    /// Keeps the walk's new step and, in the same transaction, the mail it sends. False when another request changed it first.
    func update(_ authorization: Authorization, sending mail: OutgoingMail?, at now: Timestamp) async throws(Refusal) -> Bool
    /// Ends the walk with a grant, its code and the member's account, all or nothing. False when another request changed it first.
    func finish(_ authorization: Authorization, with grant: NewGrant, at now: Timestamp) async throws(Refusal) -> Bool
}
