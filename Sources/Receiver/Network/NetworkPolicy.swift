/// Which servers may be talked to: by how the address is written, and by the network addresses that its name stands for.
///
/// An operator, a directory or a sender's own document may name any address; without rules one could make this program ask its own network.
package struct NetworkPolicy: Sendable, Hashable {
    package enum Addresses: Sendable, Hashable {
        case publicOnly
        case publicOrLoopback
        case any
    }

    package enum PlainHTTP: Sendable, Hashable {
        case never
        /// To this computer.
        case onLoopback
        case anywhere
    }

    package enum Ports: Sendable, Hashable {
        case only(Set<Int>)
        case any
    }

    var addresses: Addresses
    var plainHTTP: PlainHTTP
    var ports: Ports

    /// A service with real members: https, the usual port or a registered one, public addresses.
    package static let production = NetworkPolicy(addresses: .publicOnly, plainHTTP: .never, ports: .only([443]))
    /// Made-up members: this computer too, also without https.
    package static let sandbox = NetworkPolicy(addresses: .publicOrLoopback, plainHTTP: .onLoopback, ports: .any)
    /// Someone at a terminal who typed the address, perhaps of a server in the own network.
    package static let command = NetworkPolicy(addresses: .any, plainHTTP: .onLoopback, ports: .any)
    /// The same, on a test network without https.
    package static let insecureCommand = NetworkPolicy(addresses: .any, plainHTTP: .anywhere, ports: .any)

    /// The same rules, and the port of an address that an operator has registered.
    package func permitting(_ registered: String) -> NetworkPolicy {
        guard case .only(let ports) = ports, let address = WebAddress(registered) else { return self }
        var policy = self
        policy.ports = .only(ports.union([address.origin.port]))
        return policy
    }

    /// Why an address is refused; the sentence goes on after the address.
    package struct Forbidden: Error, Sendable, Equatable {
        package let reason: String
    }

    /// What can be said before the name is resolved.
    func check(_ origin: WebAddress.Origin) throws(Forbidden) {
        if !origin.isSecure {
            switch plainHTTP {
            case .never: throw Forbidden(reason: "is not https")
            case .onLoopback: guard origin.isLoopback else { throw Forbidden(reason: "is not https") }
            case .anywhere: break
            }
        }
        switch ports {
        case .any: break
        case .only(let ports):
            guard ports.contains(origin.port) else { throw Forbidden(reason: "is not at port 443 or at a registered one") }
        }
        // The certificate and the directory name the host without it; a second spelling would be a second host to every list.
        guard origin.host.utf8.last != UInt8(ascii: ".") else { throw Forbidden(reason: "has a dot at the end of its host") }
        if let literal = origin.literal { try check([literal], of: origin) }
    }

    /// All that a name stands for must be allowed: with one bad address among good ones, chance or its owner would choose.
    func check(_ resolved: [NetworkAddress], of origin: WebAddress.Origin) throws(Forbidden) {
        guard !resolved.isEmpty else { throw Forbidden(reason: "has no network address") }
        for address in resolved {
            let kind = address.kind
            guard allows(kind, origin) else { throw Forbidden(reason: "leads to \(address.text), \(kind.words)") }
        }
    }

    private func allows(_ kind: AddressKind, _ origin: WebAddress.Origin) -> Bool {
        if !origin.isSecure, plainHTTP == .onLoopback { return kind == .loopback }
        switch addresses {
        case .any: return true
        case .publicOnly: return kind == .public
        case .publicOrLoopback: return kind == .public || kind == .loopback
        }
    }
}
