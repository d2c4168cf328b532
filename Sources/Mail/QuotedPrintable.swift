/// RFC 2045 §6.7.
enum QuotedPrintable {
    /// CR, LF and CRLF all become CRLF; the result ends with one; lines have at most 76 bytes.
    static func encode(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        var column = 0
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x0D || byte == 0x0A {
                if byte == 0x0D && index < bytes.count && bytes[index] == 0x0A { index += 1 }
                out += [0x0D, 0x0A]
                column = 0
                continue
            }
            let endsLine = index == bytes.count || bytes[index] == 0x0D || bytes[index] == 0x0A
            let isSpace = byte == 0x20 || byte == 0x09
            // A space at a line's end may be lost on the way, so it is written in figures.
            let literal = (byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "=")) || (isSpace && !endsLine)
            let width = literal ? 1 : 3
            if column + width > (endsLine ? 76 : 75) {
                out += [UInt8(ascii: "="), 0x0D, 0x0A]
                column = 0
            }
            if literal {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "="), hexadecimal(byte >> 4), hexadecimal(byte & 15)]
            }
            column += width
        }
        if column > 0 || out.isEmpty { out += [0x0D, 0x0A] }
        return out
    }

    private static func hexadecimal(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
