/// The words of a narrative's XHTML, without its markup.
///
/// What others wrote is never shown as HTML; this keeps the text, the line breaks and nothing else, and the page escapes what is left.
/// It reads forward once, so no input makes it slow, and what is not well-formed only loses words.
package enum NarrativeText {
    package static let longest = 20_000

    package static func read(_ html: some Sequence<UInt8>) -> String {
        var reader = Reader()
        for byte in html {
            if reader.out.count > longest { break }
            reader.take(byte)
        }
        return reader.text
    }

    private struct Reader {
        private enum State { case text, entity, tag, quoted(UInt8), comment }

        var out: [UInt8] = []
        private var state = State.text
        private var name: [UInt8] = []
        private var isNameOver = false
        private var entity: [UInt8] = []
        /// The element whose content is not words: `script` or `style`.
        private var hidden: [UInt8]?

        mutating func take(_ byte: UInt8) {
            switch state {
            case .text:
                if byte == UInt8(ascii: "<") {
                    (state, name, isNameOver) = (.tag, [], false)
                } else if byte == UInt8(ascii: "&") {
                    (state, entity) = (.entity, [])
                } else {
                    append(byte)
                }
            case .entity:
                if byte == UInt8(ascii: ";") {
                    for byte in Self.decoded(entity) { append(byte) }
                    state = .text
                } else if entity.count >= 10 || byte == 0x20 || byte == UInt8(ascii: "<") || byte == UInt8(ascii: "&") {
                    append(UInt8(ascii: "&"))
                    for byte in entity { append(byte) }
                    state = .text
                    take(byte)
                } else {
                    entity.append(byte)
                }
            case .tag:
                if byte == UInt8(ascii: ">") {
                    endTag()
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"), isNameOver {
                    state = .quoted(byte)
                } else if name.elementsEqual("!--".utf8) {
                    (state, entity) = (.comment, [byte])
                } else if !isNameOver {
                    if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                        isNameOver = true
                    } else if name.count < 20 {
                        name.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
                    }
                }
            case .quoted(let quote): if byte == quote { state = .tag }
            case .comment:
                if byte == UInt8(ascii: ">"), entity.suffix(2).elementsEqual("--".utf8) { state = .text }
                entity = entity.suffix(1) + [byte]
            }
        }

        private mutating func endTag() {
            state = .text
            let isClosing = name.first == UInt8(ascii: "/")
            var element = isClosing ? Array(name.dropFirst()) : name
            if element.last == UInt8(ascii: "/") { element.removeLast() }
            if let hidden {
                if isClosing, element == hidden { self.hidden = nil }
                return
            }
            switch String(decoding: element, as: UTF8.self) {
            case "script", "style": hidden = isClosing ? nil : element
            case "td", "th": append(0x20)
            case "p", "div", "br", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "caption", "hr":
                line()
            default: break
            }
        }

        private mutating func append(_ byte: UInt8) {
            guard hidden == nil else { return }
            let isSpace = byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
            if isSpace {
                if let last = out.last, last != 0x20, last != 0x0A { out.append(0x20) }
            } else {
                out.append(byte)
            }
        }

        private mutating func line() {
            while out.last == 0x20 { out.removeLast() }
            if let last = out.last, last != 0x0A { out.append(0x0A) }
        }

        var text: String {
            var bytes = out
            while let last = bytes.last, last == 0x20 || last == 0x0A { bytes.removeLast() }
            return String(decoding: bytes, as: UTF8.self)
        }

        private static func decoded(_ entity: [UInt8]) -> [UInt8] {
            switch String(decoding: entity, as: UTF8.self) {
            case "amp": return [UInt8(ascii: "&")]
            case "lt": return [UInt8(ascii: "<")]
            case "gt": return [UInt8(ascii: ">")]
            case "quot": return [UInt8(ascii: "\"")]
            case "apos": return [UInt8(ascii: "'")]
            case "nbsp": return [0x20]
            case let name:
                let number = name.dropFirst()
                let value = number.first == "x" ? UInt32(number.dropFirst(), radix: 16) : UInt32(number)
                guard name.utf8.first == UInt8(ascii: "#"), let value, value >= 0x20, let scalar = Unicode.Scalar(value) else {
                    return [UInt8(ascii: "&")] + entity + [UInt8(ascii: ";")]
                }
                return Array(String(Character(scalar)).utf8)
            }
        }
    }
}
