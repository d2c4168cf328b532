/// One mail the sandbox kept to be shown.
package struct SandboxMessage: Sendable {
    package var to: String
    package var subject: String
    package var text: String
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    package var at: String

    package init(to: String, subject: String, text: String, at: String) {
        self.to = to
        self.subject = subject
        self.text = text
        self.at = at
    }
}
