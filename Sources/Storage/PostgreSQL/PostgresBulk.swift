import Exchange
import FHIR
import Foundation

/// A session through which imports write. One thread at a time.
final class PostgresBulk {
    private struct Plans {
        let table: PostgresResourceTable
        let writer: ResourceWriter
    }

    private let connection: PostgresConnection
    private let proof: PostgresStatement
    private var plans: [Key<Plan>: Plans] = [:]

    init(_ address: PostgresAddress) throws {
        connection = try PostgresConnection(address, for: .bulk)
        proof = PostgresStatement(connection, LeaseProof.sql + " FOR SHARE")
    }

    /// Throws `LeansOnEarlier` when `mayLean` is false and the batch does.
    func keep(
        _ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp, mayLean: Bool, for lease: TransferLease?, _ pace: ImportPace
    ) throws -> [ImportOutcome] {
        try write(plan, lease) { plan in
            (plan.table.mayLean, plan.table.pace) = (mayLean, pace)
            // By themselves: two batches that bring one member would otherwise wait for each other's end.
            try plan.table.bringMembers(of: batch)
        } body: {
            try $0.writer.keep(batch, at: now)
        }
    }

    func remove(
        _ resources: [(type: ResourceType, id: ResourceID)], plan: Key<Plan>, member: Key<Member>, for lease: TransferLease?
    ) throws {
        try write(plan, lease) { _ in
        } body: {
            try $0.writer.remove(resources, member: member)
        }
    }

    /// Returns once a synchronous standby has whatever can be seen now. What was found as it should be was perhaps written by somebody whose
    /// commit was never answered, and a transaction that only reads waits for nothing.
    func confirm() throws {
        do { try connection.run(Self.changeOfNothing) } catch let problem as PostgresProblem where problem.isLost && !problem.isOverdue {
            try connection.reopen()
            try connection.run(Self.changeOfNothing)
        }
    }

    private static let changeOfNothing = "UPDATE clinical_change SET number = number"

    /// One transaction after what comes before it; made anew when another writer was in its way or the server went. What had been kept then
    /// is found unchanged, which alone would wait for no standby: so after a commit that was not answered something is written in any case.
    private func write<T>(
        _ plan: Key<Plan>, _ lease: TransferLease?, before: (Plans) throws -> Void, body: (Plans) throws -> T
    ) throws -> T {
        let known = try plans[plan] ?? opened(plan)
        plans[plan] = known
        var tries = 0
        var (isCommitting, isInDoubt) = (false, false)
        while true {
            do {
                defer { known.table.forget() }
                try before(known)
                try connection.begin()
                if isInDoubt { try connection.run(Self.changeOfNothing) }
                let value = try body(known)
                // Last, so that whoever takes the transfer over waits for a commit, not for the work before it.
                if let lease { try LeaseProof.prove(lease, proof) }
                isCommitting = true
                try connection.commit()
                if known.table.foundNothing { known.table.expectsNew = true }
                return value
            } catch {
                connection.rollback()
                known.writer.forget()
                if isCommitting, (error as? PostgresProblem)?.isLost == true { isInDoubt = true }
                isCommitting = false
                if let problem = error as? PostgresProblem, problem.code == "23505", known.table.expectsNew {
                    known.table.expectsNew = false
                    continue
                }
                tries += 1
                guard let problem = error as? PostgresProblem, problem.isClash || problem.isLost, tries < 20 else { throw error }
                if problem.isLost { try connection.reopen() }
                Thread.sleep(forTimeInterval: .random(in: 0...0.05))
            }
        }
    }

    private func opened(_ plan: Key<Plan>) throws -> Plans {
        let table = PostgresResourceTable(connection, plan: plan)
        return Plans(table: table, writer: ResourceWriter(table, RosterWriter(StatementCache(connection), plan: plan)))
    }
}
