import Mustache

/// Text on its way into HTML, escaped scalar by scalar.
///
/// The library's own escaping looks at whole characters, and a quote followed by a combining accent is one character that is not a
/// quote: it would pass unescaped and end the attribute it stands in. Control characters and those that turn the reading direction
/// are replaced, and so are those that take no room, so that a name written by others can neither dress up the words around it nor pass
/// for another.
struct PageText: MustacheContentType {
    static let name = "PAGE"

    func escapeText(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        escaped.reserveCapacity(text.utf8.count)
        var before: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { before = scalar }
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            case "\n", "\t": escaped.append(scalar)
            case "\r": continue
            case _ where Self.isUnprintable(scalar) || Self.isIdleJoiner(scalar, after: before): escaped.append("\u{FFFD}")
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// Control characters, the marks that embed, override or isolate a direction (UAX #9), and what takes no room.
    static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C, 0x2028, 0x2029: true
        case 0xAD, 0x180E, 0x200B, 0x2060...0x2064, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
        default: false
        }
    }

    /// A joiner belongs between the letters of scripts that join, and into emoji; after a Latin letter it is only not seen.
    private static func isIdleJoiner(_ scalar: Unicode.Scalar, after before: Unicode.Scalar?) -> Bool {
        (scalar == "\u{200C}" || scalar == "\u{200D}") && (before?.value ?? 0) < 0x300
    }

    /// One line of plain text for a mail: no line breaks, no control characters.
    static func oneLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            line.append(isUnprintable(scalar) ? " " : scalar)
        }
        return String(line)
    }
}
