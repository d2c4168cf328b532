/// One mailbox as `local@domain`, ASCII only, so that it can stand in a header and in an SMTP command as it is.
///
/// RFC 5321 §4.1.2, without quoted local parts and address literals. A domain in other letters is written in its `xn--` form.
package struct MailAddress: Sendable, Hashable {
    package let text: String

    /// Why a text is not an address; `explanation` is for the person who typed it.
    package enum Problem: Error, Sendable, Hashable {
        case empty
        case tooLong
        case lineBreak
        case controlCharacter
        case space
        case angleBracket
        case notASCII
        case noAt
        case quoted
        case localPart
        case domain
    }

    /// At most 254 bytes in all, 64 before the `@`, 63 in each label of the domain.
    package init(_ text: String) throws(Problem) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw .empty }
        for byte in bytes {
            switch byte {
            case 0x0A, 0x0D: throw .lineBreak
            case 0x00..<0x20, 0x7F: throw .controlCharacter
            case 0x20: throw .space
            case UInt8(ascii: "<"), UInt8(ascii: ">"): throw .angleBracket
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): throw .quoted
            case 0x80...: throw .notASCII
            default: continue
            }
        }
        guard bytes.count <= 254 else { throw .tooLong }
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count > 1 else { throw .noAt }
        guard parts.count == 2 else { throw .localPart }
        guard Self.isDotAtom(parts[0]) else { throw .localPart }
        guard Self.isDomain(parts[1]) else { throw .domain }
        self.text = text
    }

    /// What stands after the `@`.
    package var domain: String {
        String(decoding: text.utf8.drop { $0 != UInt8(ascii: "@") }.dropFirst(), as: UTF8.self)
    }

    static func isDotAtom(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count <= 64
            && bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
            }
    }

    static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }
}

extension MailAddress.Problem {
    /// One sentence for a person.
    package var explanation: String {
        switch self {
        case .empty: "An e-mail address is needed."
        case .tooLong: "An e-mail address has at most 254 characters."
        case .lineBreak: "An e-mail address cannot hold a line break."
        case .controlCharacter: "An e-mail address cannot hold control characters."
        case .space: "An e-mail address cannot hold spaces."
        case .angleBracket: "Write the e-mail address alone, without a name and without < and >."
        case .notASCII: "Only addresses in plain letters, digits and signs can be reached; write the domain in its xn-- form."
        case .noAt: "An e-mail address has an @ in it, as in name@example.org."
        case .quoted: "Addresses with quotation marks or backslashes are not supported."
        case .localPart: "What stands before the @ is not an e-mail name: up to 64 letters, digits and signs, parted by single dots."
        case .domain: "What stands after the @ is not a domain such as example.org."
        }
    }
}
