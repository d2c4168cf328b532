import Exchange
package import Logging
import ServiceLifecycle

/// Keeps the requests that have gathered, once a second, and what is left at the end.
package struct RequestKeeping: Service {
    private let site: Site
    private let logger: Logger

    package init(site: Site, logger: Logger) { (self.site, self.logger) = (site, logger) }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                await flush()
            }
        }
        await flush()
    }

    private func flush() async {
        do { try await site.requests?.flush(to: site.store, world: site.world) } catch {
            logger.error("requests cannot be kept", metadata: ["cause": "\(error.cause ?? "unknown")"])
        }
    }
}
