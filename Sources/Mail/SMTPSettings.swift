/// Where mail is handed over, and in whose name.
package struct SMTPSettings: Sendable {
    package enum Security: Sendable, Hashable {
        /// In the clear: for a server on this machine, or a network that is trusted. A password is then sent to loopback only.
        case none
        /// TLS after `STARTTLS` (RFC 3207); a server that does not offer it gets nothing.
        case startTLS
        /// TLS from the first byte (RFC 8314 §3.3).
        case implicitTLS
    }

    package var host: String
    package var port: Int
    package var security: Security
    package var username: String?
    package var password: String? {
        get { secret?.text }
        set { secret = newValue.map(Secret.init) }
    }
    /// PEM file of the authorities to trust; nil means the system's.
    package var caFile: String?
    package var from: MailAddress
    package var fromName: String
    /// Name lookup, connection, TLS, greeting and authentication together.
    package var connectTimeout: Duration
    /// The whole conversation.
    package var totalTimeout: Duration

    private var secret: Secret?

    package init(
        host: String, port: Int, security: Security, username: String? = nil, password: String? = nil, caFile: String? = nil,
        from: MailAddress, fromName: String, connectTimeout: Duration = .seconds(10), totalTimeout: Duration = .seconds(60)
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.username = username
        self.caFile = caFile
        self.from = from
        self.fromName = fromName
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        secret = password.map(Secret.init)
    }
}

/// A text that does not print.
private struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let text: String
    var description: String { "<private>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
