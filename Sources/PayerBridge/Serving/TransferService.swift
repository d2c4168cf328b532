import Exchange
import Receiver
import ServiceLifecycle
import Storage

/// Runs the transfers while the server runs.
struct TransferService: Service {
    let store: Store
    let worker: TransferWorker

    func run() async throws {
        // One server works on this store, so whoever held a transfer before has ended.
        try await store.releaseLeases(at: World.real.now())
        await cancelWhenGracefulShutdown { await worker.run() }
    }
}
