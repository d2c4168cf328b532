package import Exchange
package import Trust

/// How the developer portal of this server is run.
package struct Portal: Sendable {
    /// What a password costs; a test's is cheap.
    package let passwordCost: PasswordCost
    /// People on the plan's side must have a second factor; only a sandbox does without.
    package let requiresSecondFactor: Bool
    /// Where pictures and recordings lie.
    package let evidence: any EvidenceBytes
    /// Hears of each password that is hashed or compared, which is the costly part of answering someone who is not known yet.
    package let onPassword: @Sendable () -> Void

    package init(
        passwordCost: PasswordCost, requiresSecondFactor: Bool, evidence: any EvidenceBytes, onPassword: @escaping @Sendable () -> Void = {}
    ) {
        (self.passwordCost, self.requiresSecondFactor) = (passwordCost, requiresSecondFactor)
        (self.evidence, self.onPassword) = (evidence, onPassword)
    }
}
