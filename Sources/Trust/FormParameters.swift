/// Why a form or query could not be read.
package enum FormProblem: Error, Sendable, Equatable {
    /// More bytes than the limit: answer 413.
    case tooLarge
    /// More fields than the limit.
    case tooMany
    /// A broken percent escape, invalid UTF-8 or a NUL.
    case badEncoding
}

/// A parameter that may come once came again (RFC 6749 §3.1).
package struct RepeatedParameter: Error, Sendable, Equatable {
    package let name: String
}

/// The fields of an `application/x-www-form-urlencoded` body or query, in the order they came; empty fields between `&` are skipped.
package struct FormParameters: Sendable, PrivateValue {
    package private(set) var pairs: [(name: String, value: String)] = []

    /// Reads a body or a query (without its `?`): strict UTF-8, `+` is a space, limits checked before any work is done.
    package init(_ bytes: some Collection<UInt8>, maximumBytes: Int = 16_384, maximumFields: Int = 64) throws(FormProblem) {
        guard bytes.count <= maximumBytes else { throw .tooLarge }
        try read(Array(bytes), maximumFields)
    }

    private mutating func read(_ bytes: [UInt8], _ maximumFields: Int) throws(FormProblem) {
        for field in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            guard pairs.count < maximumFields else { throw .tooMany }
            if let equals = field.firstIndex(of: UInt8(ascii: "=")) {
                let name = try Self.decoded(field[..<equals])
                pairs.append((name, try Self.decoded(field[field.index(after: equals)...])))
            } else {
                pairs.append((try Self.decoded(field), ""))
            }
        }
    }

    /// Reads the query of a request target; nil is an empty form.
    package init(query: String?) throws(FormProblem) {
        try self.init(Array((query ?? "").utf8))
    }

    /// The one value of a parameter; nil when it is missing or empty. RFC 6749 §3.1.
    package func single(_ name: String) throws(RepeatedParameter) -> String? {
        let found = values(name)
        guard found.count <= 1 else { throw RepeatedParameter(name: name) }
        guard let value = found.first, !value.isEmpty else { return nil }
        return value
    }

    /// The first value of a field, empty ones included: for the fields of our own pages.
    package func value(_ name: String) -> String? {
        pairs.first { $0.name.hasSameBytes(as: name) }?.value
    }

    /// Every value of a field, in order.
    package func values(_ name: String) -> [String] {
        pairs.filter { $0.name.hasSameBytes(as: name) }.map(\.value)
    }

    /// True when the field came at all, even empty.
    package func contains(_ name: String) -> Bool {
        pairs.contains { $0.name.hasSameBytes(as: name) }
    }

    /// One form-encoded text; also the encoding of the user and password of RFC 6749 §2.3.1.
    static func decoded(_ text: ArraySlice<UInt8>) throws(FormProblem) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            var decoded = byte
            if byte == UInt8(ascii: "+") {
                decoded = 0x20
            } else if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(PercentEncoding.digit), let low = iterator.next().flatMap(PercentEncoding.digit)
                else { throw .badEncoding }
                decoded = high << 4 | low
            }
            guard decoded != 0 else { throw .badEncoding }
            output.append(decoded)
        }
        guard let string = String(validating: output, as: UTF8.self) else { throw .badEncoding }
        return string
    }
}
