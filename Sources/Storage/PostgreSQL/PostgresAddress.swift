/// Where a PostgreSQL store is: a libpq connection URI such as `postgres://payerbridge@db1,db2/plan?target_session_attrs=read-write`.
///
/// It may hold a password, so it does not print; a password in a file (`passfile`) is the better way.
package struct PostgresAddress: Sendable, CustomStringConvertible {
    let uri: String

    /// nil when it is not such a URI.
    package init?(_ text: String) {
        guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") else { return nil }
        uri = text
    }

    package var description: String { "<private>" }
}
