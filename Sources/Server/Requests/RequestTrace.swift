import Exchange
import Synchronization
import Trust

/// What an endpoint tells, while it answers, of whose request it is and what went wrong; for the log that the app's developer reads.
final class RequestTrace: Sendable {
    struct Told: Sendable {
        var app: Key<App>?
        var isProven = false
        var error: String?
        var explanation: String?
        /// Of a request to the FHIR API, whose addresses the router does not tell apart.
        var shape: FHIRRoute.Shape?
    }

    private let state = Mutex(Told())

    var told: Told { state.withLock { $0 } }

    func concerns(_ app: Key<App>, isProven: Bool) {
        state.withLock {
            $0.app = app
            $0.isProven = isProven
        }
    }

    func asked(_ shape: FHIRRoute.Shape) { state.withLock { $0.shape = shape } }

    func fails(_ error: OAuthError) { fails(error.code.rawValue, error.description) }

    func fails(_ code: String, _ words: String) {
        state.withLock {
            $0.error = code
            $0.explanation = words
        }
    }
}
