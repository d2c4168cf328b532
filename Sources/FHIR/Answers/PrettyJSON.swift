/// Sets out JSON on lines of its own for a person to read; every token stays as it is.
package enum PrettyJSON {
    /// `json` is well-formed: what this house itself has written or read.
    package static func write(_ json: some Sequence<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        var depth = 0
        var isInString = false
        var isEscaped = false
        var isOpened = false
        func line() {
            out.append(0x0A)
            for _ in 0..<depth { out += [0x20, 0x20] }
        }
        for byte in json {
            if isInString {
                out.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if !isOpened { line() }
                out.append(byte)
                isOpened = false
                continue
            default: break
            }
            if isOpened { line() }
            isOpened = false
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                out.append(byte)
                depth += 1
                isOpened = true
            case UInt8(ascii: ","):
                out.append(byte)
                line()
            case UInt8(ascii: ":"): out += [byte, 0x20]
            default:
                if byte == UInt8(ascii: "\"") { isInString = true }
                out.append(byte)
            }
        }
        out.append(0x0A)
        return out
    }
}
