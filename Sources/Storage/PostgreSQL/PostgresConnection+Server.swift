import CPostgres
import Exchange
import FHIR

/// What a session knows of the server it is with.
extension PostgresConnection {
    /// Whether the server and the database are such as the program needs.
    func check(oldest: Int32) throws(Refusal) {
        let version = PQserverVersion(handle)
        guard version >= oldest else {
            throw Refusal(.unavailable, "The server is PostgreSQL \(version / 10_000); \(oldest / 10_000) or newer is needed.")
        }
        let encoding = PQparameterStatus(handle, "server_encoding").map { String(cString: $0) }
        guard encoding == "UTF8" else {
            throw Refusal(
                .unavailable,
                "The database keeps text as \(encoding ?? "something unknown"). Make one that keeps UTF-8: createdb --encoding UTF8 --template template0 …"
            )
        }
    }

    /// The server's clock, in milliseconds since 1970.
    func clock() throws -> Timestamp {
        let asked = PostgresStatement(self, "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)")
        guard try asked.step() else { throw MissingRow() }
        return Timestamp(milliseconds: asked.int(0))
    }

    /// As the address names it.
    var host: String { String(cString: PQhost(handle)) }

    /// Whether nobody on a network can read along: it is encrypted, or goes a way that stays on this machine.
    var isPrivate: Bool {
        PQsslInUse(handle) == 1 || PQgssEncInUse(handle) == 1 || Self.isOnThisMachine(String(cString: PQhostaddr(handle)))
    }

    /// An IP address as the session has it; empty for a socket in the file system.
    static func isOnThisMachine(_ address: String) -> Bool { address.isEmpty || address == "::1" || address.hasPrefix("127.") }
}
