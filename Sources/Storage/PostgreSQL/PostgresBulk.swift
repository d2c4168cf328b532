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
    private var plans: [Key<Plan>: Plans] = [:]

    init(_ address: PostgresAddress) throws { connection = try PostgresConnection(address, for: .bulk) }

    /// Throws `LeansOnEarlier` when `mayLean` is false and the batch does.
    func keep(
        _ batch: [PreparedResource], plan: Key<Plan>, at now: Timestamp, mayLean: Bool, until end: ContinuousClock.Instant?,
        _ pace: ImportPace
    ) throws -> [ImportOutcome] {
        try write(plan, until: end) { plan in
            (plan.table.mayLean, plan.table.pace) = (mayLean, pace)
            // By themselves: two batches that bring one member would otherwise wait for each other's end.
            try plan.table.bringMembers(of: batch)
        } body: {
            try $0.writer.keep(batch, at: now)
        }
    }

    func remove(
        _ resources: [(type: ResourceType, id: ResourceID)], plan: Key<Plan>, member: Key<Member>, until end: ContinuousClock.Instant?
    ) throws {
        try write(plan, until: end) { _ in
        } body: {
            try $0.writer.remove(resources, member: member)
        }
    }

    /// One transaction after what comes before it; made anew when another writer was in its way or the server went. What had been kept then
    /// is found unchanged, which alone would wait for no standby: so after a commit that was not answered something is written in any case.
    private func write<T>(
        _ plan: Key<Plan>, until end: ContinuousClock.Instant?, before: (Plans) throws -> Void, body: (Plans) throws -> T
    ) throws -> T {
        func checkTime() throws(Refusal) {
            guard let end, ContinuousClock.now >= end else { return }
            throw Refusal(.unavailable, "The store was away for too long. It is tried again.", cause: "a batch was not kept in its time")
        }
        let known = try plans[plan] ?? opened(plan)
        plans[plan] = known
        var tries = 0
        var (isCommitting, isInDoubt) = (false, false)
        while true {
            do {
                defer { known.table.forget() }
                try before(known)
                try connection.begin()
                try checkTime()
                if isInDoubt { try connection.run("UPDATE clinical_change SET number = number") }
                let value = try body(known)
                try checkTime()
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
