package import Exchange
package import FHIR
import Foundation

/// Received originals, version by version.
extension Store: KeptRecordStore {
    package func keepVersions(_ job: TransferJob, isWhole: Bool, localIDs: LocalIDs, at now: Timestamp) async throws(Refusal)
        -> TransferChange
    {
        let transfer = job.transfer
        let receivedAt = transfer.arrivedAt ?? now
        return try await change { writer in
            let held = try writer.statement("SELECT 1 FROM transfer WHERE number = ? AND lease_holder = ? AND state = 'keeping'")
            held.bind(1, transfer.key.number)
            held.bind(2, job.lease.holder)
            let isHeld = try held.step()
            held.reset()
            guard isHeld else { throw Refusal(.conflict, "The transfer is in other hands.") }
            let known = try Self.newest(transfer, writer)
            var change = TransferChange()
            var seen: Set<ResourceName> = []
            let insert = try writer.statement(
                """
                INSERT INTO kept_version (plan, member, payer, type, source_id, transfer, local_id, received_at, is_here, digest, body)
                SELECT plan, member, ?4, type, source_id, transfer, ?5, ?6, 1, digest, body FROM staged_resource
                WHERE plan = ?1 AND member = ?2 AND transfer = ?3 AND type = ?7 AND source_id = ?8
                ON CONFLICT DO NOTHING
                """)
            for (name, digest) in try Self.stagedDigests(transfer, writer) {
                seen.insert(name)
                let before = known[name]
                if let before, before.isHere, before.digest == digest {
                    change.unchanged += 1
                    continue
                }
                if before == nil { change.added += 1 } else { change.updated += 1 }
                insert.bind(1, transfer.plan.number)
                insert.bind(2, transfer.member.number)
                insert.bind(3, transfer.key.number)
                insert.bind(4, transfer.payer.number)
                insert.bind(5, localIDs[name.type, name.id].text)
                insert.bind(6, receivedAt.milliseconds)
                insert.bind(7, Int64(name.type.rawValue))
                insert.bind(8, name.id)
                _ = try insert.step()
                insert.reset()
            }
            guard isWhole else { return change }
            let gone = try writer.statement(
                """
                INSERT INTO kept_version (plan, member, payer, type, source_id, transfer, local_id, received_at, is_here, digest, body)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?9) ON CONFLICT DO NOTHING
                """)
            for (name, before) in known where before.isHere && !seen.contains(name) {
                change.disappeared += 1
                gone.bind(1, transfer.plan.number)
                gone.bind(2, transfer.member.number)
                gone.bind(3, transfer.payer.number)
                gone.bind(4, Int64(name.type.rawValue))
                gone.bind(5, name.id)
                gone.bind(6, transfer.key.number)
                gone.bind(7, localIDs[name.type, name.id].text)
                gone.bind(8, receivedAt.milliseconds)
                gone.bind(9, [UInt8]())
                _ = try gone.step()
                gone.reset()
            }
            return change
        }
    }

    private struct ResourceName: Hashable {
        let type: ResourceType
        let id: String
    }

    /// The newest version of each that an earlier transfer brought.
    private static func newest(_ transfer: Transfer, _ writer: Transaction) throws -> [ResourceName: (isHere: Bool, digest: [UInt8])] {
        let row = try writer.statement(
            """
            SELECT type, source_id, is_here, digest FROM kept_version
            WHERE plan = ? AND member = ? AND payer = ? AND transfer < ? ORDER BY type, source_id, transfer
            """)
        defer { row.reset() }
        row.bind(1, transfer.plan.number)
        row.bind(2, transfer.member.number)
        row.bind(3, transfer.payer.number)
        row.bind(4, transfer.key.number)
        var found: [ResourceName: (isHere: Bool, digest: [UInt8])] = [:]
        while try row.step() {
            guard let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: row.int(0))) else { continue }
            found[ResourceName(type: type, id: row.text(1))] = (row.int(2) == 1, Array(row.bytes(3)))
        }
        return found
    }

    private static func stagedDigests(_ transfer: Transfer, _ writer: Transaction) throws -> [(ResourceName, [UInt8])] {
        let row = try writer.statement("SELECT type, source_id, digest FROM staged_resource WHERE plan = ? AND member = ? AND transfer = ?")
        defer { row.reset() }
        bind(row, transfer)
        var found: [(ResourceName, [UInt8])] = []
        while try row.step() {
            guard let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: row.int(0))) else { continue }
            found.append((ResourceName(type: type, id: row.text(1)), Array(row.bytes(2))))
        }
        return found
    }

    package func eachKept(
        payer: Key<SendingPayer>, member: Key<Member>, plan: Key<Plan>, _ body: (KeptResource) throws -> Void
    ) throws {
        try read { reader in
            try reader.snapshot {
                let row = try reader.statement(
                    """
                    SELECT type, source_id, local_id, transfer, received_at, body FROM kept_version v
                    WHERE plan = ?1 AND member = ?2 AND payer = ?3 AND is_here = 1 AND NOT EXISTS (
                        SELECT 1 FROM kept_version n WHERE n.plan = v.plan AND n.member = v.member AND n.payer = v.payer
                            AND n.type = v.type AND n.source_id = v.source_id AND n.transfer > v.transfer AND n.is_here = 1)
                    ORDER BY type, source_id
                    """)
                defer { row.reset() }
                row.bind(1, plan.number)
                row.bind(2, member.number)
                row.bind(3, payer.number)
                while try row.step() {
                    guard let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: row.int(0))), let local = ResourceID(row.text(2))
                    else { continue }
                    try body(
                        KeptResource(
                            payer: payer, type: type, sourceID: row.text(1), localID: local, transfer: Key(row.int(3)),
                            receivedAt: Timestamp(milliseconds: row.int(4)), body: Array(row.bytes(5))))
                }
            }
        }
    }

    package func broughtOnly(by transfer: Transfer) throws(Refusal) -> [(type: ResourceType, localID: ResourceID)] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT type, local_id FROM kept_version v WHERE plan = ?1 AND member = ?2 AND payer = ?3 AND transfer = ?4 AND is_here = 1
                    AND NOT EXISTS (SELECT 1 FROM kept_version o WHERE o.plan = v.plan AND o.member = v.member AND o.payer = v.payer
                        AND o.type = v.type AND o.source_id = v.source_id AND o.transfer <> v.transfer AND o.is_here = 1)
                """)
            defer { row.reset() }
            row.bind(1, transfer.plan.number)
            row.bind(2, transfer.member.number)
            row.bind(3, transfer.payer.number)
            row.bind(4, transfer.key.number)
            var found: [(type: ResourceType, localID: ResourceID)] = []
            while try row.step() {
                guard let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: row.int(0))), let id = ResourceID(row.text(1)) else {
                    continue
                }
                found.append((type, id))
            }
            return found
        }
    }

    package func forgetVersions(_ job: TransferJob, at now: Timestamp) async throws(Refusal) {
        let transfer = job.transfer
        try await change { database in
            let isHeld = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM transfer WHERE number = ? AND lease_holder = ? AND state = 'undoing')",
                arguments: [transfer.key.number, job.lease.holder])
            guard isHeld == true else { throw Refusal(.conflict, "The transfer is in other hands.") }
            try database.execute(
                sql: "DELETE FROM kept_version WHERE plan = ? AND member = ? AND payer = ? AND transfer = ?",
                arguments: [transfer.plan.number, transfer.member.number, transfer.payer.number, transfer.key.number])
        }
    }

    package func newestKept(payer: Key<SendingPayer>, member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> Key<Transfer>? {
        try read { reader in
            let row = try reader.statement(
                "SELECT max(number) FROM transfer WHERE plan = ? AND member = ? AND payer = ? AND state = 'kept'")
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, member.number)
            row.bind(3, payer.number)
            guard try row.step() else { return nil }
            return row.optionalInt(0).map { Key($0) }
        }
    }

    package func hasKept(_ member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> Bool {
        try read { reader in
            let row = try reader.statement("SELECT 1 FROM kept_version WHERE plan = ? AND member = ? LIMIT 1")
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, member.number)
            return try row.step()
        }
    }

    package func origins(of member: Key<Member>, plan: Key<Plan>) throws(Refusal) -> [Reference: Origin] {
        try read { reader in
            let row = try reader.statement(
                """
                SELECT payer, type, source_id, local_id, received_at, is_here FROM kept_version WHERE plan = ? AND member = ?
                ORDER BY payer, type, source_id, transfer
                """)
            defer { row.reset() }
            row.bind(1, plan.number)
            row.bind(2, member.number)
            var found: [Reference: Origin] = [:]
            while try row.step() {
                guard let type = ResourceType(rawValue: UInt8(truncatingIfNeeded: row.int(1))), let id = ResourceID(row.text(3)) else {
                    continue
                }
                let isHere = row.int(5) == 1
                let reference = Reference(type, id)
                // That it was not sent again says nothing about when the bytes came.
                let receivedAt = isHere ? Timestamp(milliseconds: row.int(4)) : found[reference]?.receivedAt
                found[reference] = Origin(
                    payer: Key(row.int(0)), sourceID: row.text(2), receivedAt: receivedAt ?? Timestamp(milliseconds: row.int(4)),
                    hasDisappeared: !isHere)
            }
            return found
        }
    }
}
