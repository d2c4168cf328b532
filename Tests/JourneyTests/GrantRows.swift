import Foundation
import TestSupport

extension RunningSite {
    /// The grants as the store has them: `decider|name|relationship|scope`.
    func grantRows() throws -> [String] { try rows("SELECT decider, coalesce(representative_name, ''), coalesce(relationship, ''), scope FROM access_grant") }

    /// What a query of the store's file gives, columns joined by `|`; asked through SQLite's own program would need one, so through its library.
    func rows(_ sql: String) throws -> [String] { try StoreFile(folder).rows(sql) }
}
