/// Writes one flat JSON object, members in the order they were added, nothing escaped that RFC 8259 §7 does not ask for.
struct JSONObject {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    /// The finished object.
    var closed: [UInt8] { bytes + [UInt8(ascii: "}")] }

    /// Adds a text member; nil adds nothing.
    mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        open(name)
        append(value)
    }

    /// Adds a number member; nil adds nothing.
    mutating func add(_ name: String, _ value: Int?) {
        guard let value else { return }
        open(name)
        bytes += String(value).utf8
    }

    /// Adds a boolean member.
    mutating func add(_ name: String, _ value: Bool) {
        open(name)
        bytes += (value ? "true" : "false").utf8
    }

    /// Adds a list of texts.
    mutating func add(_ name: String, _ values: [String]) {
        open(name)
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func open(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        append(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func append(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0A: bytes += "\\n".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0x09: bytes += "\\t".utf8
            case 0..<0x20: bytes += ((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16)).utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
