import Synchronization

/// Whether a server takes part or is about to leave; whoever sends it requests reads it at `/readyz`.
package final class ServerState: Sendable {
    private let draining = Atomic(false)

    package init() {}

    /// From now on the server says that it is not ready; it still answers what comes.
    package func drain() { draining.store(true, ordering: .releasing) }

    package var isDraining: Bool { draining.load(ordering: .acquiring) }
}
