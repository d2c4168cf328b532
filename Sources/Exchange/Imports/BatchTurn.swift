import Foundation
import Synchronization

/// A batch's place among the batches of one import, of which a store may keep several at once.
///
/// What a batch holds may lean on what an earlier one brings; whoever keeps it waits for that then.
package final class BatchTurn: Sendable {
    private let before: Mutex<BatchTurn?>
    private let kept = DispatchGroup()
    /// Of the transfer for which it is kept; nothing is kept when that is in other hands by then. Nil when it is for none.
    package let lease: TransferLease?

    /// Nil when no batch was before it.
    package init(after before: BatchTurn? = nil, for lease: TransferLease? = nil) {
        self.before = Mutex(before)
        self.lease = lease
        kept.enter()
    }

    /// Blocks until every batch before this one has been kept, or has failed.
    package func waitForEarlier() { before.withLock { $0 }?.kept.wait() }

    /// This one is done. It ends after all before it.
    package func end() {
        waitForEarlier()
        before.withLock { $0 = nil }
        kept.leave()
    }
}
