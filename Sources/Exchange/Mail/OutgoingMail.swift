package import FHIR

/// A mail that waits in the durable outbox or has left it.
package struct OutgoingMail: Sendable, Equatable {
    package let to: String
    package let subject: String
    package let text: String

    package init(to: String, subject: String, text: String) { (self.to, self.subject, self.text) = (to, subject, text) }
}

/// What the sandbox shows of a mail.
package struct SentMail: Sendable {
    package let mail: OutgoingMail
    package let at: Timestamp
    package init(mail: OutgoingMail, at: Timestamp) { (self.mail, self.at) = (mail, at) }
}

package protocol MailArchive: Sendable {
    /// Newest first; `to` nil means every address.
    func mails(to: String?, limit: Int) throws(Refusal) -> [SentMail]
}
