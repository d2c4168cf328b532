/// `application/x-www-form-urlencoded`, written here once more so that the server's own reading is not what it is tested with.
package enum WebForm {
    package static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
            default: out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    package static func encoded(_ fields: [(String, String)]) -> String {
        fields.map { "\(encoded($0))=\(encoded($1))" }.joined(separator: "&")
    }

    /// The parameters of an address's query, decoded, in their order.
    package static func parameters(_ address: String) -> [(name: String, value: String)] {
        guard let question = address.utf8.firstIndex(of: 0x3F) else { return [] }
        let query = address.utf8[address.utf8.index(after: question)...].prefix { $0 != 0x23 }
        return query.split(separator: 0x26).map { field in
            let name = field.prefix { $0 != 0x3D }
            return (decoded(name), decoded(field.dropFirst(name.count + 1)))
        }
    }

    private static func decoded(_ text: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            if byte == 0x25, let high = iterator.next(), let low = iterator.next(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            {
                out.append(value)
            } else {
                out.append(byte == 0x2B ? 0x20 : byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
