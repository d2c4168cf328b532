package import Exchange
import FHIR
package import Logging
import ServiceLifecycle
import Trust

/// Carries verified apps to the plans: takes the jobs that are due, one after another, and leaves each done, failed with its reason, or due
/// again. The jobs are rows, so a crash loses none.
package struct SyncDelivery: Service {
    package typealias Store = SyncStore & ApplicationStore

    private let store: any Store
    private let plans: [Plan]
    private let world: World
    private let logger: Logger

    package init(store: any Store, plans: [Plan], world: World, logger: Logger) {
        (self.store, self.plans, self.world, self.logger) = (store, plans, world, logger)
    }

    package func run() async throws {
        let wakeups = store.syncWakeups()
        for plan in plans {
            try await store.fillSyncs(plan: plan.key, isProduction: plan.policy.environment == .production, at: world.now())
        }
        let (ticks, tick) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in wakeups { tick.yield() } }
                group.addTask {
                    // What a crash left behind, and what was to be tried again.
                    while !Task.isCancelled {
                        tick.yield()
                        try? await Task.sleep(for: .seconds(2))
                    }
                    tick.finish()
                }
                group.addTask { for await _ in ticks { await work() } }
            }
        }
    }

    private func work() async {
        do throws(Refusal) {
            while !Task.isCancelled {
                let jobs = try await store.claimSyncs(limit: 16, lease: .seconds(30), at: world.now())
                if jobs.isEmpty { return }
                for job in jobs { await perform(job) }
            }
        } catch { logger.error("syncs cannot be claimed", metadata: ["cause": "\(error.cause ?? "unknown")"]) }
    }

    private func perform(_ job: SyncJob) async {
        do throws(Refusal) {
            if let problem = try problem(job) {
                // A rule that does not hold may hold again, when the app or the plan's rules change: from a minute to six hours.
                let pause = min(21_600, 60 << min(9, job.attempts))
                try await store.fail(job, because: problem, retryAt: world.now().adding(seconds: pause), at: world.now())
            } else {
                try await store.finish(job, at: world.now())
            }
        } catch {
            logger.error("a sync failed", metadata: ["cause": "\(error.cause ?? "unknown")"])
            let pause = min(300, 1 << min(8, job.attempts + 1))
            try? await store.fail(job, because: nil, retryAt: world.now().adding(seconds: pause), at: world.now())
        }
    }

    /// What must hold at the plan, asked once more: the address rules of its environment.
    private func problem(_ job: SyncJob) throws(Refusal) -> String? {
        guard let application = try store.application(job.application) else { return "The application is gone." }
        guard let plan = plans.first(where: { $0.key == job.plan }) else { return "This health plan is not served here any more." }
        for uri in application.redirectURIs {
            do throws(RedirectURI.Problem) { _ = try RedirectURI(uri, for: plan.policy.environment) } catch {
                return "\(uri): \(error.explanation)"
            }
        }
        return nil
    }
}
