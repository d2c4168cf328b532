/// The records of a comma-separated text (RFC 4180), read as it comes, with the number of the line each begins on.
struct CommaSeparated {
    private let read: () throws(Refusal) -> [UInt8]
    private var bytes: [UInt8] = []
    private var at = 0
    private var hasEnded = false
    private var line = 1
    private var isAtStart = true

    /// Bytes of a record.
    static let longest = 1 << 20

    /// `read` answers the next bytes, none at the end.
    init(_ read: @escaping () throws(Refusal) -> [UInt8]) { self.read = read }

    private mutating func peek() throws(Refusal) -> UInt8? {
        while at == bytes.count {
            if hasEnded { return nil }
            (bytes, at) = (try read(), 0)
            hasEnded = bytes.isEmpty
        }
        return bytes[at]
    }

    /// What stands before the first record and is no part of it.
    private mutating func skipByteOrderMark() throws(Refusal) {
        isAtStart = false
        while bytes.count < 3, !hasEnded {
            let more = try read()
            hasEnded = more.isEmpty
            bytes += more
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    /// `flaw` says why a record cannot be trusted.
    mutating func next() throws(Refusal) -> (line: Int, fields: [String], flaw: String?)? {
        if isAtStart { try skipByteOrderMark() }
        while let byte = try peek(), byte == 0x0A || byte == 0x0D {
            if byte == 0x0A { line += 1 }
            at += 1
        }
        guard try peek() != nil else { return nil }
        let start = line
        var fields: [String] = []
        var field: [UInt8] = []
        var (isQuoted, isUTF8) = (false, true)
        var length = 0
        func end() {
            guard let text = Self.text(field) else { return isUTF8 = false }
            fields.append(text)
            field.removeAll(keepingCapacity: true)
        }
        while let byte = try peek() {
            at += 1
            length += 1
            if byte == 0x0A { line += 1 }
            if isQuoted {
                if byte != 0x22 {
                    if length <= Self.longest { field.append(byte) }
                } else if try peek() == 0x22 {
                    field.append(0x22)
                    at += 1
                } else {
                    isQuoted = false
                }
            } else if byte == 0x22, field.isEmpty {
                isQuoted = true
            } else if byte == 0x2C {
                end()
            } else if byte == 0x0A {
                break
            } else if length <= Self.longest {
                field.append(byte)
            }
        }
        end()
        let flaw: String? =
            if isQuoted {
                "A quotation mark opens and is never closed, so the rest of the file could not be read."
            } else if length > Self.longest {
                "The line is longer than 1 MiB; a quotation mark may be missing."
            } else if !isUTF8 {
                "The line is not UTF-8; save the file as UTF-8."
            } else { nil }
        return (start, fields, flaw)
    }

    /// Without the spaces around it; nil when it is not UTF-8.
    private static func text(_ bytes: [UInt8]) -> String? {
        var bytes = bytes[...]
        while let last = bytes.last, last == 0x0D || last == 0x20 { bytes.removeLast() }
        return String(validating: bytes.drop { $0 == 0x20 }, as: UTF8.self)
    }
}
