package import FHIR
package import Trust

/// What helps someone whose authenticator is lost.
package protocol RecoveryStore: Sendable {
    /// Makes these the account's recovery codes; those before open nothing.
    func replaceRecoveryCodes(_ codes: [SecretHash], of account: Key<Account>, audit: AuditEntry, at now: Timestamp) async throws(Refusal)
    func recoveryCodesLeft(of account: Key<Account>) throws(Refusal) -> Int
    /// Takes a code once, lifts the session to full and tells the account's owner; false for one that is unknown or was used.
    func takeRecoveryCode(
        _ code: SecretHash, of account: Key<Account>, session: Key<Session>, mail: OutgoingMail, audit: AuditEntry, at now: Timestamp
    ) async throws(Refusal) -> Bool
    /// Takes the second factor and the recovery codes away and ends every session; a new factor is set up at the next sign-in.
    func resetSecondFactor(of account: Key<Account>, audit: AuditEntry, at now: Timestamp) async throws(Refusal)
}
