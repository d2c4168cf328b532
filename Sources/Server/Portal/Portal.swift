package import Trust

/// How the developer portal of this server is run.
package struct Portal: Sendable {
    /// What a password costs; a test's is cheap.
    package let passwordCost: PasswordCost
    /// People on the plan's side must have a second factor; only a sandbox does without.
    package let requiresSecondFactor: Bool
    /// The folder in which pictures and recordings lie.
    package let evidenceFolder: String

    package init(passwordCost: PasswordCost, requiresSecondFactor: Bool, evidenceFolder: String) {
        (self.passwordCost, self.requiresSecondFactor, self.evidenceFolder) = (passwordCost, requiresSecondFactor, evidenceFolder)
    }
}
