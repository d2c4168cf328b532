package import Foundation

/// One plain-text message, checked so that nothing in it can become a header of its own.
///
/// RFC 5322, RFC 2045 (quoted-printable), RFC 2047 (other letters in headers), RFC 3834 (`Auto-Submitted`).
package struct MailMessage: Sendable {
    package let from: MailAddress
    package let to: MailAddress
    /// The whole message with CRLF line ends; no line is longer than 78 bytes but for a long address or Message-ID.
    package let rfc5322: [UInt8]

    /// Why a message cannot be written.
    package enum Problem: Error, Sendable, Hashable {
        /// CR, LF, NUL or another control character.
        case controlCharacter(field: String)
        case tooLong(field: String)
        /// Not `left@right` in plain characters.
        case messageID
    }

    /// `messageID` comes without its angle brackets; `text` may have any line ends; subject and name have at most 500 bytes.
    package init(
        from: MailAddress, fromName: String, to: MailAddress, subject: String, text: String, messageID: String, date: Date
    ) throws(Problem) {
        self.from = from
        self.to = to
        try Self.check(fromName, field: "From")
        try Self.check(subject, field: "Subject")
        let id = messageID.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false).map { Array($0)[...] }
        guard messageID.utf8.count <= 250, id.count == 2, MailAddress.isDotAtom(id[0]), MailAddress.isDomain(id[1]) else {
            throw .messageID
        }

        let name = HeaderText.phrase(fromName, used: 6)
        // The address begins a line of its own when the name is long.
        let mailbox = fromName.isEmpty ? from.text : name + (name.utf8.count > 30 ? "\r\n " : " ") + "<\(from.text)>"
        let headers = [
            "From: " + mailbox,
            "To: " + to.text,
            "Subject: " + HeaderText.unstructured(subject, used: 9),
            "Date: " + Self.dateTime(date),
            "Message-ID: <\(messageID)>",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "Auto-Submitted: auto-generated",
        ]
        rfc5322 = headers.flatMap { Array($0.utf8) + [0x0D, 0x0A] } + [0x0D, 0x0A] + QuotedPrintable.encode(text)
    }

    private static func check(_ value: String, field: String) throws(Problem) {
        guard value.utf8.count <= 500 else { throw .tooLong(field: field) }
        guard !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .controlCharacter(field: field) }
    }

    /// RFC 5322 §3.3, always in UTC.
    static func dateTime(_ date: Date) -> String {
        // Year 1 to 9999: what four digits can say.
        var seconds = time_t(min(max(date.timeIntervalSince1970.rounded(.down), -62_135_596_800), 253_402_300_799))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func padded(_ number: Int32, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let day = "\(days[Int(parts.tm_wday)]), \(padded(parts.tm_mday, 2)) \(months[Int(parts.tm_mon)]) \(padded(parts.tm_year + 1900, 4))"
        return "\(day) \(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2)) +0000"
    }
}
