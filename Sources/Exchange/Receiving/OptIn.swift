package import FHIR

/// A member's word that this plan may ask a named other plan for their record. Source: 45 CFR 156.221(f)(2), opt-in.
package struct OptIn: Sendable {
    package let key: Key<OptIn>
    package let member: Key<Member>
    package let payer: Key<SendingPayer>
    /// Which text the member read.
    package let wording: String
    package let language: String
    package let givenAt: Timestamp
    package let withdrawnAt: Timestamp?

    package init(
        key: Key<OptIn>, member: Key<Member>, payer: Key<SendingPayer>, wording: String, language: String, givenAt: Timestamp,
        withdrawnAt: Timestamp?
    ) {
        (self.key, self.member, self.payer, self.wording) = (key, member, payer, wording)
        (self.language, self.givenAt, self.withdrawnAt) = (language, givenAt, withdrawnAt)
    }
}

package protocol OptInStore: Sendable {
    /// The newest first.
    func optIns(of member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> [OptIn]
    /// Ends every opt-in of this member to this payer and, in the same step, cancels what is still being asked for.
    func withdraw(_ payer: Key<SendingPayer>, member: Key<Member>, plan: Key<Plan>, audit: AuditEntry, at now: Timestamp)
        async throws(Refusal)
}
