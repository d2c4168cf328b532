import Foundation
import Storage

/// The PostgreSQL server of a sandbox that has one, noted in its directory so that the other commands find it by the directory alone.
enum SandboxDatabase {
    private static func file(_ data: String) -> String { data + "/database" }

    static func noted(in data: String) throws -> PostgresAddress? {
        guard FileManager.default.fileExists(atPath: file(data)) else { return nil }
        guard let address = PostgresAddress(try KeyFile.text(file(data))) else {
            throw ConfigurationProblem(
                "\(file(data)) does not hold a PostgreSQL address; delete it, or the whole directory, to begin anew.")
        }
        return address
    }

    /// What the sandbox was started with, or was started with before.
    static func chosen(_ text: String?, data: String) throws -> PostgresAddress? {
        guard let text else { return try noted(in: data) }
        try FileManager.default.createDirectory(
            atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let noted = try KeyFile.text(file(data), orMake: text)
        guard noted == text else {
            throw ConfigurationProblem("The sandbox in \(data) has another database. Use another --data for this one.")
        }
        return PostgresAddress(text)
    }
}
