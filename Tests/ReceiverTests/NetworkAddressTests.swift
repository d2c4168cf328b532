import Testing

@testable import Receiver

@Suite("Kinds of network addresses")
struct NetworkAddressTests {
    /// First and last address of each block, and the public neighbours on both sides.
    @Test(
        "Every special block is known to its edges, and no further",
        arguments: [
            ("0.0.0.0", AddressKind.reserved), ("0.255.255.255", .reserved), ("1.0.0.0", .public),
            ("9.255.255.255", .public), ("10.0.0.0", .private), ("10.255.255.255", .private), ("11.0.0.0", .public),
            ("100.63.255.255", .public), ("100.64.0.0", .carrier), ("100.100.100.200", .carrier), ("100.127.255.255", .carrier),
            ("100.128.0.0", .public),
            ("126.255.255.255", .public), ("127.0.0.0", .loopback), ("127.0.0.1", .loopback), ("127.255.255.255", .loopback),
            ("128.0.0.0", .public),
            ("168.63.129.15", .public), ("168.63.129.16", .platform), ("168.63.129.17", .public),
            ("169.253.255.255", .public), ("169.254.0.0", .linkLocal), ("169.254.169.254", .linkLocal), ("169.254.255.255", .linkLocal),
            ("169.255.0.0", .public),
            ("172.15.255.255", .public), ("172.16.0.0", .private), ("172.31.255.255", .private), ("172.32.0.0", .public),
            ("191.255.255.255", .public), ("192.0.0.0", .reserved), ("192.0.0.255", .reserved), ("192.0.1.0", .public),
            ("192.0.2.0", .documentation), ("192.0.2.255", .documentation), ("192.0.3.0", .public),
            ("192.88.98.255", .public), ("192.88.99.0", .wrapped), ("192.88.99.255", .wrapped), ("192.88.100.0", .public),
            ("192.167.255.255", .public), ("192.168.0.0", .private), ("192.168.255.255", .private), ("192.169.0.0", .public),
            ("198.17.255.255", .public), ("198.18.0.0", .documentation), ("198.19.255.255", .documentation), ("198.20.0.0", .public),
            ("198.51.99.255", .public), ("198.51.100.0", .documentation), ("198.51.100.255", .documentation), ("198.51.101.0", .public),
            ("203.0.112.255", .public), ("203.0.113.0", .documentation), ("203.0.113.255", .documentation), ("203.0.114.0", .public),
            ("223.255.255.255", .public), ("224.0.0.0", .multicast), ("239.255.255.255", .multicast), ("240.0.0.0", .reserved),
            ("255.255.255.255", .reserved),
        ])
    func fourth(_ text: String, _ kind: AddressKind) throws {
        #expect(try #require(NetworkAddress(text)).kind == kind)
    }

    @Test(
        "The same for IPv6, where only 2000::/3 is given to servers",
        arguments: [
            ("::", AddressKind.reserved), ("::1", .loopback), ("::2", .wrapped), ("::127.0.0.1", .wrapped), ("::ffff:ffff", .wrapped),
            ("::1:0:0", .reserved),
            ("::fffe:ffff:ffff", .reserved), ("::ffff:0:0", .wrapped), ("::ffff:127.0.0.1", .wrapped), ("::ffff:8.8.8.8", .wrapped),
            ("::1:0:0:0", .reserved),
            ("64:ff9b::", .wrapped), ("64:ff9b::7f00:1", .wrapped), ("64:ff9b::ffff:ffff", .wrapped), ("64:ff9b:0:0:0:1::", .reserved),
            ("64:ff9b:1::1", .wrapped), ("64:ff9b:1:ffff:ffff:ffff:ffff:ffff", .wrapped), ("64:ff9b:2::", .reserved),
            ("100::1", .reserved), ("1fff:ffff::", .reserved), ("2000::", .public), ("2000:ffff:ffff::1", .public),
            ("2001::", .wrapped), ("2001:0:ffff::1", .wrapped), ("2001:1::1", .reserved), ("2001:2::1", .reserved),
            ("2001:20::1", .reserved), ("2001:1ff:ffff::1", .reserved), ("2001:200::", .public), ("2001:4860:4860::8888", .public),
            ("2001:db7:ffff::", .public), ("2001:db8::", .documentation), ("2001:db8:ffff:ffff::1", .documentation),
            ("2001:db9::", .public), ("2001:ffff::1", .public),
            ("2002::", .wrapped), ("2002:7f00:1::", .wrapped), ("2002:ffff:ffff::1", .wrapped), ("2003::", .public),
            ("2606:4700::1111", .public), ("3ffe:ffff::", .public), ("3fff::", .documentation), ("3fff:fff:ffff::", .documentation),
            ("3fff:1000::", .public), ("3fff:ffff:ffff::1", .public), ("4000::", .reserved), ("5f00::1", .reserved),
            ("fbff:ffff::", .reserved), ("fc00::", .private), ("fd00:ec2::254", .private), ("fdff:ffff::1", .private),
            ("fe00::", .reserved),
            ("fe7f:ffff::", .reserved), ("fe80::1", .linkLocal), ("febf:ffff::1", .linkLocal), ("fec0::1", .private),
            ("feff:ffff::1", .private), ("ff00::", .multicast), ("ff02::1", .multicast), ("ffff:ffff:ffff::1", .multicast),
        ])
    func sixth(_ text: String, _ kind: AddressKind) throws {
        #expect(try #require(NetworkAddress(text)).kind == kind)
    }

    @Test(
        "Only the usual spelling is an address",
        arguments: [
            "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "127.0.0.01", "1.2.3", "1.2.3.4.5", "1.2.3.256", "::1%lo", "[::1]", "",
            " 1.2.3.4",
        ])
    func odd(_ text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test(
        "An address is written back as it is usually written",
        arguments: [("127.0.0.1", "127.0.0.1"), ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1"), ("::", "::"), ("255.0.1.20", "255.0.1.20")])
    func text(_ given: String, _ written: String) throws {
        #expect(try #require(NetworkAddress(given)).text == written)
    }
}
