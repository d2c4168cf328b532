/// What happens while receiving, in order; the caller shows it. No case carries a token.
package enum ReceiveEvent: Sendable {
    /// The sender was found; `types` are those that will be asked for.
    case discovered(fhirBase: String, software: String?, types: Int)
    /// An interrupted receive goes on; `resources` are on disk already.
    case resumed(resources: Int, typesDone: Int, types: Int)
    /// The member opens this address in a browser.
    case authorizeURL(String)
    /// Listening for the answer at this address, until the time is up.
    case waiting(redirectURI: String, timeout: Duration)
    case authorized(patient: String)
    /// `received` resources of it are on disk from an earlier run.
    case typeStarted(String, received: Int)
    /// `received` resources of the type are on disk; `total` is what the sender announced.
    case page(type: String, received: Int, total: Int?)
    case typeFinished(TypeEnd)
    /// A request waits and will be tried again.
    case retry(after: Duration, reason: String)
    case finished(Receipt)

    package struct TypeEnd: Sendable, Equatable {
        package enum Outcome: Sendable, Equatable {
            case received
            /// The sender refused the type (403).
            case notShared
            case failed(String)
        }
        package let type: String
        package let count: Int
        package let outcome: Outcome
    }
}
