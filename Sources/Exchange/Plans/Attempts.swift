/// Something counted so that it cannot be tried without end; kept in the store, so a restart forgets nothing.
package struct Attempt: Sendable {
    package enum Kind: String, Sendable {
        case matchInAuthorization, matchOfMemberID, codeToAddress, codeInAuthorization, clientFailure
        /// Of the portal, which belongs to no plan.
        case signIn, signInAnywhere, signInFromPlace, secondFactor, accountMail, accountMailFromPlace, sponsorMail, tryWalk
    }

    package let plan: Key<Plan>
    package let kind: Kind
    /// Whom or what it is about; kept only as a hash.
    package let subject: String

    /// An attempt at the portal, which belongs to no plan.
    package init(_ kind: Kind, subject: String) { self.init(kind, plan: Key(0), subject: subject) }

    package init(_ kind: Kind, plan: Key<Plan>, subject: String) { (self.plan, self.kind, self.subject) = (plan, kind, subject) }
}

package protocol AttemptStore: Sendable {
    /// Counts one more; false when the limit was reached before this one.
    func count(_ attempt: Attempt, limit: AttemptLimits.Limit) async throws(Refusal) -> Bool
    /// Takes back the latest that was counted, because it did not fail.
    func forgive(_ attempt: Attempt) async throws(Refusal)
    /// Whether one more would still be within the limit; counts nothing.
    func mayTry(_ attempt: Attempt, limit: AttemptLimits.Limit) throws(Refusal) -> Bool
}
