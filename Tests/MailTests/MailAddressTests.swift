import Mail
import Testing

@Suite("Mail addresses")
struct MailAddressTests {
    @Test(
        "Plain addresses are taken as they are",
        arguments: [
            "ana@example.org", "a.b+tag@sub.example.org", "o'hara_1@xn--bcher-kva.example", "root@localhost", "A@EXAMPLE.ORG",
            String(repeating: "a", count: 64) + "@" + String(repeating: "b", count: 63) + ".example",
        ])
    func taken(text: String) throws {
        #expect(try MailAddress(text).text == text)
    }

    @Test(
        "Everything that could end a header or a command early is refused, with its reason",
        arguments: [
            ("", .empty), ("a@example.org\r\nBcc: b@example.org", .lineBreak), ("a@example.org\n", .lineBreak),
            ("\ra@example.org", .lineBreak),
            ("a\r\n@example.org", .lineBreak), ("a@example.org\0", .controlCharacter), ("a\t@example.org", .controlCharacter),
            ("a@example.org\u{7F}", .controlCharacter), ("a b@example.org", .space), (" a@example.org", .space),
            ("a@example.org>,<b@example.org", .angleBracket), ("Ana<a@example.org>", .angleBracket), ("josé@example.org", .notASCII),
            ("a@bücher.example", .notASCII), ("a\u{85}@example.org", .notASCII), ("\"a@b\"@example.org", .quoted),
            ("a\\b@example.org", .quoted),
            ("example.org", .noAt), ("a@b@example.org", .localPart), ("@example.org", .localPart), (".a@example.org", .localPart),
            ("a..b@example.org", .localPart), ("a,b@example.org", .localPart), ("a:b@example.org", .localPart), ("a@", .domain),
            ("a@-example.org", .domain), ("a@example..org", .domain), ("a@example.org.", .domain), ("a@[127.0.0.1]", .domain),
            ("a@exa_mple.org", .domain), (String(repeating: "a", count: 65) + "@example.org", .localPart),
            ("a@" + String(repeating: "b", count: 64) + ".org", .domain), ("a@" + String(repeating: "b.", count: 200) + "org", .tooLong),
        ] as [(String, MailAddress.Problem)])
    func refused(text: String, problem: MailAddress.Problem) {
        #expect(throws: problem) { try MailAddress(text) }
        #expect(!problem.explanation.isEmpty)
    }

    @Test("An address has at most 254 bytes")
    func length() throws {
        let domain = Array(repeating: String(repeating: "d", count: 60), count: 4).joined(separator: ".")  // 243 bytes
        #expect(try MailAddress(String(repeating: "a", count: 10) + "@" + domain).text.utf8.count == 254)
        #expect(throws: MailAddress.Problem.tooLong) { try MailAddress(String(repeating: "a", count: 11) + "@" + domain) }
    }

    @Test("The domain is what stands after the @")
    func domain() throws {
        #expect(try MailAddress("ana@mail.example.org").domain == "mail.example.org")
    }
}
