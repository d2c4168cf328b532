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

    /// Adds what has gathered since; of the requests, as many as `capacity` leaves room for, and the others are counted.
    package mutating func add(_ later: GatheredRequests, capacity: Int) {
        let room = max(0, capacity - requests.count)
        requests += later.requests.prefix(room)
        for request in later.requests.dropFirst(room) { dropped[request.app, default: 0] += 1 }
        dropped.merge(later.dropped, uniquingKeysWith: +)
        calls.merge(later.calls) { ($0.count + $1.count, min($0.first, $1.first), max($0.last, $1.last)) }
    }
}
