import CCurl

extension SMTPOutcome {
    /// `said` is libcurl's own sentence; the server's text is left out, since it may repeat the address.
    init(_ result: pb_smtp_result, said: String) {
        let code = result.curl_code
        if code == PB_SMTP_OK {
            self = .delivered
            return
        }
        let step = Self.step(result.stage)
        if code == PB_SMTP_LOGIN_DENIED || (500...599).contains(result.reply_code) && Self.isAuthentication(result) {
            self = .temporaryFailure("The server did not accept the user name and password of the SMTP settings\(Self.reply(result)).")
        } else if code == PB_SMTP_TLS_UNAVAILABLE {
            self = .temporaryFailure("The server did not offer TLS, and nothing is sent without it.")
        } else if code == PB_SMTP_TIMED_OUT {
            self = .temporaryFailure("The server did not answer in time, \(step).")
        } else if code == PB_SMTP_STOPPED {
            self = .temporaryFailure("Sending was stopped, \(step).")
        } else if (500...599).contains(result.reply_code) && result.stage.rawValue >= PB_SMTP_STAGE_MAIL.rawValue {
            self = .permanentFailure("Refused for good, \(step)\(Self.reply(result)).")
        } else if result.reply_code > 0 {
            self = .temporaryFailure("Refused, \(step)\(Self.reply(result)).")
        } else {
            self = .temporaryFailure("\(said), \(step).")
        }
    }

    /// RFC 4954 §6: these say that the client must authenticate, or must do it otherwise; no fault of the message.
    private static func isAuthentication(_ result: pb_smtp_result) -> Bool {
        result.stage == PB_SMTP_STAGE_AUTH || [530, 534, 535, 538].contains(result.reply_code)
    }

    private static func reply(_ result: pb_smtp_result) -> String {
        guard result.reply_code > 0 else { return "" }
        let enhanced = result.enhanced
        return enhanced.0 > 0 ? " (\(result.reply_code) \(enhanced.0).\(enhanced.1).\(enhanced.2))" : " (\(result.reply_code))"
    }

    private static func step(_ stage: pb_smtp_stage) -> String {
        switch stage {
        case PB_SMTP_STAGE_CONNECT: "while connecting"
        case PB_SMTP_STAGE_HELLO: "after EHLO"
        case PB_SMTP_STAGE_STARTTLS: "at STARTTLS"
        case PB_SMTP_STAGE_AUTH: "at AUTH"
        case PB_SMTP_STAGE_MAIL: "at MAIL FROM"
        case PB_SMTP_STAGE_RCPT: "at RCPT TO"
        case PB_SMTP_STAGE_DATA: "at DATA"
        default: "after the message"
        }
    }
}
