import Exchange
import FHIR
import Foundation
import Synchronization

/// Puts what arrives into the store, some hundred resources at a time, and keeps count against the limits of one transfer.
final class TransferLanding: Sendable {
    let job: TransferJob
    private let store: any TransferStore
    private let world: World
    private let settings: TransferSettings
    private let tally: Tally
    private let totals: Mutex<Totals>

    private struct Totals {
        var resources: Int
        var bytes: Int
        /// Requests and retries that the store knows of.
        var told = (requests: 0, retries: 0)
    }

    private static let chunkCount = 400
    private static let chunkBytes = 2 << 20

    /// `resources` and `bytes`: what an earlier run has brought.
    init(job: TransferJob, store: any TransferStore, world: World, settings: TransferSettings, tally: Tally, resources: Int, bytes: Int) {
        (self.job, self.store, self.world, self.settings, self.tally) = (job, store, world, settings, tally)
        totals = Mutex(Totals(resources: resources, bytes: bytes))
    }

    /// Keeps these and then that the leg stands as given; the leg moves with the last part alone, so that what was cut off comes again.
    func land(_ resources: [StagedResource], _ issues: [TransferIssue], leg: TransferLeg, from before: TransferLeg) async throws(Refusal) {
        var rest = resources[...]
        while true {
            var page = LandedPage(leg: before)
            var bytes = 0
            while let next = rest.first, page.resources.count < Self.chunkCount, bytes < Self.chunkBytes {
                bytes += next.body.count
                page.resources.append(next)
                rest = rest.dropFirst()
            }
            if rest.isEmpty {
                page.leg = leg
                page.issues = issues
            }
            let now = world.now()
            let counts = tally.now
            let news = totals.withLock { totals in
                totals.resources += page.resources.count
                totals.bytes += bytes
                let news = (counts.requests - totals.told.requests, counts.retries - totals.told.retries)
                totals.told = counts
                return news
            }
            try await store.land(
                page, requests: news.0, retries: news.1, job.lease, until: now.adding(seconds: Int(settings.lease.components.seconds)),
                at: now)
            if rest.isEmpty { return }
        }
    }

    /// Why no more may come, or nil.
    var overflow: String? {
        totals.withLock { totals in
            if totals.resources > settings.mostResources { return "there are more than \(settings.mostResources) resources" }
            if totals.bytes > settings.mostBytes { return "there are more than \(settings.mostBytes) bytes" }
            return nil
        }
    }
}
