/// The shared dialect's placeholders as PostgreSQL writes them.
enum PostgresSQL {
    /// `?` and `?1` become `$1`; what stands in quotes stays.
    static func translated(_ sql: String) -> (sql: String, parameters: Int) {
        var text: [UInt8] = []
        var quote: UInt8?
        var next = 1
        var most = 0
        let source = Array(sql.utf8)
        var index = 0
        while index < source.count {
            let byte = source[index]
            index += 1
            if let open = quote {
                if byte == open { quote = nil }
                text.append(byte)
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
                text.append(byte)
            } else if byte == UInt8(ascii: "?") {
                var number = 0
                while index < source.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(source[index]) {
                    number = number * 10 + Int(source[index] - UInt8(ascii: "0"))
                    index += 1
                }
                if number == 0 {
                    number = next
                    next += 1
                }
                most = max(most, number)
                text += Array("$\(number)".utf8)
            } else {
                text.append(byte)
            }
        }
        return (String(decoding: text, as: UTF8.self), most)
    }
}
