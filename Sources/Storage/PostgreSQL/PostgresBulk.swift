import Exchange
import FHIR
import Foundation

/// The session through which imports write. One thread at a time.
final class PostgresBulk {
    private struct Plans {
        let table: PostgresResourceTable
        let writer: ResourceWriter
    }

    private let connection: PostgresConnection
    private var plans: [Key<Plan>: Plans] = [:]

    init(_ address: PostgresAddress) throws { connection = try PostgresConnection(address, for: .bulk) }

    func keep(_ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp) throws -> [ImportOutcome] {
        try write(plan) { try $0.keep(batch, at: now) }
    }

    func remove(_ resources: [(type: ResourceType, id: ResourceID)], plan: Key<Plan>, member: Key<Member>) throws {
        try write(plan) { try $0.remove(resources, member: member) }
    }

    /// One transaction; made anew when another writer was in its way or the server went. What had been kept then is found unchanged.
    private func write<T>(_ plan: Key<Plan>, _ body: (ResourceWriter) throws -> T) throws -> T {
        let known = try plans[plan] ?? opened(plan)
        plans[plan] = known
        var tries = 0
        while true {
            do {
                defer { known.table.forget() }
                try connection.begin()
                let value = try body(known.writer)
                try connection.commit()
                return value
            } catch {
                connection.rollback()
                known.writer.forget()
                tries += 1
                guard let problem = error as? PostgresProblem, problem.isClash || problem.isLost, tries < 20 else { throw error }
                if problem.isLost { try connection.reopen() }
                Thread.sleep(forTimeInterval: .random(in: 0...0.05))
            }
        }
    }

    private func opened(_ plan: Key<Plan>) throws -> Plans {
        let table = PostgresResourceTable(connection, plan: plan)
        return Plans(table: table, writer: ResourceWriter(table, try RosterWriter(connection, plan: plan)))
    }

    /// A commit that waits for the disk takes all before it along.
    func settle() throws {
        try connection.run("BEGIN; SET LOCAL synchronous_commit = on; UPDATE clinical_change SET number = number; COMMIT")
    }
}
