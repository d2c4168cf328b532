package import FHIR

/// A health plan from which this plan's members may bring their record, as the directory of this plan has it.
package struct SendingPayer: Sendable {
    /// Whether members see it.
    package enum Standing: String, Sendable, CaseIterable {
        /// Members find it and may ask it for their record.
        case open
        /// Kept in the directory, but not offered.
        case closed
    }

    package let key: Key<SendingPayer>
    package let plan: Key<Plan>
    package let name: String
    /// The address its people gave, from which everything else is discovered.
    package let address: String
    package let clientID: String
    /// The client secret under this server's key; nil for a public client.
    package let sealedSecret: [UInt8]?
    package let scope: String
    package let standing: Standing
    package let addedAt: Timestamp
    /// When it was last looked at, and what was found in a sentence; nil before.
    package let checkedAt: Timestamp?
    package let checkWords: String?
    package let isHealthy: Bool

    package init(
        key: Key<SendingPayer>, plan: Key<Plan>, name: String, address: String, clientID: String, sealedSecret: [UInt8]?, scope: String,
        standing: Standing, addedAt: Timestamp, checkedAt: Timestamp?, checkWords: String?, isHealthy: Bool
    ) {
        (self.key, self.plan, self.name, self.address, self.clientID) = (key, plan, name, address, clientID)
        (self.sealedSecret, self.scope, self.standing, self.addedAt) = (sealedSecret, scope, standing, addedAt)
        (self.checkedAt, self.checkWords, self.isHealthy) = (checkedAt, checkWords, isHealthy)
    }

    /// Everything the member may share, and leave to go on after an interruption.
    package static let usualScope = "launch/patient offline_access patient/*.read"

    /// What binds a sealed secret to its row, so that it opens nowhere else.
    package static func secretContext(plan: Key<Plan>, address: String) -> String { "sending payer|\(plan.number)|\(address)" }
}

/// A row of the directory on its way in.
package struct NewSendingPayer: Sendable {
    package var name: String
    package var address: String
    package var clientID: String
    package var sealedSecret: [UInt8]?
    package var scope: String
    package var standing: SendingPayer.Standing

    package init(
        name: String, address: String, clientID: String, sealedSecret: [UInt8]?, scope: String = SendingPayer.usualScope,
        standing: SendingPayer.Standing = .open
    ) {
        (self.name, self.address, self.clientID, self.sealedSecret) = (name, address, clientID, sealedSecret)
        (self.scope, self.standing) = (scope, standing)
    }
}

/// A plan that a member looked for in vain.
package struct PayerWish: Sendable {
    package let name: String
    package let member: Key<Member>
    package let at: Timestamp
    package init(name: String, member: Key<Member>, at: Timestamp) { (self.name, self.member, self.at) = (name, member, at) }
}

package protocol SendingPayerStore: Sendable {
    /// In the order of their names.
    func sendingPayers(plan: Key<Plan>) throws(Refusal) -> [SendingPayer]
    func sendingPayer(_ key: Key<SendingPayer>, plan: Key<Plan>) throws(Refusal) -> SendingPayer?
    /// Adds a payer, or changes the one of this address; a nil secret leaves the one that is there.
    func keep(_ payer: NewSendingPayer, plan: Key<Plan>, audit: AuditEntry, at now: Timestamp) async throws(Refusal) -> Key<SendingPayer>
    func set(_ standing: SendingPayer.Standing, of payer: Key<SendingPayer>, plan: Key<Plan>, audit: AuditEntry, at now: Timestamp)
        async throws(Refusal)
    func note(check words: String, isHealthy: Bool, of payer: Key<SendingPayer>, plan: Key<Plan>, at now: Timestamp) async throws(Refusal)
    func wish(_ wish: PayerWish, plan: Key<Plan>) async throws(Refusal)
    /// The newest first.
    func payerWishes(plan: Key<Plan>, limit: Int) throws(Refusal) -> [PayerWish]
}
