/// The separators and escapes of search values (FHIR R4 search §3.1.1.4.12).
enum SearchText {
    /// Splits at an unescaped separator; the escapes stay.
    static func split(_ text: String, at separator: Unicode.Scalar) -> [String] {
        var parts: [String] = []
        var current: [UInt8] = []
        var escaped = false
        for byte in text.utf8 {
            if escaped {
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: separator) {
                parts.append(String(decoding: current, as: UTF8.self))
                current.removeAll()
                continue
            }
            current.append(byte)
        }
        parts.append(String(decoding: current, as: UTF8.self))
        return parts
    }

    static func unescape(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
        var out: [UInt8] = []
        var escaped = false
        for byte in text.utf8 {
            if !escaped, byte == UInt8(ascii: "\\") {
                escaped = true
            } else {
                out.append(byte)
                escaped = false
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
