import CPostgres

/// Where a PostgreSQL store is: a libpq connection URI such as `postgres://payerbridge@db1,db2/plan?target_session_attrs=read-write`.
///
/// It may hold a password, so it does not print; a password in a file (`passfile`) is the better way.
package struct PostgresAddress: Sendable, CustomStringConvertible {
    let uri: String

    /// nil when libpq does not read it as such a URI, or reads a part of the password as something else.
    ///
    /// Whatever libpq says of a part that it misread may hold the password, so it is not asked to connect then, and its words are not told.
    package init?(_ text: String) {
        guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://"), Self.isPlain(text) else { return nil }
        uri = text
    }

    package var description: String { "<private>" }

    /// What a text that is no address must become; without a part of it.
    package static let hint =
        "such as postgres://payerbridge@db.example.com/payerbridge. In a password %, @ and / must be percent-encoded (%25, %40, %2F); better, name a passfile: …?passfile=/etc/payerbridge/pgpass"

    /// Whether each part is what its place says. An `@` or `/` that is not encoded ends the password early, so that the rest of it is read as
    /// the host's name, the port or the database.
    private static func isPlain(_ text: String) -> Bool {
        guard let options = PQconninfoParse(text, nil) else { return false }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            defer { option += 1 }
            guard let value = option.pointee.val.map({ String(cString: $0) }) else { continue }
            switch String(cString: keyword) {
            case "host", "hostaddr", "dbname": if value.contains("@") { return false }
            case "port":
                let ports = value.split(separator: ",", omittingEmptySubsequences: false)
                guard ports.allSatisfy({ $0.isEmpty || UInt16($0) != nil }) else { return false }
            default: break
            }
        }
        return true
    }
}
