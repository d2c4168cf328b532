import Testing

@testable import Receiver

@Suite("Who may be talked to")
struct NetworkPolicyTests {
    private static func verdict(_ policy: NetworkPolicy, _ text: String) -> String? {
        guard let address = WebAddress(text) else { return "is no address" }
        do throws(NetworkPolicy.Forbidden) {
            try policy.check(address.origin)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(
        "In production: what is not https at port 443 of a public server is refused before any name is looked up",
        arguments: [
            ("https://payer.example/r4", nil), ("https://8.8.8.8/", nil), ("https://[2606:4700::1111]/", nil),
            ("http://payer.example/", "is not https"), ("http://localhost/", "is not https"), ("http://127.0.0.1/", "is not https"),
            ("https://payer.example:8443/", "is not at port 443 or at a registered one"),
            ("https://payer.example./", "has a dot at the end of its host"), ("https://localhost./", "has a dot at the end of its host"),
            ("https://127.0.0.1/", "leads to 127.0.0.1, an address of this computer"),
            ("https://[::1]/", "leads to ::1, an address of this computer"),
            ("https://[0:0:0:0:0:0:0:1]/", "leads to ::1, an address of this computer"),
            ("https://10.0.0.8/", "leads to 10.0.0.8, an address of a private network"),
            ("https://169.254.169.254/latest/meta-data", "leads to 169.254.169.254, a link-local address"),
            ("https://[::ffff:127.0.0.1]/", "leads to ::ffff:127.0.0.1, an address that hides another one"),
            ("https://[::ffff:7f00:1]/", "leads to ::ffff:127.0.0.1, an address that hides another one"),
            ("https://[64:ff9b::a9fe:a9fe]/", "leads to 64:ff9b::a9fe:a9fe, an address that hides another one"),
            ("https://0x7f.1/", "is no address"), ("https://0x7f000001/", "is no address"), ("https://2130706433/", "is no address"),
            ("https://127.1/", "is no address"), ("https://0177.0.0.1/", "is no address"), ("https://127.0.0.1./", "is no address"),
            ("https://a.0x7f/", "is no address"), ("https://1.2.3.4.5/", "is no address"), ("https://[::1%25lo]/", "is no address"),
            ("https://[127.0.0.1]/", "is no address"), ("https://0x/", "is no address"), ("https://0X7F.0.0.1/", "is no address"),
        ] as [(String, String?)])
    func production(_ text: String, _ reason: String?) {
        #expect(Self.verdict(.production, text) == reason)
    }

    @Test("A name may begin with digits, and a label may look like a number when it is not the last")
    func names() {
        for text in [
            "https://1password.example/", "https://0x7f.example/", "https://127.0.0.1.nip.example/", "https://a9/x", "https://0xg.example/",
            "https://payer.0xg/",
        ] {
            #expect(Self.verdict(.production, text) == nil, "\(text)")
        }
    }

    @Test("A registered port is allowed, and only it")
    func ports() {
        let policy = NetworkPolicy.production.permitting("https://payer.example:8443/r4")
        #expect(Self.verdict(policy, "https://payer.example:8443/token") == nil)
        #expect(Self.verdict(policy, "https://payer.example/token") == nil)
        #expect(Self.verdict(policy, "https://payer.example:22/token") != nil)
        #expect(NetworkPolicy.production.permitting("not an address") == .production)
    }

    @Test("In the sandbox: this computer too, also over http; other inner networks not")
    func sandbox() {
        for good in [
            "http://localhost:8080/demo", "http://127.0.0.1:8080/", "http://[::1]:1/", "https://payer.example:8443/",
            "https://localhost:8443/",
        ] {
            #expect(Self.verdict(.sandbox, good) == nil, "\(good)")
        }
        for bad in [
            "http://payer.example/", "http://192.168.1.4/", "https://192.168.1.4/", "https://169.254.169.254/", "http://localhost./",
        ] {
            #expect(Self.verdict(.sandbox, bad) != nil, "\(bad)")
        }
    }

    @Test("A name with one public and one inner address is refused, whichever comes first")
    func mixed() throws {
        let origin = try #require(WebAddress("https://payer.example")).origin
        let (good, bad) = (try #require(NetworkAddress("93.184.216.34")), try #require(NetworkAddress("10.0.0.8")))
        try NetworkPolicy.production.check([good], of: origin)
        for addresses in [[good, bad], [bad, good], [bad], []] {
            #expect(throws: NetworkPolicy.Forbidden.self) { try NetworkPolicy.production.check(addresses, of: origin) }
        }
    }

    @Test("Over plain http a name must lead to this computer, even when it is called localhost")
    func falseLocalhost() throws {
        let origin = try #require(WebAddress("http://localhost:8080")).origin
        let (own, other) = (try #require(NetworkAddress("127.0.0.1")), try #require(NetworkAddress("93.184.216.34")))
        for policy in [NetworkPolicy.sandbox, .command] {
            try policy.check([own], of: origin)
            #expect(throws: NetworkPolicy.Forbidden.self) { try policy.check([other], of: origin) }
        }
    }
}
