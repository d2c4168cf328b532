package import Trust

/// How the developer portal of this server is run.
package struct Portal: Sendable {
    /// What a password costs; a test's is cheap.
    package let passwordCost: PasswordCost
    /// People on the plan's side must have a second factor; only a sandbox does without.
    package let requiresSecondFactor: Bool
    /// The folder in which pictures and recordings lie.
    package let evidenceFolder: String
    /// Hears of each password that is hashed or compared, which is the costly part of answering someone who is not known yet.
    package let onPassword: @Sendable () -> Void

    package init(
        passwordCost: PasswordCost, requiresSecondFactor: Bool, evidenceFolder: String, onPassword: @escaping @Sendable () -> Void = {}
    ) {
        (self.passwordCost, self.requiresSecondFactor) = (passwordCost, requiresSecondFactor)
        (self.evidenceFolder, self.onPassword) = (evidenceFolder, onPassword)
    }
}
