/// Through which door a record leaves the plan; each has a release policy of its own.
package enum ReleaseChannel: String, Sendable, CaseIterable {
    /// The member agrees in a browser and an app reads with a token (PDex 2.2 §A.10).
    case memberAuthorized
}
