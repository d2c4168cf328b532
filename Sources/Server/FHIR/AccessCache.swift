import Exchange
import FHIR
import Synchronization
import Trust

/// What live tokens open, remembered for at most a second, so that a record's hundreds of reads look a token up once.
///
/// What this server revokes itself is forgotten at once; what another one revokes works no longer than the second.
final class AccessCache: Sendable {
    struct Entry: Sendable {
        let access: Access
        let scope: ScopeSet
    }

    private struct Known {
        let entry: Entry
        let until: Timestamp
    }

    private struct State {
        var known: [SecretHash: Known] = [:]
        /// Counts what was forgotten, so that a look-up under way meanwhile is not remembered.
        var generation = 0
    }

    private let state = Mutex(State())
    private static let lifetime: Int64 = 1000
    private static let capacity = 10_000

    /// What is remembered of a token; nil, with the mark to remember a look-up under, when it must be looked up.
    func entry(_ token: SecretHash, at now: Timestamp) -> (entry: Entry?, generation: Int) {
        state.withLock { state in
            guard let found = state.known[token] else { return (nil, state.generation) }
            // A clock set back must not lengthen a token's life.
            let age = found.until.milliseconds - now.milliseconds
            guard age > 0, age <= Self.lifetime, now < found.entry.access.expiresAt else {
                state.known[token] = nil
                return (nil, state.generation)
            }
            return (found.entry, state.generation)
        }
    }

    func remember(_ entry: Entry, for token: SecretHash, at now: Timestamp, since generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.known.count >= Self.capacity { state.known.removeAll(keepingCapacity: true) }
            state.known[token] = Known(entry: entry, until: Timestamp(milliseconds: now.milliseconds + Self.lifetime))
        }
    }

    func forgetAll() {
        state.withLock { state in
            state.known.removeAll()
            state.generation += 1
        }
    }
}
