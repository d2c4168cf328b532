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

    private let known = Mutex<[SecretHash: Known]>([:])
    private static let lifetime: Int64 = 1000
    private static let capacity = 10_000

    func entry(_ token: SecretHash, at now: Timestamp) -> Entry? {
        known.withLock { known in
            guard let found = known[token] else { return nil }
            // A clock set back must not lengthen a token's life.
            let age = found.until.milliseconds - now.milliseconds
            guard age > 0, age <= Self.lifetime, now < found.entry.access.expiresAt else {
                known[token] = nil
                return nil
            }
            return found.entry
        }
    }

    func remember(_ entry: Entry, for token: SecretHash, at now: Timestamp) {
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
            known[token] = Known(entry: entry, until: Timestamp(milliseconds: now.milliseconds + Self.lifetime))
        }
    }

    func forgetAll() { known.withLock { $0.removeAll() } }
}
