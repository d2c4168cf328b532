import CCurl
import Dispatch
import Synchronization

/// Hands messages to one SMTP server, one at a time; each blocks a thread of its own, never one of the cooperative pool.
package struct SMTPTransport: Sendable {
    private let settings: SMTPSettings
    private let queue = DispatchQueue(label: "smtp")

    package init(_ settings: SMTPSettings) {
        self.settings = settings
    }

    /// Ends within `totalTimeout` of its turn; a cancelled task ends about a second later, as a temporary failure.
    package func send(_ message: MailMessage) async -> SMTPOutcome {
        let stop = StopFlag()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: Self.converse(settings, message, stop)) }
            }
        } onCancel: {
            stop.raised.store(true, ordering: .relaxed)
        }
    }

    private static func converse(_ settings: SMTPSettings, _ message: MailMessage, _ stop: StopFlag) -> SMTPOutcome {
        guard let url = url(settings, hello: message.from.domain) else {
            return .temporaryFailure("The SMTP host or port in the settings is not valid.")
        }
        let loopback = ["localhost", "127.0.0.1", "::1"].contains(settings.host)
        if settings.security == .none && settings.password != nil && !loopback {
            return .temporaryFailure("The settings hold a password but no TLS; it is not sent in the clear.")
        }
        for text in [settings.username, settings.password, settings.caFile] where text?.utf8.contains(0) == true {
            return .temporaryFailure("A text in the SMTP settings holds a NUL byte.")
        }
        var reason = [CChar](repeating: 0, count: 256)
        let result = call(settings, message, stop, url: url, reason: &reason)
        let said = reason.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return SMTPOutcome(result, said: said)
    }

    /// The name said in EHLO is the sender's domain: the machine's own is often not one that a server accepts.
    private static func url(_ settings: SMTPSettings, hello: String) -> String? {
        let host = Array(settings.host.utf8)
        let isAddress = host.contains(UInt8(ascii: ":"))
        let valid =
            isAddress
            ? host.allSatisfy { "0123456789abcdefABCDEF:.".utf8.contains($0) } : MailAddress.isDomain(host[...]) && host.count <= 253
        guard valid, (1...65_535).contains(settings.port) else { return nil }
        let scheme = settings.security == .implicitTLS ? "smtps" : "smtp"
        return "\(scheme)://\(isAddress ? "[\(settings.host)]" : settings.host):\(settings.port)/\(hello)"
    }

    private static func call(
        _ settings: SMTPSettings, _ message: MailMessage, _ stop: StopFlag, url: String, reason: inout [CChar]
    ) -> pb_smtp_result {
        let texts = CTexts([url, settings.username, settings.password, settings.caFile, message.from.text, message.to.text])
        return message.rfc5322.withUnsafeBufferPointer { bytes in
            withUnsafePointer(to: texts[5]) { recipients in
                var request = pb_smtp_request()
                request.url = texts[0]
                request.username = texts[1]
                request.password = texts[2]
                request.ca_file = texts[3]
                request.sender = texts[4]
                request.recipients = recipients
                request.recipient_count = 1
                request.tls =
                    switch settings.security {
                    case .none: PB_SMTP_TLS_NONE
                    case .startTLS: PB_SMTP_TLS_STARTTLS
                    case .implicitTLS: PB_SMTP_TLS_IMPLICIT
                    }
                request.message = bytes.baseAddress
                request.message_length = bytes.count
                request.connect_timeout_ms = milliseconds(settings.connectTimeout)
                request.total_timeout_ms = milliseconds(settings.totalTimeout)
                request.should_stop = { context in
                    guard let context else { return false }
                    return Unmanaged<StopFlag>.fromOpaque(context).takeUnretainedValue().raised.load(ordering: .relaxed)
                }
                return withExtendedLifetime((stop, texts)) {
                    request.stop_context = Unmanaged.passUnretained(stop).toOpaque()
                    return pb_smtp_send(&request, &reason, reason.count)
                }
            }
        }
    }

    /// At least 1: libcurl reads 0 as its own default.
    private static func milliseconds(_ duration: Duration) -> Int {
        max(1, Int(clamping: duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000))
    }
}

/// Raised from any thread, looked at by the one that talks to the server.
private final class StopFlag: Sendable {
    let raised = Atomic(false)
}
