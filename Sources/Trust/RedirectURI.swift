/// A redirect URI that passed our own strict grammar. Two are equal when their bytes are equal, and in no other way.
///
/// Foundation's `URL` is not asked: it reads hosts otherwise than browsers do.
package struct RedirectURI: Sendable, Hashable {
    /// Where the app will run.
    package enum Environment: String, Sendable, CaseIterable {
        /// `https` anywhere; `http` for this computer and for names without a dot.
        case sandbox
        /// `https` and a public host name only.
        case production
    }

    /// At most 2048 bytes of ASCII.
    package let text: String
    /// Scheme, host and port: what a Content-Security-Policy names.
    package let origin: String

    /// Checks a text as it was entered or stored.
    package init(_ text: String, for environment: Environment) throws(Problem) {
        let parts = try RedirectURIGrammar(text)
        switch environment {
        case .production: try parts.checkForProduction()
        case .sandbox: try parts.checkForSandbox()
        }
        self.text = text
        self.origin = parts.origin
    }

    /// True when a presented `redirect_uri` is this one, byte for byte. RFC 9700 §4.1.3.
    package func matches(_ presented: String) -> Bool {
        text.hasSameBytes(as: presented)
    }

    /// Reads a list separated by commas, spaces or line ends; each entry keeps its text and its result, a repeated entry is left out.
    package static func list(_ text: String, for environment: Environment) -> [(text: String, result: Result<RedirectURI, Problem>)] {
        let separators: Set<UInt8> = [UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D]
        var seen: Set<[UInt8]> = []
        return text.utf8.split(whereSeparator: separators.contains).compactMap { bytes in
            guard seen.insert(Array(bytes)).inserted else { return nil }
            let entry = String(decoding: bytes, as: UTF8.self)
            return (entry, Result { () throws(Problem) in try RedirectURI(entry, for: environment) })
        }
    }

    /// The address with parameters added to its query; a query it has stays, and values decode to the same bytes. RFC 6749 §3.1.2.
    package func appending(_ parameters: [(String, String)]) -> String {
        guard !parameters.isEmpty else { return text }
        let added = parameters.map { PercentEncoding.encoded($0) + "=" + PercentEncoding.encoded($1) }.joined(separator: "&")
        guard text.utf8.contains(UInt8(ascii: "?")) else { return text + "?" + added }
        let last = text.utf8.last
        return last == UInt8(ascii: "?") || last == UInt8(ascii: "&") ? text + added : text + "&" + added
    }

    package static func == (a: RedirectURI, b: RedirectURI) -> Bool {
        a.text.hasSameBytes(as: b.text)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}
