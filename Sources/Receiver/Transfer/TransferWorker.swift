package import Exchange
import FHIR
package import Logging
import Synchronization

/// Brings, keeps and undoes: takes the transfers that are due, several at a time, and leaves each arrived, kept, undone, failed with its
/// reason, or due again. They are rows with a lease, so a crash loses none.
package struct TransferWorker: Sendable {
    package typealias Store = TransferStore & KeptRecordStore & MemberStore & ImportStore & RemovalStore & ClinicalStore & AuditStore

    private let store: any Store
    private let world: World
    private let settings: TransferSettings
    private let sealing: Sealing
    /// Plans whose members need not look before it is kept.
    private let keepsAtOnce: Set<Key<Plan>>
    private let logger: Logger
    private let holder: String

    package init(
        store: any Store, world: World, settings: TransferSettings, sealing: Sealing, keepsAtOnce: Set<Key<Plan>>, holder: String,
        logger: Logger
    ) {
        (self.store, self.world, self.settings, self.sealing) = (store, world, settings, sealing)
        (self.keepsAtOnce, self.holder, self.logger) = (keepsAtOnce, holder, logger)
    }

    /// Works until its task is cancelled; what is in hand then is given back.
    package func run() async {
        let (ticks, tick) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let running = RunningCount()
        await withDiscardingTaskGroup { group in
            group.addTask { for await _ in store.transferWakeups() { tick.yield() } }
            group.addTask {
                // What a crash left behind, and what was to be tried again.
                while !Task.isCancelled {
                    tick.yield()
                    try? await Task.sleep(for: .seconds(1))
                }
                tick.finish()
            }
            for await _ in ticks {
                let free = settings.transfers - running.now
                guard free > 0, !Task.isCancelled else { continue }
                for job in await claim(free) {
                    running.add(1)
                    group.addTask {
                        await perform(job)
                        running.add(-1)
                        tick.yield()
                    }
                }
            }
        }
    }

    private func claim(_ limit: Int) async -> [TransferJob] {
        do throws(Refusal) {
            try await store.expireTransfers(before: world.now().adding(seconds: -Transfer.authorizeMinutes * 60), at: world.now())
            // Each claim has a name of its own: after its lease has ended, this worker may be the one that takes a transfer over from itself.
            return try await store.claimTransfers(
                holder: "\(holder)-\(UInt64.random(in: .min ... .max))", limit: limit, perPayer: settings.perPayer, lease: settings.lease,
                at: world.now())
        } catch {
            logger.error("transfers cannot be claimed", metadata: ["cause": "\(error.cause ?? error.message)"])
            return []
        }
    }

    /// One job, with a word to the store from time to time that it is still in hand; without the store's consent the work ends.
    private func perform(_ job: TransferJob) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await work(job) }
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: settings.lease / 3)
                    let until = world.now().adding(seconds: Int(settings.lease.components.seconds))
                    if Task.isCancelled { return }
                    if (try? await store.renew(job.lease, until: until)) == false { return }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func work(_ job: TransferJob) async {
        let keeping = TransferKeeping(job: job, store: store, world: world)
        do {
            switch job.transfer.state {
            case .receiving: try await receive(job)
            case .keeping:
                let change = try await keeping.keep()
                try await store.finish(job, .finish, problem: nil, report: nil, change: change, at: world.now())
            case .undoing:
                try await keeping.undo()
                try await store.finish(job, .finish, problem: nil, report: nil, change: nil, at: world.now())
            case .authorizing, .ready, .differs, .kept, .undone, .discarded, .failed, .cancelled: return
            }
        } catch let refusal as Refusal where refusal.code == .conflict {
            // Someone stopped it, or another worker has it.
            return
        } catch {
            // A shutdown gives it back at once.
            let isShutdown = Task.isCancelled || error is CancellationError
            if !isShutdown {
                logger.error("a transfer broke off", metadata: ["transfer": "\(job.transfer.id)", "cause": "\(Self.cause(error))"])
            }
            let pause = isShutdown ? .zero : Self.pause(after: job.attempts, settings)
            let problem = TransferProblem(.internalTrouble, isShutdown ? "The server was stopped; it goes on." : Self.words(error))
            try? await postpone(job, problem, pause, mayFail: !isShutdown)
        }
    }

    private func receive(_ job: TransferJob) async throws {
        let outcome = try await TransferReception(job: job, store: store, world: world, settings: settings, sealing: sealing).run()
        switch outcome {
        case .arrived(let report):
            try await store.finish(job, .arrive, problem: nil, report: report, change: nil, at: world.now())
            if keepsAtOnce.contains(job.transfer.plan), let ready = try store.transfer(id: job.transfer.id, plan: job.transfer.plan) {
                let entry = AuditEntry(.system("transfer"), "transfer.keep", "transfer \(ready.id)")
                try await store.move(ready, .job, .keep, sealedCode: nil, problem: nil, audit: entry, at: world.now())
            }
        case .differs(let report, let problem):
            try await store.finish(job, .differ, problem: problem, report: report, change: nil, at: world.now())
        case .failed(let problem, let report):
            try await store.finish(job, .fail, problem: problem, report: report, change: nil, at: world.now())
        case .later(let problem, let pause):
            try await postpone(job, problem, max(pause, Self.pause(after: job.attempts, settings)), mayFail: true)
        }
    }

    private func postpone(_ job: TransferJob, _ problem: TransferProblem, _ pause: Duration, mayFail: Bool) async throws {
        if mayFail, job.attempts + 1 >= settings.attempts, job.transfer.state == .receiving {
            return try await store.finish(job, .fail, problem: problem, report: nil, change: nil, at: world.now())
        }
        let seconds = Int(pause.components.seconds) + (pause.components.attoseconds > 0 ? 1 : 0)
        try await store.postpone(job.lease, because: problem, until: world.now().adding(seconds: seconds), at: world.now())
    }

    /// The wait after a run that broke off: doubling, at most half an hour.
    static func pause(after attempts: Int, _ settings: TransferSettings) -> Duration {
        min(settings.firstPause * (1 << min(attempts, 12)), .seconds(1800))
    }

    private static func words(_ error: any Error) -> String {
        (error as? Refusal)?.message ?? "Something went wrong on this side. It will be tried again."
    }

    private static func cause(_ error: any Error) -> String {
        if let refusal = error as? Refusal { return refusal.cause ?? refusal.message }
        return "\(type(of: error))"
    }
}

/// How many transfers are in hand.
private final class RunningCount: Sendable {
    private let count = Atomic(0)

    var now: Int { count.load(ordering: .acquiring) }
    func add(_ number: Int) { count.add(number, ordering: .acquiringAndReleasing) }
}
