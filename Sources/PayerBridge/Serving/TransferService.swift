import Exchange
import Receiver
import ServiceLifecycle
import Storage

/// Runs the transfers while the server runs.
struct TransferService: Service {
    let store: Store
    let worker: TransferWorker

    func run() async throws {
        // An embedded store has one server, so whoever held a transfer before has ended. On a database others may be at work: what a node
        // that is gone held is taken over when its lease ends.
        if !store.waits { try await store.releaseLeases(at: World.real.now()) }
        await cancelWhenGracefulShutdown { await worker.run() }
    }
}
