import Foundation
import GRDB
import TestSupport

/// The store's file, looked into and changed past the store's own promises.
struct StoreFile {
    private let queue: DatabaseQueue

    init(_ site: RunningSite) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        queue = try DatabaseQueue(path: site.folder + "/payerbridge.sqlite", configuration: configuration)
    }

    /// Rows as texts, columns joined by `|`.
    func rows(_ sql: String) throws -> [String] {
        try queue.read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                row.databaseValues.map { String.fromDatabaseValue($0) ?? Int64.fromDatabaseValue($0).map { "\($0)" } ?? "" }.joined(
                    separator: "|")
            }
        }
    }

    func change(_ sql: String) throws { try queue.write { try $0.execute(sql: sql) } }
}

extension RunningSite {
    /// The grants as the store has them: `decider|name|relationship|scope`.
    func grantRows() throws -> [String] {
        try StoreFile(self).rows("SELECT decider, coalesce(representative_name, ''), coalesce(relationship, ''), scope FROM access_grant")
    }
}
