import CPostgres
import Exchange

/// PostgreSQL said no, or is not there: its code and words, for the log.
struct PostgresProblem: Error, CustomStringConvertible {
    /// SQLSTATE; empty when there was no answer.
    let code: String
    let description: String
    /// The answer did not come in time. To ask the same again would double the wait, and a hanging server's work.
    var isOverdue = false

    init(code: String, _ words: String, doing: String) {
        self.code = code
        // With several hosts each has a line; the last may say what the first does not.
        let lines = words.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " || $0 == "\t" } }
        description =
            "PostgreSQL\(code.isEmpty ? "" : " \(code)"): \(lines.isEmpty ? "no words" : lines.joined(separator: "; ").prefix(600)) in \(doing.prefix(120))"
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

    /// For whoever starts the program: what to look after. PostgreSQL gives no code for what it says before a session is open.
    var atOpening: Refusal {
        let advice =
            switch code {
            case "42501":
                "The user may not make tables in it: make the database with createdb --owner USER, or GRANT CREATE ON SCHEMA public TO USER."
            case "25006": "It only reads: name the server that writes, or all of them (postgres://db1,db2/…)."
            case "53300": "It has too many sessions: raise max_connections; each server needs 36."
            case "53100": "Its disk is full."
            default: "Check that it is running and that the database exists, and its address, user and password."
            }
        return Refusal(.unavailable, "The PostgreSQL database cannot be opened. \(advice)", cause: description)
    }
}
