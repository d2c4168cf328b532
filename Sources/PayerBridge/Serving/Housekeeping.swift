import Exchange
import Logging
import ServiceLifecycle
import Storage

/// Once an hour, throws away what has run out: codes, tokens, counted attempts, and the text of mails that never left.
struct Housekeeping: Service {
    let store: Store
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await store.tidy(at: World.real.now()) } catch {
                    logger.error("housekeeping failed", metadata: ["cause": "\((error as? Refusal)?.cause ?? "unknown")"])
                }
                try? await Task.sleep(for: .seconds(3600))
            }
        }
    }
}
