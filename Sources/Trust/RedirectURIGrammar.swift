/// The parts of a redirect URI, read by RFC 3986 narrowed to what every browser reads the same way.
struct RedirectURIGrammar {
    private enum Host {
        case loopback
        case address
        case singleLabel
        case name
    }

    /// Parameters of the authorization response: RFC 6749 §4.1.2, RFC 9207 §2.
    private static let reserved = ["code", "state", "iss", "error", "error_description", "error_uri"]

    let origin: String
    private let isSecure: Bool
    private let host: Host

    init(_ text: String) throws(RedirectURI.Problem) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= 2048 else { throw .tooLong }
        guard !bytes.contains(UInt8(ascii: "#")) else { throw .fragment }
        if let byte = bytes.first(where: { !Self.isAllowed($0) }) { throw .forbiddenCharacter(byte) }

        let scheme = bytes.prefix { $0 != UInt8(ascii: ":") }
        guard scheme.count < bytes.count else { throw .notAbsolute }
        switch String(decoding: scheme, as: UTF8.self) {
        case "https": isSecure = true
        case "http": isSecure = false
        case let other where other.utf8.contains(where: Self.isUpperCase) && ["http", "https"].contains(other.lowercased()):
            throw .upperCase
        default: throw .unsupportedScheme
        }
        let rest = bytes[scheme.endIndex...]
        guard rest.starts(with: "://".utf8) else { throw .notAbsolute }
        let authority = rest.dropFirst(3).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        host = try Self.host(ofAuthority: authority)
        origin = String(decoding: bytes[..<authority.endIndex], as: UTF8.self)

        let path = bytes[authority.endIndex...].prefix { $0 != UInt8(ascii: "?") }
        try Self.checkPath(path)
        try Self.checkQuery(bytes[path.endIndex...].dropFirst())
    }

    /// Production: `https` and a public name.
    func checkForProduction() throws(RedirectURI.Problem) {
        switch host {
        case .loopback: throw .loopbackInProduction
        case .address: throw .addressInProduction
        case .singleLabel where isSecure: throw .singleLabelInProduction
        case .singleLabel, .name: break
        }
        guard isSecure else { throw .plainHTTP }
    }

    /// Sandbox: plain `http` stays on the computer or the network segment it was typed on.
    func checkForSandbox() throws(RedirectURI.Problem) {
        guard !isSecure else { return }
        switch host {
        case .loopback, .singleLabel: break
        case .address, .name: throw .plainHTTP
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        PercentEncoding.isUnreserved(byte) || "%:/?&=+$;!'()@[]".utf8.contains(byte)
    }

    private static func isUpperCase(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

// Host and port.
extension RedirectURIGrammar {
    private static func host(ofAuthority authority: ArraySlice<UInt8>) throws(RedirectURI.Problem) -> Host {
        guard !authority.isEmpty else { throw .noHost }
        guard !authority.contains(UInt8(ascii: "@")) else { throw .userInfo }
        guard !authority.contains(where: isUpperCase) else { throw .upperCase }
        if authority.first == UInt8(ascii: "[") {
            // The one IPv6 address worth a redirect is this computer, in its one short spelling.
            let literal = Array("[::1]".utf8)
            guard authority.starts(with: literal) else { throw .numericHost }
            let port = authority.dropFirst(literal.count)
            guard port.isEmpty || port.first == UInt8(ascii: ":") else { throw .badHost }
            try checkPort(port)
            return .loopback
        }
        let host = authority.prefix { $0 != UInt8(ascii: ":") }
        try checkPort(authority[host.endIndex...])
        guard !host.isEmpty else { throw .noHost }
        return try classify(host)
    }

    /// Takes nothing, or a colon and the digits.
    private static func checkPort(_ text: ArraySlice<UInt8>) throws(RedirectURI.Problem) {
        guard !text.isEmpty else { return }
        let digits = text.dropFirst()
        guard let port = decimal(digits, upTo: 65_535), port > 0 else { throw .badPort }
    }

    private static func classify(_ host: ArraySlice<UInt8>) throws(RedirectURI.Problem) -> Host {
        guard host.count <= 253 else { throw .badHost }
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for label in labels {
            guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-"),
                label.allSatisfy({ Base64.isURLCharacter($0) && $0 != UInt8(ascii: "_") })
            else { throw .badHost }
        }
        guard let last = labels.last else { throw .noHost }
        // WHATWG URL: a host whose last label is a number is an IPv4 address to a browser, in any of its old spellings.
        if last.allSatisfy(isDigit) || last.starts(with: "0x".utf8) {
            let numbers = labels.compactMap { decimal($0, upTo: 255) }
            guard labels.count == 4, numbers.count == 4, numbers[0] != 0 else { throw .numericHost }
            return numbers[0] == 127 ? .loopback : .address
        }
        if ["localhost", "localdomain"].contains(where: { last.elementsEqual($0.utf8) }) { return .loopback }
        return labels.count == 1 ? .singleLabel : .name
    }

    /// A plain decimal number without leading zeros; nil for anything else.
    private static func decimal(_ text: ArraySlice<UInt8>, upTo limit: Int) -> Int? {
        guard (1...5).contains(text.count), text.allSatisfy(isDigit), text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
        let value = text.reduce(0) { $0 * 10 + Int($1 - 48) }
        return value <= limit ? value : nil
    }
}

// Path and query.
extension RedirectURIGrammar {
    private static func checkPath(_ path: ArraySlice<UInt8>) throws(RedirectURI.Problem) {
        for segment in path.split(separator: UInt8(ascii: "/")) {
            let decoded = try unescaped(segment)
            guard !decoded.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) else { throw .badEscape }
            // `..;x` is a parent folder to some servers.
            let name = decoded.prefix { $0 != UInt8(ascii: ";") }
            guard !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) else { throw .dotSegment }
        }
    }

    private static func checkQuery(_ query: ArraySlice<UInt8>) throws(RedirectURI.Problem) {
        _ = try unescaped(query)
        let form: FormParameters
        do { form = try FormParameters(query) } catch { throw .badEscape }
        for name in reserved where form.contains(name) { throw .reservedParameter(name) }
    }

    /// The bytes with `%XX` decoded; a broken escape, a control character or a bracket is refused.
    private static func unescaped(_ text: ArraySlice<UInt8>) throws(RedirectURI.Problem) -> [UInt8] {
        var output: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte != UInt8(ascii: "["), byte != UInt8(ascii: "]") else { throw .forbiddenCharacter(byte) }
            guard byte == UInt8(ascii: "%") else {
                output.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(PercentEncoding.digit), let low = iterator.next().flatMap(PercentEncoding.digit),
                high << 4 | low >= 0x20, high << 4 | low != 0x7F
            else { throw .badEscape }
            output.append(high << 4 | low)
        }
        return output
    }
}
