/// An `http` or `https` address read by a grammar so narrow that every program finds the same host in it.
///
/// Foundation's `URL` is not asked which server an address names: it reads some hosts otherwise than other programs do.
struct WebAddress: Sendable, Hashable {
    /// Everything, with what needs an escape in path and query escaped.
    let text: String
    let origin: Origin
    /// From the first `/` to the `?`; may be empty.
    let path: String

    /// Scheme, host and port: what decides whether a token may be sent.
    struct Origin: Sendable, Hashable, CustomStringConvertible {
        let isSecure: Bool
        /// Lower case; an IPv6 address stands in brackets.
        let host: String
        let port: Int

        /// The address itself when the host is written as one.
        var literal: NetworkAddress? {
            NetworkAddress(host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host)
        }

        /// This computer, by its one name or by an address.
        var isLoopback: Bool { host == "localhost" || literal?.kind == .loopback }

        /// Written as an address that is not one of the public internet.
        var isInsideNetwork: Bool { literal.map { $0.kind != .public } ?? false }

        var description: String {
            let usual = isSecure ? 443 : 80
            return (isSecure ? "https://" : "http://") + host + (port == usual ? "" : ":\(port)")
        }
    }

    /// nil for anything but an absolute address without user, fragment, backslash, space or control character.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 8192,
            !bytes.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "#") })
        else { return nil }
        let scheme = bytes.prefix { $0 != UInt8(ascii: ":") }
        let rest = bytes[scheme.endIndex...]
        guard rest.starts(with: "://".utf8) else { return nil }
        let isSecure: Bool
        switch String(decoding: scheme, as: UTF8.self).lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: return nil
        }
        let authority = rest.dropFirst(3).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard let (host, port) = Self.hostAndPort(authority) else { return nil }
        origin = Origin(isSecure: isSecure, host: host, port: port ?? (isSecure ? 443 : 80))
        let tail = bytes[authority.endIndex...]
        path = PercentEncoding.tail(tail.prefix { $0 != UInt8(ascii: "?") })
        self.text = origin.description + PercentEncoding.tail(tail)
    }

    /// A page link: absolute, or relative to the server, this address or the FHIR base.
    func following(_ link: String, base: WebAddress) -> WebAddress? {
        if link.utf8.starts(with: "//".utf8) { return nil }
        if link.utf8.first == UInt8(ascii: "/") { return WebAddress(origin.description + link) }
        if link.utf8.first == UInt8(ascii: "?") { return WebAddress(origin.description + path + link) }
        let isAbsolute = link.utf8.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }.contains(UInt8(ascii: ":"))
        return isAbsolute ? WebAddress(link) : base.appending(link)
    }

    /// This address with a path, and perhaps a query, below it.
    func appending(_ tail: String) -> WebAddress? {
        WebAddress(trimmed + "/" + tail)
    }

    /// The text without slashes at its end.
    var trimmed: String {
        var bytes = Array(text.utf8)
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hostAndPort(_ authority: ArraySlice<UInt8>) -> (String, Int?)? {
        let host: ArraySlice<UInt8>
        let name: String
        if authority.first == UInt8(ascii: "[") {
            guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = authority[...end]
            let inner = String(decoding: host.dropFirst().dropLast(), as: UTF8.self)
            guard let address = NetworkAddress(inner), address.family == .v6 else { return nil }
            name = address.host
        } else {
            host = authority.prefix { $0 != UInt8(ascii: ":") }
            guard (1...253).contains(host.count), host.allSatisfy(isHostCharacter) else { return nil }
            name = String(decoding: host, as: UTF8.self).lowercased()
            guard !isOddNumber(host) || NetworkAddress(name) != nil else { return nil }
        }
        let port = authority[host.endIndex...]
        if port.isEmpty { return (name, nil) }
        let digits = port.dropFirst()
        guard port.first == UInt8(ascii: ":"), (1...5).contains(digits.count), digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let number = Int(String(decoding: digits, as: UTF8.self)), number <= 65_535
        else { return nil }
        return (name, number)
    }

    /// The last label is a number, so some programs read the whole as an IPv4 address: `127.1`, `0x7f.1`, `2130706433`. WHATWG URL, host parsing.
    private static func isOddNumber(_ host: ArraySlice<UInt8>) -> Bool {
        let dot = UInt8(ascii: ".")
        let labels = (host.last == dot ? host.dropLast() : host).split(separator: dot, omittingEmptySubsequences: false)
        guard let last = labels.last, let first = last.first else { return false }
        if first == UInt8(ascii: "0"), last.count > 1, last[last.startIndex + 1] | 0x20 == UInt8(ascii: "x") {
            return last.dropFirst(2).allSatisfy(PercentEncoding.isHexadecimal)
        }
        return last.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        PercentEncoding.isUnreserved(byte) && byte != UInt8(ascii: "~")
    }
}
