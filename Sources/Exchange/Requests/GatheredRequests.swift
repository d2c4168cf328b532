package import FHIR

/// What apps did at the sandbox's plans since it was kept last.
package struct GatheredRequests: Sendable {
    package struct Call: Sendable, Hashable {
        package let app: Key<App>, plan: Key<Plan>, kind: String
    }

    package var requests: [RequestRecord] = []
    /// How many requests of an app were too many to be noted.
    package var dropped: [Key<App>: Int] = [:]
    /// Calls that succeeded, all of them: how many, when the first and the last.
    package private(set) var calls: [Call: (count: Int, first: Timestamp, last: Timestamp)] = [:]

    package init() {}

    package var isEmpty: Bool { requests.isEmpty && dropped.isEmpty && calls.isEmpty }

    package mutating func count(_ kind: String, by app: Key<App>, plan: Key<Plan>, at now: Timestamp) {
        let call = Call(app: app, plan: plan, kind: kind)
        let before = calls[call] ?? (0, now, now)
        calls[call] = (before.count + 1, before.first, max(before.last, now))
    }
}
