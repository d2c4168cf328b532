/// Writes small JSON documents of our own; clinical resources are never re-written, only joined as bytes.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    package mutating func object(_ body: (inout JSONWriter) -> Void) { group("{", "}", body) }
    package mutating func array(_ body: (inout JSONWriter) -> Void) { group("[", "]", body) }

    private mutating func group(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: open))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: close))
        needsComma = true
    }

    package mutating func name(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ text: String) {
        separate()
        quote(text)
    }

    package mutating func number(_ number: Int) {
        separate()
        bytes += String(number).utf8
    }

    package mutating func bool(_ value: Bool) {
        separate()
        bytes += (value ? "true" : "false").utf8
    }

    /// A value that is JSON already.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes += json
    }

    package mutating func member(_ name: String, _ text: String) { self.name(name); string(text) }
    package mutating func member(_ name: String, _ value: Int) { self.name(name); number(value) }
    package mutating func member(_ name: String, _ value: Bool) { self.name(name); bool(value) }
    package mutating func member(_ name: String, object body: (inout JSONWriter) -> Void) { self.name(name); object(body) }
    package mutating func member(_ name: String, array body: (inout JSONWriter) -> Void) { self.name(name); array(body) }
    package mutating func member(_ name: String, strings: [String]) {
        member(name, array: { list in for text in strings { list.string(text) } })
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\")); bytes.append(byte)
            case 0x0A: bytes += #"\n"#.utf8
            case 0x0D: bytes += #"\r"#.utf8
            case 0x09: bytes += #"\t"#.utf8
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes += #"\u00"#.utf8
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
