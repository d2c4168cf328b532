package import Exchange
import FHIR
import Foundation
import GRDBSQLite
import Synchronization

/// The log of disclosures in a SQLite file of its own: one thread writes, and what waits meanwhile goes into its next commit.
package final class SQLiteDisclosureLog: DisclosureLog {
    private struct Waiting: Sendable {
        let disclosure: Disclosure
        let done: @Sendable (Refusal?) -> Void
    }

    private let queue = GroupQueue<Waiting>(groupSize: 1024)
    private let writing = DispatchQueue(label: "payerbridge.disclosures", qos: .userInitiated)
    private let writer: Mutex<DisclosureWriter>
    private let readers: ReaderPool

    init(path: String) throws {
        writer = Mutex(try DisclosureWriter(path: path))
        readers = ReaderPool(path: path)
    }

    package func record(_ disclosure: Disclosure, done: @escaping @Sendable (Refusal?) -> Void) {
        if queue.mustDrain(adding: Waiting(disclosure: disclosure, done: done)) { writing.async { self.drain() } }
    }

    private func drain() {
        while let group = queue.next() {
            var refusal: Refusal?
            do { try writer.withLock { try $0.keep(group.lazy.map(\.disclosure)) } } catch {
                refusal = Refusal(.unavailable, "The disclosure could not be recorded, so nothing was disclosed.", cause: "\(error)")
            }
            for waiting in group { waiting.done(refusal) }
        }
    }

    package func disclosures(of member: Key<Member>, plan: Key<Plan>, limit: Int) throws(Refusal) -> [Disclosure] {
        do {
            return try readers.read { reader in
                let row = try reader.statement(
                    """
                    SELECT number, at, plan, member, "grant", app, interaction, type, target, resources FROM disclosure
                    WHERE plan = ? AND member = ? ORDER BY number DESC LIMIT ?
                    """)
                defer { row.reset() }
                row.bind(1, plan.number)
                row.bind(2, member.number)
                row.bind(3, Int64(limit))
                var found: [Disclosure] = []
                while try row.step() { if let disclosure = DisclosureRows.disclosure(row) { found.append(disclosure) } }
                return found
            }
        } catch { throw Refusal(.unavailable, "The log of disclosures cannot be read.", cause: "\(error)") }
    }

    package func verify() throws(Refusal) -> Int {
        do { return try readers.read { reader in try reader.snapshot { try DisclosureRows.verify(reader) } } } catch {
            throw error as? Refusal ?? Refusal(.unavailable, "The log of disclosures cannot be read.", cause: "\(error)")
        }
    }
}
