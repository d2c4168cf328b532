/// What a network address is for; only `public` ones can belong to another payer's server. IANA's special-purpose registries, RFC 6890.
package enum AddressKind: Sendable, Hashable {
    case `public`
    /// This computer.
    case loopback
    /// Someone's own network, RFC 1918 and RFC 4193; fec0::/10 was once for it too.
    case `private`
    /// One cable, RFC 3927; the metadata services of cloud machines answer there.
    case linkLocal
    /// Between a provider and its customers, RFC 6598.
    case carrier
    case multicast
    /// For examples and measurements: nobody's.
    case documentation
    /// Another address inside: IPv4 in IPv6, NAT64, 6to4, Teredo. A gateway would open it and ask nobody.
    case wrapped
    /// A cloud's own service under an address that looks public (Azure's 168.63.129.16).
    case platform
    /// Kept for other uses, or given to none.
    case reserved

    var words: String {
        switch self {
        case .public: "a public address"
        case .loopback: "an address of this computer"
        case .private: "an address of a private network"
        case .linkLocal: "a link-local address"
        case .carrier: "an address of a provider's inner network"
        case .multicast: "a multicast address"
        case .documentation: "an address kept for examples"
        case .wrapped: "an address that hides another one"
        case .platform: "an address of a cloud's own service"
        case .reserved: "an address that no server has"
        }
    }
}

extension NetworkAddress {
    package var kind: AddressKind {
        let blocks = family == .v4 ? Self.blocks4 : Self.blocks6
        // What IANA gives to servers on IPv6 is 2000::/3 and nothing else.
        return blocks.first { $0.contains(self) }?.kind ?? (family == .v4 || number >> 125 == 1 ? .public : .reserved)
    }

    /// All addresses that begin with the same bits.
    private struct Block: Sendable {
        let first: NetworkAddress
        let bits: Int
        let kind: AddressKind

        init?(_ text: String, _ bits: Int, _ kind: AddressKind) {
            guard let first = NetworkAddress(text) else { return nil }
            (self.first, self.bits, self.kind) = (first, bits, kind)
        }

        func contains(_ address: NetworkAddress) -> Bool {
            let rest = UInt128(first.family.bits - bits)
            return address.family == first.family && address.number >> rest == first.number >> rest
        }
    }

    /// The first that holds an address decides.
    private static let blocks4: [Block] = [
        Block("0.0.0.0", 8, .reserved),
        Block("10.0.0.0", 8, .private),
        Block("100.64.0.0", 10, .carrier),
        Block("127.0.0.0", 8, .loopback),
        Block("168.63.129.16", 32, .platform),
        Block("169.254.0.0", 16, .linkLocal),
        Block("172.16.0.0", 12, .private),
        Block("192.0.0.0", 24, .reserved),
        Block("192.0.2.0", 24, .documentation),
        Block("192.88.99.0", 24, .wrapped),
        Block("192.168.0.0", 16, .private),
        Block("198.18.0.0", 15, .documentation),
        Block("198.51.100.0", 24, .documentation),
        Block("203.0.113.0", 24, .documentation),
        Block("224.0.0.0", 4, .multicast),
        Block("240.0.0.0", 4, .reserved),
    ].compactMap { $0 }

    private static let blocks6: [Block] = [
        Block("::", 128, .reserved),
        Block("::1", 128, .loopback),
        Block("::ffff:0:0", 96, .wrapped),
        // IPv4-compatible addresses, RFC 4291 §2.5.5.1: no longer used, still understood by some.
        Block("::", 96, .wrapped),
        Block("64:ff9b::", 96, .wrapped),
        Block("64:ff9b:1::", 48, .wrapped),
        Block("100::", 64, .reserved),
        Block("2001::", 32, .wrapped),
        Block("2001:db8::", 32, .documentation),
        // Protocol assignments: benchmarks, ORCHID, anycast of protocols.
        Block("2001::", 23, .reserved),
        Block("2002::", 16, .wrapped),
        Block("3fff::", 20, .documentation),
        Block("fc00::", 7, .private),
        Block("fe80::", 10, .linkLocal),
        Block("fec0::", 10, .private),
        Block("ff00::", 8, .multicast),
    ].compactMap { $0 }
}
