import Exchange
import FHIR
import Pages
import Synchronization
import Trust

/// A walk that the portal has tried for a developer: what was asked and answered, and the tokens that came of it, in memory alone.
struct TryRun: Sendable {
    let id: String
    let application: Key<DeveloperApp>
    let memberID: String
    let memberName: String
    var steps: [TriedRequest]
    /// Why the walk stopped early.
    var problem: String?
    var access: Secret?
    var refresh: Secret?
    var patient = ""
    /// What introspection says of the access token.
    var token: [(name: String, value: String)] = []
    let endsAt: Timestamp
    /// The latest query of the console and its answer.
    var query: TriedRequest?
    var queryPath = ""
    var isOver = false
}

/// The walks of the last hour; a restart forgets them.
final class TryRuns: Sendable {
    private static let most = 200
    private let runs = Mutex<[String: TryRun]>([:])

    func keep(_ run: TryRun, at now: Timestamp) {
        runs.withLock { runs in
            runs = runs.filter { now < $0.value.endsAt }
            if runs.count >= Self.most, runs[run.id] == nil, let oldest = runs.min(by: { $0.value.endsAt < $1.value.endsAt }) {
                runs[oldest.key] = nil
            }
            runs[run.id] = run
        }
    }

    /// Only the application's own.
    func run(_ id: String, of application: Key<DeveloperApp>, at now: Timestamp) -> TryRun? {
        guard let run = runs.withLock({ $0[id] }), run.application == application, now < run.endsAt else { return nil }
        return run
    }
}
