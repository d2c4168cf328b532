/// A mailbox as a person types it: one `@`, a plain ASCII local part, a domain with a dot; at most 254 bytes.
package struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    /// The domain in lower case, the local part as typed.
    package let text: String
    package var description: String { "<private>" }

    package init?(_ typed: String) {
        let bytes = Array(typed.utf8).trimmingSpaces()
        guard (3...254).contains(bytes.count), let at = bytes.lastIndex(of: 0x40) else { return nil }
        let local = bytes[..<at]
        let domain = bytes[(at + 1)...]
        guard (1...64).contains(local.count), local.allSatisfy(Self.isLocal), local.first != 0x2E, local.last != 0x2E else { return nil }
        let labels = domain.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard labels.count >= 2,
            labels.allSatisfy({ label in
                (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D && label.allSatisfy(Self.isDomain)
            })
        else { return nil }
        text =
            String(decoding: local, as: UTF8.self) + "@"
            + String(decoding: domain.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// The form under which an account is kept: all in lower case, as mail systems treat it.
    package var accountKey: String { String(decoding: text.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self) }

    /// `j•••@example.com`: enough to recognise one's own.
    package var masked: String {
        guard let at = text.firstIndex(of: "@"), let first = text.first else { return "•••" }
        return "\(first)•••\(text[at...])"
    }

    private static func isLocal(_ byte: UInt8) -> Bool { isDomain(byte) || "!#$%&'*+/=?^_`{|}~.".utf8.contains(byte) }
    private static func isDomain(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A) || byte == 0x2D
    }
}

extension [UInt8] {
    func trimmingSpaces() -> [UInt8] {
        guard let start = firstIndex(where: { $0 != 0x20 && $0 != 0x09 }), let end = lastIndex(where: { $0 != 0x20 && $0 != 0x09 }) else {
            return []
        }
        return Array(self[start...end])
    }
}
