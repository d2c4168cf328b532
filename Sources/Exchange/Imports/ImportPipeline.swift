import FHIR
import Foundation
import Synchronization

/// Takes resources one after another, prepares them where it is called and keeps them in batches on threads of its own.
///
/// Memory stays bounded by one batch more than may be outstanding (`ImportBatches`). One thread adds.
package final class ImportPipeline: DocumentTaker {
    private let committer: BatchCommitter
    private let parser = JSONParser()
    /// Reads a Bundle's entries while `parser` still holds the Bundle.
    private let entryParser = JSONParser()
    private var batch: [PreparedResource] = []
    private var places: [ImportPlace] = []
    private var rooms = ByteRooms()
    private var batchBytes = 0
    private var own = ImportReport()
    private let store: any ImportStore
    private let plan: Key<Plan>
    private var stored: [String: ResourceID]?
    /// Why the store could not be asked what it had before: then an entry that needs it is refused.
    private var unasked: Refusal?
    private var seen = SeenResources()
    private var brought: [String: ResourceID] = [:]

    private let limits: ImportBatches
    private let pace: ImportPace

    /// With a quota, a batch that would go over it is refused whole, and the import ends there.
    package init(store: any ImportStore, plan: Key<Plan>, world: World, quota: ImportQuota? = nil, pace: ImportPace = .full) {
        (self.store, self.plan, self.pace) = (store, plan, pace)
        limits = store.batches
        committer = BatchCommitter(store: store, plan: plan, world: world, quota: quota, pace: pace)
    }

    /// One that is given up before its end keeps what it has submitted, and its threads end.
    deinit { committer.end() }

    /// A batch could not be kept, so that none submitted from now on will be: whoever feeds may stop.
    package var hasFailed: Bool { committer.hasFailed }

    /// Resources kept so far; for a progress bar.
    package var kept: Int { committer.report.withLock { $0.kept } }

    /// One JSON document: a resource, or a Bundle whose entries are taken one by one.
    package func add(_ bytes: UnsafeRawBufferPointer, place: ImportPlace) {
        do {
            let document = try parser.parse(bytes)
            if document["resourceType"]?.isText("Bundle") == true {
                addEntries(of: BundleEntries(document), place: place)
            } else {
                try add(document, fallbackID: nil, place: place)
            }
        } catch { refuse(error, place) }
    }

    private func addEntries(of bundle: BundleEntries, place: ImportPlace) {
        for number in bundle.deletions {
            own.problems.append(
                .init(place: place.entry(number), reason: "The entry deletes. Give what is to be deleted with --delta --deleted."))
        }
        for entry in bundle.entries {
            let place = place.entry(entry.number)
            unasked = nil
            let resolved = bundle.resolved(entry) { type, identifier in
                known("\(type.name)?\(identifier)")
            } unresolved: { reference in
                guard unasked == nil else { return }
                own.warnings.append(.init(place: place, reason: "The reference \(reference.prefix(120)) names nothing that is known here."))
            }
            if let unasked {
                refuse(unasked, place)
                continue
            }
            do {
                try resolved.withUnsafeBytes { try add(try entryParser.parse($0), fallbackID: entry.fallbackID, place: place) }
            } catch { refuse(error, place) }
        }
    }

    /// Conditional references ask for what the store had before and for what this import has brought.
    private func known(_ identifier: String) -> ResourceID? {
        if let id = brought[identifier] { return id }
        if stored == nil {
            do throws(Refusal) { stored = try store.sharedIdentifiers(plan: plan) } catch { unasked = error }
        }
        return stored?[identifier]
    }

    private func add(_ document: JSONValue, fallbackID: ResourceID?, place: ImportPlace) throws {
        var resource = try PreparedResource(document, fallbackID: fallbackID, in: &rooms)
        // Two files often carry the same organization in their own words. Taking turns would change it at every run.
        resource.isRepeat = seen.note(resource.key)
        for identifier in resource.identifiers { brought["\(resource.type.name)?\(identifier)"] = resource.id }
        batch.append(resource)
        places.append(place)
        if batch.count.isMultiple(of: 16) { pace.rest() }
        batchBytes += resource.size
        if batch.count >= limits.resources || batchBytes >= limits.bytes { flush() }
    }

    private func refuse(_ error: any Error, _ place: ImportPlace) {
        let reason =
            switch error {
            case let problem as JSONProblem: problem.explanation
            case let problem as ResourceProblem: problem.explanation
            case let refusal as Refusal: refusal.message
            default: "It could not be read."
            }
        own.problems.append(.init(place: place, reason: reason))
    }

    /// Something the caller found wrong itself, such as a line that is too long.
    package func note(_ reason: String, place: ImportPlace) { own.problems.append(.init(place: place, reason: reason)) }

    private func flush() {
        guard !batch.isEmpty else { return }
        committer.submit(batch, places)
        batch.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        batchBytes = 0
    }

    /// Keeps what is left and tells what happened. Throws when the store failed; everything before that is kept.
    package func finish() throws(Refusal) -> ImportReport {
        flush()
        var report = try committer.finish()
        own.problems.append(contentsOf: report.problems)
        own.warnings.append(contentsOf: report.warnings)
        (report.problems, report.warnings) = (own.problems, own.warnings)
        return report
    }
}

/// Keeps batches while the next is being prepared, as many at once as the store likes; the report has them in the order in which they came.
private final class BatchCommitter: Sendable {
    private let store: any ImportStore
    private let plan: Key<Plan>
    private let world: World
    private let pace: ImportPace
    let report = Mutex(ImportReport())
    private let failure = Mutex<Refusal?>(nil)
    private let quota: Mutex<ImportQuota?>
    private struct Work {
        let batch: [PreparedResource], places: [ImportPlace], turn: BatchTurn
    }
    private struct Waiting {
        var work: [Work] = []
        var newest: BatchTurn?
        var isOver = false
    }
    private let waiting = Mutex(Waiting())
    private let room: DispatchSemaphore
    private let ready = DispatchSemaphore(value: 0)
    private let threads = DispatchGroup()

    init(store: any ImportStore, plan: Key<Plan>, world: World, quota: ImportQuota?, pace: ImportPace) {
        (self.store, self.plan, self.world, self.pace) = (store, plan, world, pace)
        self.quota = Mutex(quota)
        room = DispatchSemaphore(value: store.batches.outstanding)
        for _ in 0..<store.batches.atOnce { start() }
    }

    /// A thread has the priority of the one that starts it, so they begin before whoever prepares may step back.
    private func start() {
        threads.enter()
        let thread = Thread { [self] in
            while let works = next() {
                if !hasFailed { do throws(Refusal) { try keep(works) } catch { failure.withLock { $0 = $0 ?? error } } }
                for work in works {
                    work.turn.end()
                    room.signal()
                }
            }
            threads.leave()
        }
        thread.stackSize = 1 << 21
        thread.start()
    }

    /// The oldest batches that wait, as many as the store likes to keep as one; nil when no more will come.
    private func next() -> [Work]? {
        // With a quota, what is refused should not depend on how many happened to wait.
        let most = quota.withLock { $0 == nil } ? store.batches.joined : 1
        while true {
            ready.wait()
            let (works, isOver) = waiting.withLock { waiting in
                let works = Array(waiting.work.prefix(most))
                waiting.work.removeFirst(works.count)
                return (works, waiting.isOver)
            }
            // Another thread may have taken it along with the one before.
            if !works.isEmpty { return works }
            if isOver { return nil }
        }
    }

    /// Nothing more will be kept.
    var hasFailed: Bool { failure.withLock { $0 != nil } }

    func submit(_ batch: [PreparedResource], _ places: [ImportPlace]) {
        room.wait()
        waiting.withLock { waiting in
            let turn = BatchTurn(after: waiting.newest)
            waiting.newest = turn
            waiting.work.append(Work(batch: batch, places: places, turn: turn))
        }
        ready.signal()
    }

    private func keep(_ works: [Work]) throws(Refusal) {
        guard let turn = works.first?.turn else { return }
        let (batch, places) = works.count == 1 ? (works[0].batch, works[0].places) : (works.flatMap(\.batch), works.flatMap(\.places))
        try admit(batch, turn)
        let outcomes = try store.keep(batch, plan: plan, at: world.now(), turn: turn, pace: pace)
        turn.waitForEarlier()
        let hasRefused = outcomes.contains { if case .refused = $0 { true } else { false } }
        if hasRefused { quota.withLock { $0?.refusedSome() } }
        report.withLock { report in
            for (outcome, place) in zip(outcomes, places) {
                switch outcome {
                case .added: report.added += 1
                case .updated: report.updated += 1
                case .unchanged: report.unchanged += 1
                case .repeated:
                    report.warnings.append(
                        .init(place: place, reason: "It stood before in this import with other content; the first was kept."))
                case .refused(let reason): report.problems.append(.init(place: place, reason: reason))
                }
            }
        }
    }

    /// What a batch adds can be told only once those before it are there.
    private func admit(_ batch: [PreparedResource], _ turn: BatchTurn) throws(Refusal) {
        guard quota.withLock({ $0 != nil }) else { return }
        turn.waitForEarlier()
        if let failed = failure.withLock({ $0 }) { throw failed }
        let kept = report.withLock { $0.kept }
        try quota.withLock { quota throws(Refusal) in try quota?.admit(batch, kept: kept) }
    }

    /// What was submitted is still kept. May be said again.
    func end() {
        waiting.withLock { $0.isOver = true }
        for _ in 0..<store.batches.atOnce { ready.signal() }
    }

    func finish() throws(Refusal) -> ImportReport {
        end()
        threads.wait()
        if let failed = failure.withLock({ $0 }) { throw failed }
        return report.withLock { $0 }
    }
}
