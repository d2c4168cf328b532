import Synchronization

/// Where a server is in its life; whoever sends it requests reads it at `/readyz`.
package final class ServerState: Sendable {
    package enum Phase: UInt8, AtomicRepresentable, Sendable { case starting, serving, draining }

    private let current = Atomic(Phase.starting)

    package init() {}

    package var phase: Phase { current.load(ordering: .acquiring) }

    /// The listener is open. A server that is about to leave stays so.
    func serve() { _ = current.compareExchange(expected: .starting, desired: .serving, ordering: .acquiringAndReleasing) }

    /// From now on the server says that it is not ready; it still answers what comes.
    package func drain() { current.store(.draining, ordering: .releasing) }
}
