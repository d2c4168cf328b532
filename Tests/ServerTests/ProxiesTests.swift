import Testing

@testable import Server

@Suite("Who asks, where a proxy asks for them")
struct ProxiesTests {
    @Test(
        "Only a proxy that is known is believed, and only as far as proxies that are known reach",
        arguments: [
            ("127.0.0.1", ["203.0.113.7"], "203.0.113.7"),
            ("::1", ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            ("::ffff:127.0.0.1", ["2001:db8::7"], "2001:db8::7"),
            ("127.0.0.1", [], "127.0.0.1"), ("127.0.0.1", [""], "127.0.0.1"),
            ("127.0.0.1", [String(repeating: "1", count: 46)], "127.0.0.1"),
            ("203.0.113.9", ["203.0.113.7"], "203.0.113.9"),
            ("10.1.2.3", ["203.0.113.7"], "203.0.113.7"), ("::ffff:10.1.2.3", ["203.0.113.7"], "203.0.113.7"),
            ("10.1.3.3", ["203.0.113.7"], "10.1.3.3"),
            // From one proxy to the next, in one line or in two; what stands before was said by the browser.
            ("10.1.2.3", ["198.51.100.1, 203.0.113.7, 192.0.2.5"], "203.0.113.7"),
            ("10.1.2.3", ["198.51.100.1, 203.0.113.7", "192.0.2.5"], "203.0.113.7"),
            ("10.1.2.3", ["192.0.2.5"], "192.0.2.5"),
            ("2001:db8:5:0:1::1", ["203.0.113.7"], "203.0.113.7"), ("2001:db8:6::1", ["203.0.113.7"], "2001:db8:6::1"),
            ("", ["203.0.113.7"], ""),
        ] as [(String, [String], String)])
    func client(_ peer: String, _ said: [String], _ expected: String) {
        var proxies = Proxies()
        for known in ["10.1.2.0/24", "192.0.2.5", "2001:db8:5::/48"] {
            let isAdded = proxies.add(known)
            #expect(isAdded)
        }
        #expect(proxies.client(peer, forwardedFor: said) == expected)
    }

    @Test(
        "What is neither an address nor a network is refused",
        arguments: ["", "proxy.example.com", "10.0.0", "10.0.0.1/33", "10.0.0.1/0", "10.0.0.1/", "10.0.0.1/8/8", "2001:db8::/129", "::1/x"])
    func refused(_ text: String) {
        var proxies = Proxies()
        let isAdded = proxies.add(text)
        #expect(!isAdded)
    }

    @Test("A network ends at its last bit")
    func bits() {
        var proxies = Proxies()
        let isAdded = proxies.add("10.0.0.128/25")
        #expect(isAdded)
        #expect(proxies.holds("10.0.0.128") && proxies.holds("10.0.0.255") && !proxies.holds("10.0.0.127") && !proxies.holds("10.0.1.128"))
    }
}
