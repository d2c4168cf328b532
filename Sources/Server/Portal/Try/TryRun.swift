import Exchange
import FHIR
import Pages
import Trust

/// A walk that the portal has tried for a developer: what was asked and answered, and the tokens that came of it.
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
