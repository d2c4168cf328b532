/// Whether an address belongs to the organisation whose website this is.
package enum OrganizationDomain {
    /// The host of `https://www.acme.example/about`, without a leading `www.`; nil when it is no web address with a public name.
    package static func host(ofWebsite website: String) -> String? {
        let lower = lowercased(website)
        guard let scheme = ["https://", "http://"].first(where: { lower.utf8.starts(with: $0.utf8) }) else { return nil }
        let authority = lower.utf8.dropFirst(scheme.utf8.count).prefix { ![0x2F, 0x3F, 0x23].contains($0) }
        let name = authority.prefix { $0 != 0x3A }
        // Only what is plainly a name: no user, no number, no brackets.
        guard isName(Array(name)), authority.dropFirst(name.count).dropFirst().allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        return text.utf8.starts(with: "www.".utf8) ? String(text.dropFirst(4)) : text
    }

    /// The same domain, or one below it: `ana@mail.acme.example` is of `https://www.acme.example`.
    package static func matches(email: String, website: String) -> Bool {
        guard let host = host(ofWebsite: website), let at = email.utf8.lastIndex(of: 0x40) else { return false }
        let domain = lowercased(String(decoding: email.utf8[email.utf8.index(after: at)...], as: UTF8.self))
        return domain.utf8.elementsEqual(host.utf8) || domain.utf8.reversed().starts(with: ("." + host).utf8.reversed())
    }

    private static func isName(_ bytes: [UInt8]) -> Bool {
        let labels = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard labels.count >= 2, bytes.count <= 253, let last = labels.last, last.contains(where: { $0 >= 0x61 && $0 <= 0x7A }) else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                && label.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }
        }
    }

    private static func lowercased(_ text: String) -> String {
        String(decoding: text.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
