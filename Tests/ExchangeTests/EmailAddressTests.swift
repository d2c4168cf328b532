import Exchange
import Testing

@Suite("E-mail addresses")
struct EmailAddressTests {
    @Test(
        "An address keeps its local part, its domain is lower case, and its account is all lower case",
        arguments: [
            ("a@b.co", "a@b.co", "a@b.co", "a•••@b.co"),
            (" Jo.Doe+x@Example.ORG\t", "Jo.Doe+x@example.org", "jo.doe+x@example.org", "J•••@example.org"),
            ("o'neil@mail.example.com", "o'neil@mail.example.com", "o'neil@mail.example.com", "o•••@mail.example.com"),
            ("1@2-3.x-n", "1@2-3.x-n", "1@2-3.x-n", "1•••@2-3.x-n"),
        ])
    func accepted(_ row: (typed: String, text: String, account: String, masked: String)) throws {
        let address = try #require(EmailAddress(row.typed))
        #expect(address.text == row.text)
        #expect(address.accountKey == row.account)
        #expect(address.masked == row.masked)
    }

    @Test(
        "What is no plain mailbox is refused",
        arguments: [
            "", " ", "a", "@", "a@", "@b.co", "a@b", "a@b.", "a@.co", "a@b..co", "a@-b.co", "a@b-.co", ".a@b.co", "a.@b.co", "a b@c.co",
            "a@b c.co", "a@@b.co",
            "a,b@c.co", "a@b.co,c@d.co", "a@b.co;c", "Jo <a@b.co>", "\"a\"@b.co", "a\r\nBcc: x@y.co@b.co", "a@b.co\r\nBcc: x@y.co",
            "a@b.co\n", "a\u{0}@b.co",
            "ä@b.co", "a@bücher.de", "a(x)@b.co", "a@[127.0.0.1]", "a\\@b.co", "a@b_c.co",
        ])
    func refused(_ typed: String) { #expect(EmailAddress(typed) == nil) }

    @Test("Lengths are those of the standards")
    func lengths() {
        let domain = "@" + String(repeating: "d", count: 63) + ".co"
        #expect(EmailAddress(String(repeating: "a", count: 64) + domain) != nil)
        #expect(EmailAddress(String(repeating: "a", count: 65) + domain) == nil)
        #expect(EmailAddress("a@" + String(repeating: "d", count: 64) + ".co") == nil)
        let long = (0..<5).map { _ in String(repeating: "d", count: 49) }.joined(separator: ".")
        #expect(EmailAddress("a@" + long + ".c") != nil)
        #expect(EmailAddress("abcd@" + long + ".co") == nil)
    }

    @Test("An address does not print")
    func privacy() throws {
        let address = try #require(EmailAddress("jo@example.com"))
        #expect("\(address)" == "<private>")
    }
}
