/// How handing over one message ended. The reasons name neither address nor content, so they may be logged and kept.
package enum SMTPOutcome: Sendable, Equatable {
    /// The server took the message on.
    case delivered
    /// Worth trying again: no connection, a timeout, a 4xx reply, or settings that an operator has to mend.
    case temporaryFailure(String)
    /// The server refused this sender, recipient or message for good (5xx, RFC 5321 §4.2.1).
    case permanentFailure(String)
}
