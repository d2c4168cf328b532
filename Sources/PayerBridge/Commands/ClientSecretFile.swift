import Foundation

/// The file that holds the client secret which a sending payer gave us.
enum ClientSecretFile {
    /// The secret without white space; nil without a file, for a public client.
    static func text(_ path: String?) throws -> String? {
        guard let path else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else { throw ConfigurationProblem("There is no file \(path).") }
        return String(decoding: data.filter { $0 > 0x20 }, as: UTF8.self)
    }
}
