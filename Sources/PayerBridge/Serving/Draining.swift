import Server
import ServiceLifecycle

/// Says that the server is about to leave, as soon as a signal asks for it, and holds the rest of the shutdown up for a grace, so that
/// whoever sends requests has time to send them elsewhere. It stands last among the services: they stop in reverse order.
struct Draining: Service {
    let state: ServerState
    let grace: Duration

    func run() async throws {
        try? await gracefulShutdown()
        state.drain()
        try? await Task.sleep(for: grace)
    }
}

/// Services that begin and stop together, so that the listener closes while the jobs give back what they hold.
struct Together: Service {
    let services: [any Service]

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            do {
                while try await group.next() != nil {
                    // One that ends by itself would leave a server that only looks whole.
                    guard Task.isShuttingDownGracefully || Task.isCancelled else { throw EndedEarly() }
                }
            } catch {
                group.cancelAll()
                throw error
            }
        }
    }

    struct EndedEarly: Error {}
}

/// A service that does not share the threads on which requests wait for a database: the operator's port answers when they are all taken.
struct OnCommonThreads: Service {
    let service: any Service

    func run() async throws {
        try await withTaskExecutorPreference(globalConcurrentExecutor) { try await service.run() }
    }
}
