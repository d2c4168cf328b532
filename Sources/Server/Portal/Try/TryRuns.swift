import Exchange
import FHIR
import Trust

/// The walks of the last hour, sealed in the store, so that every node can go on with them and none can be read beside it.
struct TryRuns: Sendable {
    let site: Site

    /// A walk that was ended meanwhile stays ended.
    func keep(_ run: TryRun) async throws {
        let sealed = try site.keys.seal(run.json, of: Self.context(run.id, run.application))
        let isKept = try await site.store.keep(
            SealedTryRun(id: run.id, application: run.application, sealed: sealed, isOver: run.isOver, endsAt: run.endsAt))
        guard isKept else { throw Refusal(.forbidden, "This walk has ended.") }
    }

    /// Only the application's own.
    func run(_ id: String, of application: Key<DeveloperApp>) throws(Refusal) -> TryRun? {
        guard let kept = try site.store.tryRun(id, of: application, at: site.world.now()) else { return nil }
        return site.keys.openRun(kept.sealed, of: Self.context(id, application)).flatMap { TryRun(json: $0, kept) }
    }

    private static func context(_ id: String, _ application: Key<DeveloperApp>) -> String { "\(id)|\(application.number)" }
}
