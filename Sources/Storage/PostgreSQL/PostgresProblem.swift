import CPostgres

/// PostgreSQL said no, or is not there: its code and words, for the log.
struct PostgresProblem: Error, CustomStringConvertible {
    /// SQLSTATE; empty when there was no answer.
    let code: String
    let description: String

    init(code: String, _ words: String, doing: String) {
        self.code = code
        description = "PostgreSQL \(code): \(words.split(whereSeparator: \.isNewline).first ?? "no words") in \(doing.prefix(120))"
    }

    init(_ result: OpaquePointer?, _ connection: OpaquePointer?, doing: String) {
        let code = result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "C"))) }.map { String(cString: $0) } ?? ""
        let words =
            result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "M"))) }.map { String(cString: $0) }
            ?? String(cString: PQerrorMessage(connection))
        self.init(code: code, words, doing: doing)
    }

    /// Two changes got in each other's way; one of them is to be made anew.
    ///
    /// 40001 serialization failure, 40P01 deadlock, and 23505, which a serializable change may get in place of 40001.
    var isClash: Bool { code == "40001" || code == "40P01" || isDoubled }

    /// There is such a row already. Where that came of a clash, the change made anew sees the other's row and asks no more for its own.
    var isDoubled: Bool { code == "23505" }

    /// The server went away, is starting, or has become one that only reads.
    var isLost: Bool {
        code.isEmpty || code.hasPrefix("08") || code.hasPrefix("57P") || code == "25006"
    }
}
