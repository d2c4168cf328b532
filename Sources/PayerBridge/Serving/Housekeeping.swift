import Exchange
import Logging
import ServiceLifecycle
import Storage

/// Once an hour, throws away what has run out: codes, tokens, counted attempts, the text of mails that never left, and uploads that
/// were broken off.
struct Housekeeping: Service {
    let store: Store
    /// Nil where no portal is open.
    let evidence: (any EvidenceBytes)?
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await store.tidy(at: World.real.now())
                    try await evidence?.tidyUploads(at: World.real.now())
                } catch {
                    logger.error("housekeeping failed", metadata: ["cause": "\((error as? Refusal)?.cause ?? "unknown")"])
                }
                try? await Task.sleep(for: .seconds(3600))
            }
        }
    }
}
