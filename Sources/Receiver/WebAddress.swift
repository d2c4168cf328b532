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

        var isLoopback: Bool {
            if host == "localhost" || host == "[::1]" { return true }
            let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
            return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
        }

        /// Private, link-local or shared IPv4 addresses written as numbers, and every IPv6 literal but the loopback.
        var isInsideNetwork: Bool {
            if host.hasPrefix("[") { return true }
            let parts = host.split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
            guard parts.count == 4 else { return false }
            switch (parts[0], parts[1]) {
            case (0, _), (10, _), (127, _), (169, 254), (172, 16...31), (192, 168), (100, 64...127), (224..., _): return true
            default: return false
            }
        }

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
        if authority.first == UInt8(ascii: "[") {
            guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = authority[...end]
            let digits = host.dropFirst().dropLast()
            guard digits.count >= 2,
                digits.allSatisfy({ PercentEncoding.isHexadecimal($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return nil }
        } else {
            host = authority.prefix { $0 != UInt8(ascii: ":") }
            guard (1...253).contains(host.count), host.allSatisfy(isHostCharacter) else { return nil }
        }
        let name = String(decoding: host, as: UTF8.self).lowercased()
        let port = authority[host.endIndex...]
        if port.isEmpty { return (name, nil) }
        let digits = port.dropFirst()
        guard port.first == UInt8(ascii: ":"), (1...5).contains(digits.count), digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let number = Int(String(decoding: digits, as: UTF8.self)), number <= 65_535
        else { return nil }
        return (name, number)
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        PercentEncoding.isUnreserved(byte) && byte != UInt8(ascii: "~")
    }
}
