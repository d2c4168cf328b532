import Foundation

/// The proxies that are believed when they say for whom they ask: those on this machine, and those the configuration names.
package struct Proxies: Sendable {
    /// IPv4 addresses among IPv6 addresses, as `::ffff:…`.
    private struct Network: Sendable {
        let address: [UInt8]
        let bits: Int

        func holds(_ other: [UInt8]) -> Bool {
            let whole = bits / 8
            guard address.prefix(whole).elementsEqual(other.prefix(whole)) else { return false }
            let rest = bits % 8
            return rest == 0 || (address[whole] ^ other[whole]) >> (8 - rest) == 0
        }
    }

    private var networks: [Network] = []

    /// On this machine alone.
    package init() {
        for loopback in ["127.0.0.1", "::1"] { _ = add(loopback) }
    }

    /// One more: an address such as `10.0.0.5`, or a network such as `10.0.0.0/24`. False when it is neither.
    package mutating func add(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = Self.bytes(of: String(first)) else { return false }
        let most = first.contains(":") ? 128 : 32
        var bits = most
        if parts.count == 2 {
            guard let given = Int(parts[1]), (1...most).contains(given) else { return false }
            bits = given
        }
        networks.append(Network(address: address, bits: bits + 128 - most))
        return true
    }

    func holds(_ address: String) -> Bool {
        guard let bytes = Self.bytes(of: address) else { return false }
        return networks.contains { $0.holds(bytes) }
    }

    /// Who asks: the other end, unless that is a proxy; then whom it names last, and before that one whom a proxy before it named.
    func client(_ peer: String, forwardedFor said: [String]) -> String {
        var client = peer
        var names = said.flatMap { $0.split(separator: ",") }.map { String($0.filter { $0 != " " }) }
        while holds(client), let named = names.popLast(), !named.isEmpty, named.utf8.count <= 45 { client = named }
        return client
    }

    private static func bytes(of text: String) -> [UInt8]? {
        var old = in_addr()
        if inet_pton(AF_INET, text, &old) == 1 {
            return [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] + withUnsafeBytes(of: old) { Array($0) }
        }
        var address = in6_addr()
        guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        return withUnsafeBytes(of: address) { Array($0) }
    }
}
