/// By what two records were found to be one.
package enum JoinRule: String, Sendable, CaseIterable, Hashable {
    /// Same type, identifier, code, day and value.
    case identifier
    /// Same type, code, date in the same precision, and value.
    case event
}

/// A rule that held, and what it held by.
package struct Join: Sendable, Hashable {
    package let rule: JoinRule
    /// The identifier or the code that the records share, as `system|value`.
    package let shared: String
}
