package import FHIR
package import Trust

/// A person who signs in: a developer at a receiving payer, or someone on the plan's side.
package struct Account: Sendable {
    /// Which door they come in by; one address may have an account at each.
    package enum Realm: String, Sendable, CaseIterable { case portal, review }

    package enum Role: String, Sendable, CaseIterable {
        case developer
        /// Decides cases.
        case reviewer
        /// Sees the apps of one plan and may block one there.
        case planOperator = "operator"
        /// Looks at the records of one plan's members.
        case careManager

        package var realm: Realm { self == .developer ? .portal : .review }
    }

    package let key: Key<Account>
    package let role: Role
    /// The plan of an operator or a care manager.
    package let plan: Key<Plan>?
    /// The address as it was typed; two that differ in case alone are one account.
    package let address: String
    package let name: String
    package let password: PasswordHash
    /// When a second factor was set up; nil for none.
    package let hasSecondFactor: Bool
    package let createdAt: Timestamp

    package init(
        key: Key<Account>, role: Role, plan: Key<Plan>?, address: String, name: String, password: PasswordHash, hasSecondFactor: Bool,
        createdAt: Timestamp
    ) {
        (self.key, self.role, self.plan, self.address, self.name) = (key, role, plan, address, name)
        (self.password, self.hasSecondFactor, self.createdAt) = (password, hasSecondFactor, createdAt)
    }
}

/// An account about to be made by the operator, without a link.
package struct NewAccount: Sendable {
    package let role: Account.Role
    package let plan: Key<Plan>?
    package let address: EmailAddress
    package let name: String
    package let password: PasswordHash

    package init(role: Account.Role, plan: Key<Plan>? = nil, address: EmailAddress, name: String, password: PasswordHash) {
        (self.role, self.plan, self.address, self.name, self.password) = (role, plan, address, name, password)
    }
}

/// A stranger's wish for an account, until the link in the mail proves the address.
package struct SignUp: Sendable {
    package let link: SecretHash
    package let address: EmailAddress
    package let name: String
    package let password: PasswordHash
    package let expiresAt: Timestamp

    package init(link: SecretHash, address: EmailAddress, name: String, password: PasswordHash, expiresAt: Timestamp) {
        (self.link, self.address, self.name, self.password, self.expiresAt) = (link, address, name, password, expiresAt)
    }
}

/// One browser in which a person is signed in.
package struct Session: Sendable {
    package enum Stage: String, Sendable {
        /// The password was right; the second factor is still to come.
        case password
        case full
    }

    package let key: Key<Session>
    package let account: Account
    package let stage: Stage
    /// What the browser says of itself, so that its owner recognises it.
    package let agent: String
    package let createdAt: Timestamp
    package let seenAt: Timestamp
    package let expiresAt: Timestamp

    package init(
        key: Key<Session>, account: Account, stage: Stage, agent: String, createdAt: Timestamp, seenAt: Timestamp, expiresAt: Timestamp
    ) {
        (self.key, self.account, self.stage, self.agent) = (key, account, stage, agent)
        (self.createdAt, self.seenAt, self.expiresAt) = (createdAt, seenAt, expiresAt)
    }

    /// Twelve hours at most, and shorter when nothing happens: half an hour on the plan's side, two hours for developers.
    package static let hours = 12
    package static func idleMinutes(_ realm: Account.Realm) -> Int { realm == .review ? 30 : 120 }

    package func isLive(at now: Timestamp) -> Bool {
        now < expiresAt && now < seenAt.adding(seconds: Self.idleMinutes(account.role.realm) * 60)
    }
}

package struct NewSession: Sendable {
    package let hash: SecretHash
    package let account: Key<Account>
    package let stage: Session.Stage
    package let agent: String
    package let expiresAt: Timestamp

    package init(hash: SecretHash, account: Key<Account>, stage: Session.Stage, agent: String, expiresAt: Timestamp) {
        (self.hash, self.account, self.stage, self.agent, self.expiresAt) = (hash, account, stage, agent, expiresAt)
    }
}

package protocol AccountStore: Sendable {
    func account(_ address: EmailAddress, realm: Account.Realm) throws(Refusal) -> Account?
    func account(_ key: Key<Account>) throws(Refusal) -> Account?
    func accounts(realm: Account.Realm) throws(Refusal) -> [Account]
    /// Nil when the address has an account at that door.
    func add(_ account: NewAccount, audit: AuditEntry, at now: Timestamp) async throws(Refusal) -> Key<Account>?

    /// Keeps the wish and its mail. Several may wait for one address; each link makes the account of its own wish.
    func keep(_ signUp: SignUp, sending mail: OutgoingMail, at now: Timestamp) async throws(Refusal)
    /// A mail that changes nothing.
    func send(_ mail: OutgoingMail, at now: Timestamp) async throws(Refusal)
    /// The wish behind a link that is neither used nor run out.
    func signUp(_ link: SecretHash, at now: Timestamp) throws(Refusal) -> SignUp?
    /// Uses the link and makes the developer's account, both or neither; nil when the link was used or the address has an account.
    func complete(_ link: SecretHash, at now: Timestamp) async throws(Refusal) -> Key<Account>?

    /// A link with which this account sets a new password; nil mail when the link is handed over otherwise.
    func keep(passwordLink: SecretHash, of account: Key<Account>, until: Timestamp, sending mail: OutgoingMail?, at now: Timestamp)
        async throws(Refusal)
    func account(passwordLink: SecretHash, at now: Timestamp) throws(Refusal) -> Account?
    /// Uses the link, sets the password, ends every session and every other link of the account; false when the link was used.
    func setPassword(_ password: PasswordHash, with link: SecretHash, at now: Timestamp) async throws(Refusal) -> Bool

    func begin(_ session: NewSession, audit: AuditEntry, at now: Timestamp) async throws(Refusal)
    /// Nil for one that was ended; whether it has run out is asked of it.
    func session(_ hash: SecretHash) throws(Refusal) -> Session?
    func sessions(of account: Key<Account>) throws(Refusal) -> [Session]
    func touch(_ session: Key<Session>, at now: Timestamp) async throws(Refusal)
    /// Only the account's own.
    func end(_ session: Key<Session>, of account: Key<Account>, audit: AuditEntry, at now: Timestamp) async throws(Refusal)

    /// The shared secret of the second factor; nil before it is set up.
    func secondFactor(of account: Key<Account>) throws(Refusal) -> [UInt8]?
    /// Sets it up with these recovery codes, or with nil takes it away with all codes, and ends every other session.
    func setSecondFactor(
        _ secret: [UInt8]?, recovery: [SecretHash], step: Int64, of account: Key<Account>, keeping session: Key<Session>,
        audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal)
    /// Takes a time step once, and lifts the session to full; false when this step or a later one was taken before.
    func takeStep(_ step: Int64, of account: Key<Account>, session: Key<Session>, at now: Timestamp) async throws(Refusal) -> Bool
}
