/// Which `Host` names this server answers to, and what stands at the root of each.
package struct HostTable: Sendable {
    package enum Root: Sendable {
        /// Paths are taken as they are.
        case site
        /// A plan's own host: its root is this path of the site, such as `/demo`.
        case plan(path: String)
    }

    private var roots: [String: Root] = [:]
    private let admitsLoopback: Bool

    /// `admitsLoopback` lets a sandbox be reached under any loopback name and port.
    package init(admitsLoopback: Bool) { self.admitsLoopback = admitsLoopback }

    /// `host` as in the header: lower case, with the port unless it is the scheme's own.
    package mutating func add(_ host: String, _ root: Root) { roots[Self.lowercased(host)] = root }

    /// Nil for a name that is not this server's.
    func root(of host: String) -> Root? {
        if let known = roots[Self.lowercased(host)] ?? roots[Self.lowercased(Self.withoutDefaultPort(host))] { return known }
        return admitsLoopback && Self.isLoopback(host) ? .site : nil
    }

    /// This machine by name or address, with any port.
    static func isLoopback(_ host: String) -> Bool {
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1]"].contains { $0.utf8.elementsEqual(name.utf8) }
    }

    private static func withoutDefaultPort(_ host: String) -> String {
        for port in [":443", ":80"] where host.hasSuffix(port) { return String(host.dropLast(port.count)) }
        return host
    }

    private static func lowercased(_ text: String) -> String {
        String(decoding: text.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
