import FHIR
import Foundation
import Synchronization

/// How an import gives way to those who read: while records are being disclosed it works a part of the time, all its threads in the same part.
///
/// A priority decides who has a processor first, not how much an import writes to the disk or takes of what processors share.
package final class ImportPace: Sendable {
    /// Never rests.
    package static let full = ImportPace(newest: nil)

    /// Milliseconds of a turn.
    package static let turn: Int64 = 48
    /// How many at the beginning of a turn belong to the import.
    private let work: Int64

    /// What the import goes by: a steady clock, and the sleep of a thread.
    struct Clock: Sendable {
        var now: @Sendable () -> Int64 = { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) }
        var sleep: @Sendable (_ milliseconds: Int64) -> Void = { usleep(UInt32($0) * 1000) }
    }

    private struct Look {
        var turn: Int64 = -1
        var newest: Timestamp?
        var isBeingRead = false
    }

    private let newest: (@Sendable () -> Timestamp?)?
    private let clock: Clock
    private let look = Mutex(Look())

    /// Whoever is disclosed to stands in the store's log.
    package convenience init(givingWayIn store: any DisclosureLog & ImportStore) {
        self.init(work: store.batches.besideReads) { (try? store.newestDisclosure()) ?? nil }
    }

    init(work: Int64 = 12, clock: Clock = Clock(), newest: (@Sendable () -> Timestamp?)?) {
        (self.work, self.clock, self.newest) = (work, clock, newest)
    }

    /// Said by each thread between two small pieces of work: returns at once, or after the readers' part of the turn.
    ///
    /// `isWanted` tells of somebody who waits for what the caller holds; it ends the rest, and is answered with true then.
    @discardableResult
    package func rest(unless isWanted: () -> Bool = { false }) -> Bool {
        guard newest != nil else { return false }
        var now = clock.now()
        let turn = now / Self.turn
        guard now % Self.turn >= work, isBeingRead(in: turn) else { return false }
        while now / Self.turn == turn {
            if isWanted() { return true }
            clock.sleep(1)
            now = clock.now()
        }
        return false
    }

    /// Whether records are being read, as far as is known, so that smaller pieces of work are better.
    package var isGivingWay: Bool { newest != nil && look.withLock { $0.isBeingRead } }

    /// Whether anything was disclosed since the turn in which that was asked before. Asked once in each.
    private func isBeingRead(in turn: Int64) -> Bool {
        look.withLock { look in
            guard turn != look.turn, let newest else { return look.isBeingRead }
            let before = look
            look = Look(turn: turn, newest: newest())
            look.isBeingRead = before.turn >= 0 && look.newest != before.newest
            return look.isBeingRead
        }
    }
}
