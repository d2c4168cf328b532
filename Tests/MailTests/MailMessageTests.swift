import Foundation
import Testing

@testable import Mail

@Suite("Mail messages")
struct MailMessageTests {
    func message(fromName: String = "Payer Bridge", subject: String = "Hello", text: String = "Hi", messageID: String = "1@example.org")
        throws
        -> String
    {
        let message = try MailMessage(
            from: MailAddress("no-reply@example.org"), fromName: fromName, to: MailAddress("ana@example.com"), subject: subject, text: text,
            messageID: messageID, date: Date(timeIntervalSince1970: 1_700_000_000))
        return String(decoding: message.rfc5322, as: UTF8.self)
    }

    @Test("A message has exactly the headers it should, and CRLF line ends")
    func whole() throws {
        let lines = [
            "From: \"Payer Bridge\" <no-reply@example.org>", "To: ana@example.com", "Subject: Hello",
            "Date: Tue, 14 Nov 2023 22:13:20 +0000",
            "Message-ID: <1@example.org>", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable", "Auto-Submitted: auto-generated", "", "Hi", "",
        ]
        #expect(try message() == lines.joined(separator: "\r\n"))
    }

    @Test(
        "No field can begin a header of its own",
        arguments: ["a\r\nBcc: x@example.org", "a\nBcc: x@example.org", "a\rBcc: x@example.org", "a\0", "a\tb", "\u{7F}"])
    func injection(value: String) {
        #expect(throws: MailMessage.Problem.controlCharacter(field: "Subject")) { try message(subject: value) }
        #expect(throws: MailMessage.Problem.controlCharacter(field: "From")) { try message(fromName: value) }
        #expect(throws: MailMessage.Problem.messageID) { try message(messageID: value + "@example.org") }
    }

    @Test("A Message-ID is two plain halves", arguments: ["", "a", "<a@b>", "a@b@c", "a b@c", "@", "é@example.org"])
    func messageIDs(id: String) {
        #expect(throws: MailMessage.Problem.messageID) { try message(messageID: id) }
    }

    @Test("Too long subjects and names are refused")
    func tooLong() {
        #expect(throws: MailMessage.Problem.tooLong(field: "Subject")) { try message(subject: String(repeating: "s", count: 501)) }
        #expect(throws: MailMessage.Problem.tooLong(field: "From")) { try message(fromName: String(repeating: "n", count: 501)) }
    }

    @Test(
        "Lines stay under 79 bytes and in ASCII whatever the texts hold",
        arguments: [
            String(repeating: "Zażółć gęślą jaźń 👩‍👩‍👧‍👦 ", count: 8), String(repeating: "x", count: 500), String(repeating: "=", count: 300),
            String(repeating: "a b", count: 100), "👩‍👩‍👧‍👦",
        ])
    func lineLengths(value: String) throws {
        let bytes = Array(try message(fromName: value, subject: value, text: value + " \n" + value + "\r" + value).utf8)
        #expect(bytes.allSatisfy { $0 < 0x7F && ($0 >= 0x20 || $0 == 0x0D || $0 == 0x0A) })
        for line in bytes.split(separator: 0x0A) {
            #expect(line.count <= 79)  // with its CR
            #expect(line.last == 0x0D)
        }
    }

    @Test(
        "Quoted-printable keeps the text and makes every line end a CRLF",
        arguments: [
            ("", "\r\n"), ("a", "a\r\n"), ("a\n", "a\r\n"), ("a\rb\nc\r\nd", "a\r\nb\r\nc\r\nd\r\n"), ("a \nb\t", "a=20\r\nb=09\r\n"),
            ("a=b", "a=3Db\r\n"), ("é", "=C3=A9\r\n"), ("\0", "=00\r\n"), (".\n..", ".\r\n..\r\n"),
            (String(repeating: "a", count: 76), String(repeating: "a", count: 76) + "\r\n"),
            (String(repeating: "a", count: 77), String(repeating: "a", count: 75) + "=\r\naa\r\n"),
        ])
    func quotedPrintable(text: String, encoded: String) {
        #expect(Array(QuotedPrintable.encode(text)) == Array(encoded.utf8))
    }

    @Test("Names with quotation marks and texts that look encoded are written so that they stay themselves")
    func names() throws {
        #expect(try message(fromName: #"The "Bridge" \o/"#).utf8.starts(with: #"From: "The \"Bridge\" \\o/" <no"#.utf8))
        #expect(try message(fromName: "").utf8.starts(with: "From: no-reply@example.org\r\n".utf8))
        #expect(try message(subject: "=?utf-8?B?aGk=?=").contains("Subject: =?utf-8?B?PT91dGYtOD9CP2FHaz0/PQ==?=\r\n"))
    }

    @Test("Dates far out do not break the header", arguments: [-1e18, -1, 0, 1e18])
    func dates(seconds: Double) {
        let text = MailMessage.dateTime(Date(timeIntervalSince1970: seconds))
        #expect(text.utf8.count == 31)
        if seconds == -1 { #expect(text == "Wed, 31 Dec 1969 23:59:59 +0000") }
    }
}
